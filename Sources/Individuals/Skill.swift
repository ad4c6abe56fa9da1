import Files
import Foundation

/// Something that can be done, described in a folder of its own with a `SKILL.md`: a line that says when it helps, and
/// what to read then.
///
///     ---
///     name: tea
///     description: How to make tea, and which tea at which hour.
///     ---
///     Boil the water. ...
public struct Skill: Sendable, Equatable {
  public static let fileName = "SKILL.md"

  public let name: String
  public let description: String
  /// What is put before the user's words where it helps.
  public let body: String
  public let url: URL

  /// - Throws: `IndividualError.damaged` naming the line or key that is not as expected, or `FileSystemError`.
  init(at url: URL) throws {
    let text: String
    do {
      text = try String(contentsOf: url, encoding: .utf8)
    } catch {
      throw IndividualError.damaged(path: url.path, key: nil, expected: "a text in UTF-8")
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
      throw IndividualError.damaged(
        path: url.path, key: nil,
        expected: "a first line '---', then 'name:' and 'description:', then a line '---'")
    }
    func field(_ key: String) throws -> String {
      let prefix = key + ":"
      let value = lines[1..<end].first { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
        .trimmingCharacters(in: CharacterSet(charactersIn: " \t\"'"))
      guard let value, !value.isEmpty else {
        throw IndividualError.damaged(path: url.path, key: key, expected: "a line '\(key): ...'")
      }
      return value
    }
    (name, description) = (try field("name"), try field("description"))
    body = lines[(end + 1)...].joined(separator: "\n").trimmingCharacters(
      in: .whitespacesAndNewlines)
    self.url = url
    guard !body.isEmpty else {
      throw IndividualError.damaged(
        path: url.path, key: nil, expected: "text after the second '---'")
    }
  }
}

/// The skills that are at hand; one is read only where what is said calls for it.
public struct Skills: Sendable {
  /// By name.
  public let all: [Skill]

  /// Every `SKILL.md` in the folders of `folder`; none where there is no such folder.
  ///
  /// - Throws: `IndividualError.damaged` for a skill that cannot be read, or `FileSystemError`.
  public init(in folder: URL) throws {
    guard FileManager.default.fileExists(atPath: folder.path) else {
      all = []
      return
    }
    all = try Folder.contents(of: folder).filter { !$0.hasPrefix(".") }.map {
      folder.appendingPathComponent($0).appendingPathComponent(Skill.fileName)
    }.filter { FileManager.default.fileExists(atPath: $0.path) }.map { try Skill(at: $0) }
      .sorted { $0.name < $1.name }
  }

  /// The words that a skill has to share with what is said.
  private static let leastShared = 2

  /// The skill that shares most with what is said: two telling words of its description, or its name.
  ///
  /// Words that several skills have count less (the rareness of BM25).
  public func relevant(to text: String) -> Skill? {
    let said = Set(Self.telling(text))
    let known = all.map { (skill: $0, words: Set(Self.telling($0.name + " " + $0.description))) }
    func weight(_ word: String) -> Double {
      1 / Double(max(known.count { $0.words.contains(word) }, 1))
    }
    let fitting = known.compactMap { skill, words -> (Skill, Double)? in
      let shared = words.intersection(said)
      let isNamed = Set(Self.telling(skill.name)).isSubset(of: said)
      guard isNamed || shared.count >= Self.leastShared else { return nil }
      return (skill, shared.sorted().reduce(0) { $0 + weight($1) })
    }
    return fitting.max { $0.1 < $1.1 }?.0
  }

  private static func telling(_ text: String) -> [String] {
    WordFolding.words(in: text[...]).map(\.folded).filter { !WordFolding.fillers.contains($0) }
  }
}

extension Individual {
  var skillsFolder: URL { folder.appendingPathComponent("skills", isDirectory: true) }

  /// What lies in the folder `skills` of its home.
  public func skills() throws -> Skills { try Skills(in: skillsFolder) }

  /// Copies the folder of a skill, in place of one of the same folder name.
  ///
  /// - Throws: `IndividualError.damaged` where it is none, before anything is changed; `FileSystemError`.
  public func add(skillAt source: URL) throws -> Skill {
    try requireExclusiveAccess()
    _ = try Skill(at: source.appendingPathComponent(Skill.fileName))
    try Folder.create(skillsFolder)
    let name = source.standardizedFileURL.lastPathComponent
    let partial = skillsFolder.appendingPathComponent(".new-" + name)
    try Folder.remove(partial)
    try Folder.copy(source, to: partial)
    let target = skillsFolder.appendingPathComponent(name)
    try Folder.remove(target)
    try Folder.rename(partial, to: target)
    return try Skill(at: target.appendingPathComponent(Skill.fileName))
  }
}
