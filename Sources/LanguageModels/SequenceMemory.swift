import Layers

/// Layers of memories that a core can have in place of attention.
public enum SequenceMemory: Sendable, Codable, Equatable {
  case linear(LinearMemoryForm)
  case titans(TitansLayer.Form)
  case selfModifying(SelfModifyingLayer.Form)

  func layer(
    width: Int, heads: Int, outputInitializer: Initializer?, in scope: ParameterScope
  ) throws -> any RecurrentLayer {
    switch self {
    case .linear(let form):
      try LinearMemoryLayer(
        form, width: width, heads: heads, outputInitializer: outputInitializer, in: scope)
    case .titans(let form):
      try TitansLayer(
        form, width: width, heads: heads, outputInitializer: outputInitializer, in: scope)
    case .selfModifying(let form):
      try SelfModifyingLayer(
        form, width: width, heads: heads, outputInitializer: outputInitializer, in: scope)
    }
  }

  /// What makes it impossible, in words; nil when it is sound.
  var problem: String? {
    let (depth, period) =
      switch self {
      case .linear: (1, 1)
      case .titans(let form): (form.depth, form.period)
      case .selfModifying(let form): (form.depth, form.period)
      }
    if !(1...2).contains(depth) { return "memory.depth is \(depth), expected 1 or 2" }
    if !(1...65_536).contains(period) { return "memory.period is \(period), expected 1 to 65536" }
    return nil
  }
}

extension ContinuumMemory.Form {
  /// What makes it impossible, in words; nil when it is sound.
  var problem: String? {
    if !(1...16).contains(periods.count) {
      return "continuum.periods are \(periods.count), expected 1 to 16"
    }
    return periods.first { !(1...1_000_000).contains($0) }
      .map { "a continuum's period is \($0), expected 1 to 1000000" }
  }
}
