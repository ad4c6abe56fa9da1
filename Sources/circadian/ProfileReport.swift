import CommandLineInterface
import Foundation
import Tensors

/// Where the time of a command went: what `--profile` tells.
struct ProfileReport {
  private struct Line {
    let kind: Profile.Kind
    let totals: Profile.Totals

    var name: String { kind.isGradient ? "\(kind.operation), gradient" : kind.operation }
  }

  private let lines: [Line]
  /// Of the command, by the clock.
  private let seconds: Double
  /// What the machine's products reach, 10^9 operations a second of all threads, by precision.
  private let peaks: [Precision: Double]

  /// Carries out `command`, and tells where its time went, also when it ends with an error.
  static func told(
    _ invocation: Invocation, _ command: () async throws -> Void
  ) async throws {
    let clock = ContinuousClock()
    let began = clock.now
    Profile.start()
    func tell() {
      let totals = Profile.stop()
      let report = ProfileReport(totals, seconds: (clock.now - began) / .seconds(1))
      try? invocation.messages.writeLine(report.text)
    }
    do { try await command() } catch {
      tell()
      throw error
    }
    tell()
  }

  private init(_ totals: [Profile.Kind: Profile.Totals], seconds: Double) {
    lines = totals.map { Line(kind: $0.key, totals: $0.value) }
      .sorted { ($0.totals.seconds, $1.name) > ($1.totals.seconds, $0.name) }
    self.seconds = seconds
    peaks = Dictionary(
      uniqueKeysWithValues: Set([Precision.float32, .fastest]).compactMap { precision in
        (try? MatrixPeak.gigaflops(precision)).map { (precision, $0) }
      })
  }

  /// Less than a thousandth of the time is not worth a line.
  private static let leastShare = 0.001

  var text: String {
    let threads = WorkerPool.shared.count
    let measured = lines.reduce(0) { $0 + $1.totals.seconds }
    var table = TextTable(
      "operation", .trailing("calls"), .trailing("seconds"), .trailing("share"),
      .trailing("GFLOP"), .trailing("GFLOP/s"), .trailing("of peak"), .trailing("GB"),
      .trailing("GB/s"))
    for line in lines where line.totals.seconds >= Self.leastShare * measured {
      let (totals, work) = (line.totals, line.totals.work)
      let rate = work.flops / totals.seconds / 1e9
      let peak = (peaks[.fastest] ?? 0) / Double(threads)
      table.append([
        line.name, "\(totals.calls)", totals.seconds.fixed(3),
        (100 * totals.seconds / max(measured, 1e-9)).fixed(1) + "%",
        work.flops > 0 ? (work.flops / 1e9).fixed(1) : "",
        work.flops > 0 ? rate.fixed(1) : "",
        work.flops > 0 && peak > 0 ? (100 * rate / peak).fixed(0) + "%" : "",
        (work.bytes / 1e9).fixed(2), (work.bytes / totals.seconds / 1e9).fixed(1),
      ])
    }
    let rates = peaks.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value.fixed(0)) GFLOP/s in \($0.key.rawValue)" }.joined(separator: ", ")
    return """
      \(table.text)
      Operations: \(measured.fixed(2)) s on \(threads) threads in \(seconds.fixed(2)) s by the clock, \
      \((100 * measured / max(seconds * Double(threads), 1e-9)).fixed(0))% of what the threads had. \
      Matrix peak: \(rates); GFLOP/s are of one thread, and their share is of the faster peak.
      """
  }
}
