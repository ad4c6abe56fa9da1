import Files
import Foundation
import Training

/// The metrics of a stage: one JSON object a line, one line a step.
struct MetricsLog {
  private let url: URL
  private var handle: FileHandle?

  init(_ url: URL) { self.url = url }

  /// Appends the line of a step; the first one drops what an earlier run left of this step and later ones.
  mutating func append(_ value: some StepMetric & Encodable) throws {
    let handle = try self.handle ?? open(before: value.step)
    self.handle = handle
    try handle.write(contentsOf: JSONFormat.line(value))
  }

  private func open(before step: Int) throws -> FileHandle {
    struct Line: Decodable { var step: Int }
    let old = (try? Data(contentsOf: url)) ?? Data()
    let kept = old.split(separator: UInt8(ascii: "\n")).filter { line in
      (try? JSONDecoder().decode(Line.self, from: line)).map { $0.step < step } ?? false
    }
    try AtomicFile.write(
      Data(kept.joined(separator: [0x0a])) + (kept.isEmpty ? [] : [0x0a]), to: url)
    let handle = try FileHandle(forWritingTo: url)
    try handle.seekToEnd()
    return handle
  }

  /// The lines of a file; of a step that was done again after an interruption, the last.
  static func read<Line: StepMetric>(_ type: Line.Type, from url: URL) -> [Line] {
    let decoder = JSONDecoder()
    var byStep: [Int: Line] = [:]
    for line in ((try? Data(contentsOf: url)) ?? Data()).split(separator: UInt8(ascii: "\n")) {
      guard let metric = try? decoder.decode(type, from: line) else { continue }
      byStep[metric.step] = metric
    }
    return byStep.values.sorted { $0.step < $1.step }
  }
}

/// A line of a metrics file, one a step.
protocol StepMetric: Decodable {
  var step: Int { get }
}

extension TrainingRun.StepReport: StepMetric {}
