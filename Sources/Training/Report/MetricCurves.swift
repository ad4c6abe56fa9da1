import Foundation

/// The numbers of a stage's metrics file, a curve for each name.
///
/// The file has one JSON object a step. Every number in it is a curve, whichever stage wrote it; the
/// numbers of `measures` are those that were measured now and then.
public struct MetricCurves: Sendable {
  public typealias Curve = LinePlot.Series

  /// Numbers of every step, in the order of their names.
  public private(set) var everyStep: [Curve] = []
  /// Numbers that were measured on the way, in the order of their names.
  public private(set) var measures: [Curve] = []
  public private(set) var lastStep = 0

  public subscript(name: String) -> Curve? {
    (everyStep + measures).first { $0.name == name }
  }

  /// Reads a file; of a step that was done again after an interruption the last line counts.
  ///
  /// Lines that are cut, as the one that is being written, are left out.
  public init(contentsOf url: URL) throws {
    let decoder = JSONDecoder()
    var byStep: [Int: Line] = [:]
    for text in try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")) {
      if let line = try? decoder.decode(Line.self, from: text) { byStep[line.step] = line }
    }
    let lines = byStep.values.sorted { $0.step < $1.step }
    lastStep = lines.last?.step ?? 0
    everyStep = Self.curves(lines, \.numbers)
    measures = Self.curves(lines, \.measures)
  }

  private static func curves(_ lines: [Line], _ numbers: (Line) -> [String: Double]) -> [Curve] {
    var points: [String: [LinePlot.Point]] = [:]
    for line in lines {
      for (name, value) in numbers(line) {
        points[name, default: []].append(.init(Double(line.step), value))
      }
    }
    return points.sorted { $0.key < $1.key }.map { Curve($0.key, $0.value) }
  }

  private struct Line: Decodable {
    var step: Int
    var numbers: [String: Double] = [:]
    var measures: [String: Double] = [:]

    private struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      step = try container.decode(Int.self, forKey: Key(stringValue: "step"))
      for key in container.allKeys where key.stringValue != "step" {
        if let number = try? container.decode(Double.self, forKey: key) {
          numbers[key.stringValue] = number
        } else if let group = try? container.decode([String: Double].self, forKey: key) {
          measures.merge(group) { $1 }
        }
      }
    }
  }
}

extension LinePlot.Series {
  /// The means of as many neighbours as make the points at most `count`, and how many those are.
  package func averaged(to count: Int) -> (series: LinePlot.Series, neighbours: Int) {
    let size = max((points.count + count - 1) / count, 1)
    guard size > 1 else { return (self, 1) }
    let means = stride(from: 0, to: points.count, by: size).map { start in
      let group = points[start..<min(start + size, points.count)]
      let sum = group.reduce((x: 0.0, y: 0.0)) { ($0.x + $1.x, $0.y + $1.y) }
      return LinePlot.Point(sum.x / Double(group.count), sum.y / Double(group.count))
    }
    return (LinePlot.Series(name, means), size)
  }
}
