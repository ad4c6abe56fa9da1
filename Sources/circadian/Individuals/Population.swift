import CommandLineInterface
import Foundation
import Individuals
import Ranks

/// Everybody of one home or of many, and which of them this process takes for the night.
///
/// All processes see the same list, dearest days first; each is dealt its share of the cost, and then takes what is left of
/// the others' from its cheap end. Who sleeps is held by a lock, and a night that is committed leaves nothing to sleep on:
/// nobody sleeps twice, whoever came first.
struct Population {
  /// One of them.
  struct Sleeper: Hashable {
    let home: URL
    let name: String
    /// As messages and reports call it: with its home where there are many.
    let title: String
  }

  /// Who has something to sleep on, the dearest first.
  let sleepers: [Sleeper]
  private let costs: [Int]
  private let ranks: any RankGroup

  /// Everybody in `home`, or in all the homes that lie in the folder `homes`.
  ///
  /// - Parameter isSeason: Whether even those are meant who have no day to sleep on.
  init(in home: URL, homes: URL?, isSeason: Bool, among ranks: any RankGroup) throws {
    self.ranks = ranks
    let all = try homes.map(Self.everybody(in:)) ?? Self.everybody(in: home, named: nil)
    // Each process looks at its share; what they find is put together.
    var found = [Double](repeating: 0, count: all.count)
    for (index, sleeper) in all.enumerated() where index % ranks.count == ranks.rank {
      found[index] = Self.cost(of: sleeper, isSeason: isSeason)
    }
    found = ranks.sum(found)
    let order = all.indices.filter { found[$0] > 0 }.sorted {
      found[$0] != found[$1] ? found[$0] > found[$1] : $0 < $1
    }
    sleepers = order.map { all[$0] }
    costs = order.map { Int(found[$0]) }
  }

  private static func everybody(in home: URL, named title: String?) throws -> [Sleeper] {
    try Home(root: home).names().map { name in
      Sleeper(home: home, name: name, title: title.map { "\($0)/\(name)" } ?? name)
    }
  }

  private static func everybody(in homes: URL) throws -> [Sleeper] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: homes.path).sorted()
    } catch {
      throw CommandError(
        "\(homes.path): expected a folder of homes, which cannot be read: \(error.localizedDescription)",
        exitCode: .inputOutput)
    }
    return try names.flatMap { name in
      var isFolder: ObjCBool = false
      let url = homes.appendingPathComponent(name, isDirectory: true)
      guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
        isFolder.boolValue
      else { return [Sleeper]() }
      return try everybody(in: url, named: name)
    }
  }

  /// The bytes that wait to be slept on, and 1 where there is a night or a season to go on with; 0 for nothing.
  private static func cost(of sleeper: Sleeper, isSeason: Bool) -> Double {
    // One that an older version kept cannot be looked at before it has been opened for writing.
    guard
      let person = try? Individual.open(
        name: sleeper.name, in: Home(root: sleeper.home), access: .reading),
      let waiting = try? person.unsleptEpisodes()
    else { return 1 }
    let bytes = waiting.reduce(0) { $0 + $1.text.utf8.count }
    let goesOn = (try? person.interruptedNight()) != nil
    return Double(bytes + (isSeason || goesOn || !waiting.isEmpty ? 1 : 0))
  }

  /// Whether there is still something for `sleeper` to sleep on.
  static func hasSomethingToSleepOn(_ sleeper: Sleeper, isSeason: Bool) -> Bool {
    cost(of: sleeper, isSeason: isSeason) > 0
  }

  /// What the sleep of those at `places` of ``sleepers`` costs, in bytes.
  func cost(of places: some Sequence<Int>) -> Double { places.reduce(0) { $0 + Double(costs[$1]) } }

  /// In which order this process takes them.
  var turns: [Sleeper] {
    let hands = Dealing.hands(costs, to: ranks.count)
    let others = (1..<ranks.count).map { hands[(ranks.rank + $0) % ranks.count].reversed() }
    return (hands[ranks.rank] + others.joined()).map { sleepers[$0] }
  }
}
