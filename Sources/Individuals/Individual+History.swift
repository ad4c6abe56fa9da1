import Files
import Foundation

extension Individual {
  var nightsFolder: URL {
    folder.appendingPathComponent(Self.nightsFolderName, isDirectory: true)
  }

  /// The folder of a night, in which its memory, exam and brief lie.
  public func folder(ofNight number: Int) -> URL {
    let digits = String(number)
    let name = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return nightsFolder.appendingPathComponent(name, isDirectory: true)
  }

  /// The numbers of all nights that were ever committed, in order, rolled back or not.
  public func nightNumbers() throws(FileSystemError) -> [Int] {
    try Folder.contents(of: nightsFolder).compactMap { name in
      guard name.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        let number = Int(name), number > 0, folder(ofNight: number).lastPathComponent == name
      else { return nil }
      return number
    }.sorted()
  }

  /// A number that no night ever had, even if nights were removed by hand.
  func nextNight() throws(FileSystemError) -> Int {
    max(manifest.highestNight, try nightNumbers().last ?? 0) + 1
  }

  /// Throws `IndividualError.unknownNight`, `.damaged` or `.newerFormat`, or `FileSystemError`.
  public func night(_ number: Int) throws -> NightRecord {
    let folder = folder(ofNight: number)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      throw IndividualError.unknownNight(number, existing: try nightNumbers())
    }
    let url = folder.appendingPathComponent(NightRecord.fileName)
    let record = try JSONFile.read(
      NightRecord.self, at: url, formatVersion: NightRecord.formatVersion)
    guard record.number == number else {
      throw IndividualError.damaged(path: url.path, key: "number", expected: "\(number)")
    }
    guard record.coreDigest == core.digest else {
      throw IndividualError.damaged(
        path: url.path, key: "coreDigest", expected: "the individual's core, \(core.digest)")
    }
    return record
  }

  /// The memory of a night of the lineage, as it was committed.
  ///
  /// Throws `IndividualError.damaged` when the file is another than was written, or is missing.
  public func memoryFile(of night: NightRecord) throws -> URL {
    try file(Mind.memoryFileName, of: night)
  }

  /// A file of a night of the lineage, as it was committed.
  ///
  /// Throws `IndividualError.damaged` when the file is another than was written, or is missing.
  public func file(_ name: String, of night: NightRecord) throws -> URL {
    let url = folder(ofNight: night.number).appendingPathComponent(name)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw IndividualError.damaged(path: url.path, key: nil, expected: "the file to exist")
    }
    if let digest = night.files[name],
      try ContentDigest.sha256(contentsOf: url) != digest
    {
      throw IndividualError.damaged(
        path: url.path, key: nil,
        expected: "the bytes that night \(night.number) wrote (SHA-256 \(digest.prefix(12))…); "
          + "'circadian rollback' returns to a night before it")
    }
    return url
  }

  /// The nights that made the individual what it is now, first to last.
  ///
  /// Throws what `night(_:)` throws when one of them cannot be read.
  public func lineage() throws -> [NightRecord] {
    try lineage(of: currentNight)
  }

  func lineage(of last: Int?) throws -> [NightRecord] {
    var nights = [NightRecord]()
    var next = last
    while let number = next {
      let night = try night(number)
      nights.append(night)
      next = night.parent
    }
    return nights.reversed()
  }

  /// The episodes that no night of the current lineage has learned, oldest first.
  ///
  /// After rolling back, what the nights beyond had learned is among them again.
  public func unsleptEpisodes() throws -> [Episode] {
    let learned = Set(try lineage().flatMap(\.episodes))
    return try journal.episodeIDs().filter { !learned.contains($0) }.map {
      try journal.episode($0)
    }
  }

  /// Every night ever committed, in order; a damaged one is listed with its damage.
  public func history() throws -> [HistoryEntry] {
    var lineage = Set<Int>()
    var next = currentNight
    while let number = next {
      lineage.insert(number)
      next = (try? night(number))?.parent
    }
    return try nightNumbers().map { number in
      let result: Result<NightRecord, IndividualError>
      do {
        result = .success(try night(number))
      } catch let error as IndividualError {
        result = .failure(error)
      }
      return HistoryEntry(
        number: number, night: result, isInLineage: lineage.contains(number),
        isCurrent: number == currentNight)
    }
  }

  /// Makes the individual what it was after `night`, or before its first night when nil.
  ///
  /// Only the pointer moves: the nights beyond stay, and rolling "back" to one of them returns.
  /// Throws what `night(_:)` throws when a night on the way there cannot be read.
  public func rollback(to night: Int?) throws {
    try requireExclusiveAccess()
    _ = try lineage(of: night)
    try point(at: night)
  }

  /// Sees what others have made of its nights since it was opened.
  public func refresh() throws {
    manifest = try Manifest.read(in: folder)
    manifest.name = name
  }

  /// Every existing night counts as known from now on, so that none is taken for an unfinished
  /// commit later.
  func point(at night: Int?) throws {
    var moved = manifest
    moved.currentNight = night
    moved.highestNight = try nextNight() - 1
    try moved.write(in: folder)
    manifest = moved
  }
}
