import Foundation
import Individuals
import LanguageModels
import Synchronization

/// Everybody who is served: the individuals of a home, opened when they are first asked for.
final class Household: Sendable {
  let home: Home
  private let program: SleepRun.Program
  private let state = Mutex(State())

  private struct State {
    var residents: [String: Resident] = [:]
    /// Who was asked last at the end.
    var order: [String] = []
  }

  /// So many minds are awake at a time: each holds its model's memory of its nights and what has been read.
  private static let mostAwake = 4

  init(_ home: Home, program: SleepRun.Program) { (self.home, self.program) = (home, program) }

  var names: [String] { get throws { try home.names() } }

  /// - Throws: `IndividualError.unknownName`, and what opening throws.
  func resident(_ name: String) throws -> Resident {
    let (resident, resting) = try state.withLock { state in
      let found = try state.residents[name] ?? Resident(name, in: home, program: program)
      // Removed from the disk since it was opened.
      guard FileManager.default.fileExists(atPath: found.folder.path) else {
        state.residents[name] = nil
        throw IndividualError.unknownName(name, known: try home.names(), root: home.root.path)
      }
      state.residents[name] = found
      state.order.removeAll { $0 == name }
      state.order.append(name)
      let awake = state.order.compactMap { state.residents[$0] }.filter { $0.isAwake }
      return (found, awake.dropLast(Self.mostAwake))
    }
    for resident in resting where resident !== resident { resident.rest() }
    return resident
  }

  func create(_ name: String) throws -> Resident {
    _ = try Individual.create(name: name, core: .opening(nil), in: home)
    return try resident(name)
  }

  /// Everybody that was opened.
  var residents: [Resident] {
    state.withLock { $0.residents.values.sorted { $0.name < $1.name } }
  }

  /// Stops nights at their next step and keeps what has been read.
  func close() {
    for resident in residents { resident.sleep.stop() }
    for resident in residents {
      resident.sleep.wait(atMost: 30)
      resident.rest()
    }
  }
}
