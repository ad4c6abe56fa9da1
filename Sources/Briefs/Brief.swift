import Files
import Foundation

/// What a night made of a day, for a person to read over breakfast.
public struct Brief: Sendable, Codable, Equatable {
  public static let fileName = "brief.json"

  public var individual: String
  public var night: Int
  public var date: Date
  public var day: Day
  /// At most five, best first.
  public var insights: [Insight]
  /// What became of the day's questions and replies.
  public var study: Study
  /// Earlier days of which less is known than on the morning after them.
  public var fading: [Fading]
  public var questions: [Question]

  /// What was read, and how well it is known.
  public struct Day: Sendable, Codable, Equatable {
    public var titles: [String]
    public var tokens: Int
    /// With an empty context, before the night and after it.
    public var bitsPerByteBefore, bitsPerByteNow: Double
    /// The most surprising words, and which share of them is written without the text, before and now.
    public var askedWords: Int
    public var recalledBefore, recalledNow: Double
    /// What the night put into the weights, and what a token costs otherwise: 16 bits a parameter over the tokens of pretraining
    /// (nil where unknown), and the bytes of a cache.
    public var bitsPerToken: Double
    public var bitsPerPretrainingToken: Double?
    public var cacheBytesPerToken: Int

    public init(
      titles: [String], tokens: Int, bitsPerByteBefore: Double, bitsPerByteNow: Double,
      askedWords: Int, recalledBefore: Double, recalledNow: Double, bitsPerToken: Double,
      bitsPerPretrainingToken: Double?, cacheBytesPerToken: Int
    ) {
      (self.titles, self.tokens) = (titles, tokens)
      (self.bitsPerByteBefore, self.bitsPerByteNow) = (bitsPerByteBefore, bitsPerByteNow)
      self.askedWords = askedWords
      (self.recalledBefore, self.recalledNow) = (recalledBefore, recalledNow)
      self.bitsPerToken = bitsPerToken
      self.bitsPerPretrainingToken = bitsPerPretrainingToken
      self.cacheBytesPerToken = cacheBytesPerToken
    }
  }

  public struct Study: Sendable, Codable, Equatable {
    /// Questions that were studied, and of these the share that is answered now where it was asked.
    public var questions: Int
    public var answered: Double?
    /// What was not studied, and why.
    public var refused: [Refusal]
    /// Replies in conversations that the journal contradicts, with what it says.
    public var corrected: [Question]

    public init(
      questions: Int, answered: Double?, refused: [Refusal], corrected: [Question]
    ) {
      (self.questions, self.answered) = (questions, answered)
      (self.refused, self.corrected) = (refused, corrected)
    }
  }

  public struct Refusal: Sendable, Codable, Equatable {
    public var count: Int
    public var reason: String

    public init(_ count: Int, _ reason: String) { (self.count, self.reason) = (count, reason) }
  }

  public struct Fading: Sendable, Codable, Equatable {
    public var night: Int
    public var titles: [String]
    /// The share that was recalled on the morning after, and now.
    public var then, now: Double

    public init(night: Int, titles: [String], then: Double, now: Double) {
      (self.night, self.titles, self.then, self.now) = (night, titles, then, now)
    }
  }

  /// To check oneself.
  public struct Question: Sendable, Codable, Equatable {
    public var question, answer: String

    public init(_ question: String, _ answer: String) {
      (self.question, self.answer) = (question, answer)
    }
  }

  public init(
    individual: String, night: Int, date: Date, day: Day, insights: [Insight], study: Study,
    fading: [Fading], questions: [Question]
  ) {
    (self.individual, self.night, self.date) = (individual, night, date)
    (self.day, self.insights, self.study) = (day, insights, study)
    (self.fading, self.questions) = (fading, questions)
  }

  /// Writes it as `brief.json`, `brief.md`, `brief.html` and `brief.eml`.
  public func write(to folder: URL) throws {
    for form in Form.allCases {
      try AtomicFile.write(
        Data(text(as: form).utf8), to: folder.appendingPathComponent(form.fileName))
    }
  }

  /// What a brief can be written as.
  public enum Form: String, Sendable, CaseIterable {
    case json
    case markdown = "md"
    case html
    /// A message as mail programs open it.
    case mail = "eml"

    public var fileName: String { "brief.\(rawValue)" }
  }

  public func text(as form: Form) -> String {
    switch form {
    case .json: json
    case .markdown: markdown
    case .html: html
    case .mail: mail
    }
  }

  private var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    // Nothing in a brief is something that JSON cannot hold.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
  }

  /// What a night wrote; nil where it wrote none, or one of another form.
  public static func read(in folder: URL) -> Brief? {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    return (try? Data(contentsOf: folder.appendingPathComponent(fileName))).flatMap {
      try? decoder.decode(Brief.self, from: $0)
    }
  }
}
