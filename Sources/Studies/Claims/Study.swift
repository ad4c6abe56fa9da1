/// A claim that is put to the test: what was said, what is run, and what came of it.
///
/// A study draws every number from ``StudySetting/seeds``, uses the engine's own parts, and leaves the verdict to its
/// ``Finding``s. `Documentation/WritingAStudy.md` walks through one.
public protocol Study: Sendable {
  /// As `circadian study run` takes it.
  var name: String { get }

  var claim: Claim { get }

  /// What is done, in a few sentences.
  var setup: String { get }

  func run(_ setting: StudySetting) throws -> StudyOutcome
}

/// What somebody says is so.
public struct Claim: Sendable, Codable, Equatable {
  /// A few words.
  public var title: String
  /// In the words of who made it.
  public var words: String
  /// Where those stand: `004, 16:04`, a document and the minute.
  public var place: String
  /// Figures that others have published, each with its source.
  public var published: [String]

  public init(_ title: String, words: String, place: String, published: [String]) {
    self.title = title
    self.words = words
    self.place = place
    self.published = published
  }
}

/// How a study is run.
public struct StudySetting: Sendable {
  /// Smaller, so that all studies together take minutes.
  public var isQuick: Bool
  /// What is trained is trained with every one of them.
  public var seeds: [UInt64]
  /// A folder with files that a study can do better with: see the study's setup.
  public var data: String?
  /// Told what is going on.
  public var note: @Sendable (String) -> Void

  public init(
    isQuick: Bool = false, seeds: [UInt64] = [1337, 1338, 1339], data: String? = nil,
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.isQuick = isQuick
    self.seeds = seeds
    self.data = data
    self.note = note
  }

  /// The first argument, or the second when it is to be quick.
  func pick<T>(_ full: T, quick: T) -> T { isQuick ? quick : full }
}
