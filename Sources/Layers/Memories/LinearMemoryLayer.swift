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

/// What the layers with memories have in common: heads, and what enters and leaves them.
struct MemoryHeads: Sendable {
  let width, count: Int
  private let outputNormalization: Parameter
  private let output: Linear

  init(width: Int, count: Int, outputInitializer: Initializer?, in scope: ParameterScope) throws {
    self.width = width
    self.count = count
    outputNormalization = try scope.parameter(
      "outputNormalization", [width / count], .constant(1))
    output = try Linear(width, width, initializer: outputInitializer, in: scope / "output")
  }

  var headWidth: Int { width / count }

  /// [batch, time, width] -> [batch, time, heads, headWidth].
  func split(_ x: Tensor) -> Tensor { x.reshaped([x.shape[0], x.shape[1], count, headWidth]) }

  /// What the heads have read, put together: [batch, time, heads, headWidth] -> [batch, time, width].
  func join(_ read: Tensor) -> Tensor {
    let normalized = read.rmsNormalized(weight: outputNormalization.effective, epsilon: 1e-5)
    return output(normalized.reshaped([read.shape[0], read.shape[1], width]))
  }
}

/// A number between 0 and 1 for every row and head.
struct MemoryGate: Sendable {
  private let projection: Linear

  /// Where a layer's gates lie: they are too narrow for an optimizer of matrices.
  static let folder = "gates"

  /// `beginning` is what it gives at first.
  init(width: Int, heads: Int, beginning: Float, in scope: ParameterScope) throws {
    projection = try Linear(
      width, heads, bias: .constant(logit(beginning)), initializer: .normal(deviation: 0.02),
      in: scope)
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
  private let query, key, value: Linear
  private let rate: MemoryGate
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
    query = try Linear(width, width, in: scope / "query")
    key = try Linear(width, width, in: scope / "key")
    value = try Linear(width, width, in: scope / "value")
    rate = try MemoryGate(
      width: width, heads: count, beginning: 0.5, in: scope / MemoryGate.folder / "rate")
    keep =
      form.forgets
      ? try MemoryGate(
        width: width, heads: count, beginning: 0.998, in: scope / MemoryGate.folder / "keep") : nil
    beginning = try scope.parameter(
      "beginning", [width / count, count, width / count], .constant(0))
  }

  public func initialState(batch: Int) -> MemoryState {
    MemoryState(tensors: [beginning.effective.repeated(batch)])
  }

  public func callAsFunction(_ x: Tensor, continuing state: inout MemoryState) -> Tensor {
    let rates = rate(x)
    let steps = MemorySteps(
      queries: heads.split(query(x)).activated(by: .silu).withUnitRows(),
      keys: heads.split(key(x)).activated(by: .silu).withUnitRows(), values: heads.split(value(x)),
      rate: rates, keep: keep.map { $0(x) } ?? Tensor(repeating: 1, shape: rates.shape))
    let (read, matrices) = Tensor.linearMemory(
      steps, from: MemoryMatrices(state.tensors[0]), rule: form.rule)
    state.tensors = [matrices.memory]
    state.step += x.shape[1]
    return heads.join(read)
  }
}
