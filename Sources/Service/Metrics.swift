import Foundation
import HTTP
import Sleep
import Synchronization

/// What is counted while serving, in Prometheus' text format (version 0.0.4).
final class Metrics: Sendable {
  private struct Counts {
    var requests: [String: Int] = [:]
    var seconds: [String: Double] = [:]
    var promptTokens = 0
    var heldTokens = 0
    var writtenTokens = 0
    var activeReplies = 0
    /// Seconds to a reply's first token, by upper bounds.
    var firstTokens = [Int](repeating: 0, count: Metrics.bounds.count + 1)
    var firstTokenSeconds = 0.0
  }

  static let bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  private let counts = Mutex(Counts())

  func count(route: String, status: Int, duration: Duration) {
    counts.withLock {
      $0.requests["route=\"\(route)\",status=\"\(status)\"", default: 0] += 1
      $0.seconds["route=\"\(route)\"", default: 0] += duration.inSeconds
    }
  }

  func beginReply() { counts.withLock { $0.activeReplies += 1 } }

  func endReply(prompt: Int, held: Int, written: Int) {
    counts.withLock {
      $0.activeReplies -= 1
      $0.promptTokens += prompt
      $0.heldTokens += held
      $0.writtenTokens += written
    }
  }

  func firstToken(after duration: Duration) {
    let seconds = duration.inSeconds
    counts.withLock {
      $0.firstTokens[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
      $0.firstTokenSeconds += seconds
    }
  }

  func response(_ household: Household) -> Response {
    let counts = counts.withLock { $0 }
    var lines: [String] = []
    func metric(_ name: String, _ kind: String, _ help: String, _ values: [(String, String)]) {
      lines.append("# HELP circadian_\(name) \(help)")
      lines.append("# TYPE circadian_\(name) \(kind)")
      lines += values.map { "circadian_\(name)\($0.0.isEmpty ? "" : "{\($0.0)}") \($0.1)" }
    }
    metric(
      "requests_total", "counter", "Requests that were answered.",
      counts.requests.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
    metric(
      "request_seconds_total", "counter", "Time to the beginning of the answers.",
      counts.seconds.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") })
    metric("prompt_tokens_total", "counter", "Tokens of prompts.", [("", "\(counts.promptTokens)")])
    metric(
      "held_tokens_total", "counter", "Tokens of prompts that had been read before.",
      [("", "\(counts.heldTokens)")])
    metric("written_tokens_total", "counter", "Tokens written.", [("", "\(counts.writtenTokens)")])
    metric("active_replies", "gauge", "Replies being written.", [("", "\(counts.activeReplies)")])
    let residents = household.residents
    metric(
      "asleep", "gauge", "Nights going on here.",
      [("", "\(residents.count { $0.sleep.state.state != .idle })")])
    metric(
      "awake", "gauge", "Minds in memory.", [("", "\(residents.count { $0.isAwake })")])
    metric(
      "held_context_bytes", "gauge", "Contexts kept for later turns.",
      [("", "\(residents.reduce(0) { $0 + $1.heldBytes })")])
    metric(
      "peak_memory_bytes", "gauge", "The most memory this process has had.",
      [("", "\(ProcessMemory.peakBytes)")])
    var total = 0
    var buckets = zip(Self.bounds.map { "\($0)" } + ["+Inf"], counts.firstTokens).map {
      total += $1
      return "circadian_first_token_seconds_bucket{le=\"\($0)\"} \(total)"
    }
    buckets.append("circadian_first_token_seconds_sum \(counts.firstTokenSeconds)")
    buckets.append("circadian_first_token_seconds_count \(total)")
    metric("first_token_seconds", "histogram", "Time to a reply's first piece.", [])
    lines += buckets
    return Response(
      headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
      body: .data(Data((lines.joined(separator: "\n") + "\n").utf8)))
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
