import Foundation

/// What people want when they write something, with texts of those who wanted it.
public struct Intent: Sendable, Hashable {
  /// In words: `card arrival`.
  public let name: String
  /// To learn from, and to be asked about.
  public let examples, questions: [String]

  public init(name: String, examples: [String], questions: [String]) {
    self.name = name
    self.examples = examples
    self.questions = questions
  }
}

/// Intents as CLINC150 (Larson et al. 2019) and Banking77 (Casanueva et al. 2020) have them.
public enum IntentFiles {
  private static let mostBytes = 64 << 20

  /// Reads CLINC150 from a folder with `data_full.json`, or Banking77 from one with `train.csv` and `test.csv`; intents in the
  /// order of their names.
  ///
  /// - Throws: `DocumentError`; of a folder with neither, with what was expected.
  public static func read(in folder: String) throws(DocumentError) -> [Intent] {
    func exists(_ name: String) -> Bool {
      FileManager.default.fileExists(atPath: "\(folder)/\(name)")
    }
    if exists("data_full.json") {
      return try clinc("\(folder)/data_full.json")
    }
    if exists("train.csv"), exists("test.csv") {
      return grouped(
        examples: try banking("\(folder)/train.csv"), questions: try banking("\(folder)/test.csv"))
    }
    throw .noShards(
      path: folder,
      expected:
        "CLINC150's data_full.json (github.com/clinc/oos-eval), or Banking77's train.csv and test.csv "
        + "(github.com/PolyAI-LDN/task-specific-datasets)")
  }

  private typealias Labelled = (text: String, label: String)

  private static func grouped(examples: [Labelled], questions: [Labelled]) -> [Intent] {
    let learned = Dictionary(grouping: examples, by: \.label)
    let asked = Dictionary(grouping: questions, by: \.label)
    return learned.keys.sorted().map { label in
      Intent(
        name: label.replacing("_", with: " "), examples: learned[label]?.map(\.text) ?? [],
        questions: asked[label]?.map(\.text) ?? [])
    }
  }

  /// `train` and `test` are arrays of a text and its label; what is out of scope stands elsewhere, and is not read.
  private static func clinc(_ path: String) throws(DocumentError) -> [Intent] {
    let bytes = try bytes(of: path)
    guard let parts = try? JSONDecoder().decode([String: [[String]]].self, from: Data(bytes))
    else {
      throw .unexpected(
        path: path, offset: 0, expected: "JSON: an object of arrays of [text, intent]")
    }
    func part(_ name: String) throws(DocumentError) -> [Labelled] {
      guard let pairs = parts[name], !pairs.isEmpty, pairs.allSatisfy({ $0.count == 2 }) else {
        throw .unexpected(
          path: path, offset: 0, expected: "\"\(name)\": an array of [text, intent]")
      }
      return pairs.map { ($0[0], $0[1]) }
    }
    return grouped(examples: try part("train"), questions: try part("test"))
  }

  /// Lines of a text and its label behind `text,category`; a text with commas, quotes or line ends stands in quotes (RFC
  /// 4180).
  private static func banking(_ path: String) throws(DocumentError) -> [Labelled] {
    var records = try CommaSeparated.records(try bytes(of: path), path: path)[...]
    guard records.popFirst()?.fields == ["text", "category"] else {
      throw .malformed(path: path, line: 1, expected: "text,category")
    }
    var labelled: [Labelled] = []
    for record in records {
      guard record.fields.count == 2, !record.fields[1].isEmpty else {
        throw .malformed(
          path: path, line: record.line,
          expected: "a text and a category, found \(record.fields.count) fields")
      }
      labelled.append((record.fields[0], record.fields[1]))
    }
    guard !labelled.isEmpty else { throw .noText(path: path) }
    return labelled
  }

  private static func bytes(of path: String) throws(DocumentError) -> [UInt8] {
    let reader = try ByteReader(path)
    let count = try reader.require(mostBytes + 1)
    guard count <= mostBytes else {
      throw .tooLarge(path: path, bytes: count, limit: mostBytes)
    }
    let bytes = Array(reader.available)
    if let offset = TextDecoding.firstInvalidUTF8(bytes) {
      throw .badEncoding(path: path, encoding: "UTF-8", offset: offset)
    }
    return bytes
  }
}
