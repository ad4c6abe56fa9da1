import CommandLineInterface
import Foundation
import LanguageModels
import Ranks
import Tensors
import Training

struct PlanCommand: Command {
  let name = "plan"
  let abstract = "Works out what training a core, and a population's nights, take on many machines."
  let discussion = """
    What a machine does is measured here, unless it is given: products at their peak, and memory. Under mpirun \
    the wire between the processes is measured, too. Documentation/Scaling.md says how far such a plan is from what was \
    measured.
    """
  let examples = [
    "circadian plan --nodes 1 --nodes 8 --nodes 64 --bandwidth 1.25",
    "circadian plan --depth 12 --gigaflops 2000 --individuals 1000000 --night-seconds 20",
    "mpirun -n 2 circadian plan",
  ]

  let depth = CommandLineInterface.Option(
    "depth", default: 26, must: .be(in: 1...64),
    help: "Layers of the core; the width is 64 times as much (26: a thousand million parameters).")
  let vocabulary = CommandLineInterface.Option(
    "vocabulary", default: 50_304, must: .be(in: 16...10_000_000), help: "Tokens of its vocabulary."
  )
  let context = CommandLineInterface.Option(
    "context", default: 1024, must: .be(in: 16...65_536), help: "Tokens of a window.")
  let batch = CommandLineInterface.Option(
    "batch", default: 512, must: .be(in: 1...1_000_000),
    help: "Windows of a step, of all nodes together.")
  let tokens = CommandLineInterface.Option<Double?>(
    "tokens", must: TrainingOptions.tokenCount,
    help: "Tokens to train on, instead of 20 a parameter.")
  let precision = TrainingOptions.precision
  let nodes = CommandLineInterface.Option<[Int]>(
    "nodes", help: "A number of nodes; may be repeated. 1 to 64 where none is given.")
  let gigaflops = CommandLineInterface.Option<Double?>(
    "gigaflops", must: .be(above: 0), help: "10^9 operations a second of a node's matrix products.")
  let efficiency = CommandLineInterface.Option(
    "efficiency", default: 0.75, must: .be(in: 0.01...1),
    help: "The share of them that a step reaches.")
  let memory = CommandLineInterface.Option<Double?>(
    "memory-bandwidth", must: .be(above: 0), help: "10^9 bytes a second of a node's memory.")
  let bandwidth = CommandLineInterface.Option<Double?>(
    "bandwidth", must: .be(above: 0),
    help: "10^9 bytes a second between nodes (1.25, which is 10 Gbit/s).")
  let latency = CommandLineInterface.Option(
    "latency", default: 50.0, must: .be(in: 0...1e6), help: "Microseconds between nodes.")
  let price = CommandLineInterface.Option(
    "price", default: 0.0, must: .be(in: 0...1e6), help: "What a node costs an hour.")
  let individuals = CommandLineInterface.Option(
    "individuals", default: 1_000_000, must: .be(in: 1...1_000_000_000),
    help: "Who sleeps every night.")
  let nightSeconds = CommandLineInterface.Option(
    "night-seconds", default: 35.0, must: .be(above: 0),
    help: "What a night takes a node (35: thirty facts and the default core on two cores).")

  var parameters: ParameterList {
    Section("Core") {
      depth
      vocabulary
      context
      batch
      tokens
      precision
    }
    Section("Nodes") {
      nodes
      gigaflops
      efficiency
      memory
      bandwidth
      latency
      price
    }
    Section("Nights") {
      individuals
      nightSeconds
    }
  }

  private struct Line: Encodable {
    var nodes: Int
    var step: ScalePlan.Step
    var tokensPerSecond, gigabytes, days, cost: Double
    var nightHours: Double
  }

  private struct Document: Encodable {
    var parameters, tokensPerStep: Int
    var tokens: Double
    var gigaflops, memoryBandwidth, bandwidth: Double
    var lines: [Line]
  }

  func run(_ invocation: Invocation) async throws {
    let ranks = Launch.ranks
    let counts = invocation[nodes].isEmpty ? [1, 2, 4, 8, 16, 32, 64] : invocation[nodes]
    guard counts.allSatisfy({ $0 > 0 }) else {
      throw CommandError("--nodes: expected numbers above 0", exitCode: .usage)
    }
    let wire = ranks.count > 1 ? ranks.measuredBandwidth() : 1.25
    let node = ScalePlan.Node(
      gigaflops: try invocation[gigaflops] ?? MatrixPeak.gigaflops(invocation[precision]),
      efficiency: invocation[efficiency],
      memoryBandwidth: try invocation[memory] ?? MemoryPeak.gigabytes(),
      bandwidth: invocation[bandwidth] ?? wire, latency: invocation[latency] / 1e6,
      workers: WorkerPool.shared.count)
    let plan = ScalePlan(
      .gpt(
        depth: invocation[depth], vocabularySize: invocation[vocabulary],
        contextLength: invocation[context]),
      tokensPerStep: invocation[batch] * invocation[context])
    let tokens = invocation[tokens] ?? 20 * Double(plan.parameters)
    let lines = counts.map { count in
      let step = plan.step(on: count, node)
      let seconds = tokens / Double(plan.tokensPerStep) * step.seconds
      return Line(
        nodes: count, step: step, tokensPerSecond: Double(plan.tokensPerStep) / step.seconds,
        gigabytes: (plan.bytes(on: count, node)
          + plan.activationBytes(rows: 1) * Double(node.workers)) / 1e9,
        days: seconds / 86_400, cost: seconds / 3600 * Double(count) * invocation[price],
        nightHours: ScalePlan.nights(
          invocation[individuals], seconds: invocation[nightSeconds], on: count) / 3600)
    }
    guard ranks.isFirst else { return }
    try invocation.report(
      Document(
        parameters: plan.parameters, tokensPerStep: plan.tokensPerStep, tokens: tokens,
        gigaflops: node.gigaflops, memoryBandwidth: node.memoryBandwidth,
        bandwidth: node.bandwidth, lines: lines)
    ) {
      text(lines, plan, node, tokens: tokens, invocation)
    }
  }

  private func text(
    _ lines: [Line], _ plan: ScalePlan, _ node: ScalePlan.Node, tokens: Double,
    _ invocation: Invocation
  ) -> String {
    var table = TextTable(
      .trailing("nodes"), .trailing("s a step"), .trailing("computing"), .trailing("exchanging"),
      .trailing("updating"), .trailing("tokens/s"), .trailing("GB a node"), .trailing("days"),
      .trailing("cost"), .trailing("hours of nights"))
    for line in lines {
      let step = line.step
      table.append([
        "\(line.nodes)", Readable.fixed(step.seconds, 3), Readable.fixed(step.computing, 3),
        Readable.fixed(step.exchanging, 3), Readable.fixed(step.updating, 3),
        "\(Int(line.tokensPerSecond))", Readable.fixed(line.gigabytes, 1),
        Readable.fixed(line.days, 1), invocation[price] > 0 ? Readable.fixed(line.cost, 0) : "",
        Readable.fixed(line.nightHours, 1),
      ])
    }
    return """
      \(plan.parameters) parameters, \(plan.tokensPerStep) tokens a step, \(Int(tokens)) in all; a node multiplies at \
      \(Int(node.gigaflops)) GFLOP/s, of which \(Int(node.efficiency * 100))% are reached, goes through memory at \
      \(Readable.fixed(node.memoryBandwidth, 0)) GB/s and sends at \(Readable.fixed(node.bandwidth, 2)) GB/s
      \(invocation[individuals]) individuals, \(Readable.fixed(invocation[nightSeconds], 0)) s a night and node

      \(table.text)
      """
  }
}

extension RankGroup {
  /// 10^9 bytes a second that a rank sends while it receives as many.
  fileprivate func measuredBandwidth() -> Double {
    let words = 1 << 20
    let counts = Array(repeating: words, count: count)
    let parts = [UInt32](repeating: 1, count: words * count)
    var received = parts
    let seconds = (0..<4).map { _ in
      wait()
      let start = Date()
      parts.withUnsafeBytes { parts in
        received.withUnsafeMutableBytes {
          exchange(parts, counts: counts, wordWidth: 4, into: $0)
        }
      }
      return Date().timeIntervalSince(start)
    }.min()!
    let slowest = gathered([seconds]).map { $0[0] }.max()!
    return 4 * Double(words * (count - 1)) / slowest / 1e9
  }
}
