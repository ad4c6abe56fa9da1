import Foundation
import OperationCatalog
import Tensors

import struct OperationCatalog.Measurement  // Foundation has one too.

/// Every operation of the engine at a model's sizes, each on one thread.
struct OperationComparison: Comparison {
  struct Line: Encodable {
    let measurement: Measurement
    /// Of the rate of matrix products of the same precision on one thread.
    let shareOfPeak: Double?
  }

  let date: Date
  let machine: Machine
  let operations: [Line]

  static func measured(progress: (String) -> Void) throws -> OperationComparison {
    var peaks: [Precision: MatrixPeak] = [:]
    let cases = OperationCatalog.cases(.benchmark)
    let measurements = try cases.enumerated().map { index, operation in
      progress("\(index + 1) of \(cases.count): \(operation)")
      if operation.flops != nil {
        let pool = WorkerPool(count: 1)
        try peaks[operation.precision, default: MatrixPeak(operation.precision, on: pool)].measure()
      }
      return operation.measure()
    }
    return OperationComparison(
      date: .now, machine: .current,
      operations: zip(cases, measurements).map { operation, measurement in
        let peak = peaks[operation.precision]?.gigaflopsPerSecond
        return Line(
          measurement: measurement,
          shareOfPeak: measurement.gigaflopsPerSecond.flatMap { rate in peak.map { rate / $0 } })
      })
  }

  var text: String {
    var table = Table(
      .leading("operation"), .trailing("forward us"), .trailing("with gradient us"),
      .trailing("GFLOP/s"), .trailing("of peak"), .trailing("GB/s"))
    for line in operations {
      let measured = line.measurement
      table.append([
        measured.operation, (measured.forwardSeconds * 1e6).fixed(1),
        (measured.trainingSeconds * 1e6).fixed(1), measured.gigaflopsPerSecond?.fixed(1) ?? "",
        line.shareOfPeak.map { ($0 * 100).fixed(0) + "%" } ?? "",
        measured.gigabytesPerSecond.fixed(1),
      ])
    }
    return "\(machine.description); operations on one thread\n\n\(table.text)"
  }
}
