import Tensors

/// How a layer's linear memories learn.
public struct LinearMemoryForm: Sendable, Codable, Hashable {
  public var rule: MemoryRule
  /// Whether a step may let go of a part of what was there before.
  public var forgets: Bool

  public init(rule: MemoryRule, forgets: Bool) {
    self.rule = rule
    self.forgets = forgets
  }

  /// Linear attention (2006.16236).
  public static let hebbian = LinearMemoryForm(rule: .hebbian, forgets: false)
  /// Linear attention that forgets (gated linear attention, 2312.06635, and Mamba-2, 2405.21060, with one gate a head).
  public static let gatedHebbian = LinearMemoryForm(rule: .hebbian, forgets: true)
  /// DeltaNet (2406.06484).
  public static let delta = LinearMemoryForm(rule: .delta, forgets: false)
  /// Gated DeltaNet (2412.06464).
  public static let gatedDelta = LinearMemoryForm(rule: .delta, forgets: true)
}

/// What the layers with memories have in common: heads, what asks them, and what leaves them.
struct MemoryHeads: Sendable {
  let width, count: Int
  private let query: Linear
  private let outputNormalization: Parameter
  private let output: Linear

  init(width: Int, count: Int, outputInitializer: Initializer?, in scope: ParameterScope) throws {
    self.width = width
    self.count = count
    query = try Linear(width, width, in: scope / "query")
    outputNormalization = try scope.parameter(
      "outputNormalization", [width / count], .constant(1))
    output = try Linear(width, width, initializer: outputInitializer, in: scope / "output")
  }

  var headWidth: Int { width / count }

  /// Queries of length 1: [batch, time, width] -> [batch, time, heads, headWidth].
  func queries(_ x: Tensor) -> Tensor { units(split(query(x))) }

  /// Rows of heads through SiLU, divided by their lengths: what asks and what is asked for have to go the same way.
  func units(_ x: Tensor) -> Tensor { x.activated(by: .silu).withUnitRows() }

  /// [batch, time, width] -> [batch, time, heads, headWidth].
  func split(_ x: Tensor) -> Tensor { x.reshaped([x.shape[0], x.shape[1], count, headWidth]) }

  /// What the heads have read, put together: [batch, time, heads, headWidth] -> [batch, time, width].
  func join(_ read: Tensor) -> Tensor {
    let normalized = read.rmsNormalized(weight: outputNormalization.effective, epsilon: 1e-5)
    return output(normalized.reshaped([read.shape[0], read.shape[1], width]))
  }
}

/// What rows write where nothing but they decide it: projected keys of length 1, values, and how much of them.
struct ProjectedWrites: Sendable {
  private let heads: MemoryHeads
  private let key, value: Linear
  private let rate: MemoryGate

  init(_ heads: MemoryHeads, in scope: ParameterScope) throws {
    self.heads = heads
    key = try Linear(heads.width, heads.width, in: scope / "key")
    value = try Linear(heads.width, heads.width, in: scope / "value")
    rate = try MemoryGate("rate", heads, beginning: 0.5, in: scope)
  }

  /// Keys and values [batch, time, heads, headWidth], rates [batch, time, heads].
  func callAsFunction(_ x: Tensor) -> (keys: Tensor, values: Tensor, rate: Tensor) {
    (heads.units(heads.split(key(x))), heads.split(value(x)), rate(x))
  }
}

/// A number between 0 and 1 for every row and head.
struct MemoryGate: Sendable {
  private let projection: Linear

  /// Creates the gate `name` in `scope`, under `gates`: it is too narrow for an optimizer of matrices. `beginning` is
  /// what it gives at first.
  init(_ name: String, _ heads: MemoryHeads, beginning: Float, in scope: ParameterScope) throws {
    projection = try Linear(
      heads.width, heads.count, bias: .constant(logit(beginning)),
      initializer: .normal(deviation: 0.02), in: scope / "gates" / name)
  }

  /// [batch, time, width] -> [batch, time, heads].
  func callAsFunction(_ x: Tensor) -> Tensor { projection(x).activated(by: .sigmoid) }
}

/// Linear associative memories in place of attention: every row writes its value under its key, and reads with its query.
///
/// What it holds of a sequence is a matrix a head, however long the sequence is.
public struct LinearMemoryLayer: RecurrentLayer {
  private let form: LinearMemoryForm
  private let heads: MemoryHeads
  private let writes: ProjectedWrites
  private let keep: MemoryGate?
  private let beginning: Parameter

  /// Creates the layer in `scope`.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ form: LinearMemoryForm, width: Int, heads count: Int, outputInitializer: Initializer? = nil,
    in scope: ParameterScope
  ) throws {
    self.form = form
    heads = try MemoryHeads(
      width: width, count: count, outputInitializer: outputInitializer, in: scope)
    writes = try ProjectedWrites(heads, in: scope)
    keep = form.forgets ? try MemoryGate("keep", heads, beginning: 0.998, in: scope) : nil
    beginning = try scope.parameter(
      "beginning", [width / count, count, width / count], .constant(0))
  }

  public func initialState(batch: Int) -> MemoryState {
    MemoryState(tensors: [beginning.effective.repeated(batch)])
  }

  public func callAsFunction(_ x: Tensor, continuing state: inout MemoryState) -> Tensor {
    let (keys, values, rate) = writes(x)
    let steps = MemorySteps(
      queries: heads.queries(x), keys: keys, values: values, rate: rate,
      keep: keep.map { $0(x) } ?? Tensor(repeating: 1, shape: rate.shape))
    var memory = LinearMemory(MemoryMatrices(state.tensors[0]), rule: form.rule)
    let read = memory.writing(steps)
    state.tensors = [memory.matrices.memory]
    state.step += x.shape[1]
    return heads.join(read)
  }
}
