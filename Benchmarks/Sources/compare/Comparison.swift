import Foundation

/// What was measured: a text for people and a document for programs.
protocol Comparison: Encodable {
  var text: String { get }
  /// Whether all sides that took part did the same work.
  var isSound: Bool { get }
}

/// A comparison that is drawn as well.
protocol Plotted {
  func write(to folder: URL) throws
}

extension Comparison {
  var isSound: Bool { true }
}
