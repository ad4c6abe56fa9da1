/// What was measured: a text for people and a document for programs.
protocol Comparison: Encodable {
  var text: String { get }
  /// Whether all sides that took part did the same work.
  var isSound: Bool { get }
}

extension Comparison {
  var isSound: Bool { true }
}
