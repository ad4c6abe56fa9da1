import Tensors

/// Memories that decide themselves what is written to them (self-modifying Titans, the layer of HOPE; 2512.24695).
///
/// Of five memories side by side the first four say what a row's key, value, rate and share kept are, and the fifth answers
/// its query, the only fixed projection. Each is written to under that key, and what it is to answer is what it
/// itself makes of the value: M <- M (keep I - rate k k^T) - rate grad 1/2 |M(k) - M(v)|^2. Key, value, rate, share and gradient come
/// from the memories as they were when the period began; the query is answered by the memory as it is.
public struct SelfModifyingLayer: RecurrentLayer {
  /// What can be chosen about the memories.
  public struct Form: Sendable, Codable, Hashable {
    /// 1 or 2.
    public var depth: Int
    /// After how many rows the memories are asked as they are by then.
    public var period: Int
    /// Whether the first four are written to as well; otherwise they stay what they learned in training.
    public var modifiesItself: Bool

    public init(depth: Int = 2, period: Int = 16, modifiesItself: Bool = true) {
      self.depth = depth
      self.period = period
      self.modifiesItself = modifiesItself
    }
  }

  /// The memories, each as many heads.
  private enum Role: Int, CaseIterable {
    case key, value, rate, keep, answer
  }

  private let form: Form
  private let heads: MemoryHeads
  private let memory: NeuralMemory
  private let rate, keep: ReadGate

  /// Creates the layer in `scope`.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ form: Form, width: Int, heads count: Int, outputInitializer: Initializer? = nil,
    in scope: ParameterScope
  ) throws {
    self.form = form
    heads = try MemoryHeads(
      width: width, count: count, outputInitializer: outputInitializer, in: scope)
    let headWidth = width / count
    memory = try NeuralMemory(
      .delta, depth: form.depth, isResidual: true, heads: Role.allCases.count * count,
      width: headWidth, hiddenWidth: headWidth, in: scope / "memory")
    rate = try ReadGate(width: headWidth, heads: count, beginning: 0.5, in: scope / "rate")
    keep = try ReadGate(width: headWidth, heads: count, beginning: 0.998, in: scope / "keep")
  }

  public func initialState(batch: Int) -> MemoryState {
    MemoryState(tensors: memory.beginning(batch: batch).tensors)
  }

  public func callAsFunction(_ x: Tensor, continuing state: inout MemoryState) -> Tensor {
    let queries = heads.queries(x)
    let rows = heads.split(x).withUnitRows()
    let read = memory.passing(x.shape[1], period: form.period, through: &state) { piece, weights in
      self.read(rows.sliced(axis: 1, piece), queries.sliced(axis: 1, piece), changing: &weights)
    }
    return heads.join(read)
  }

  /// Rows and queries [batch, time, heads, headWidth] that end no later than the period.
  private func read(
    _ rows: Tensor, _ queries: Tensor, changing weights: inout NeuralMemory.Weights
  ) -> Tensor {
    let said = memory.read(beside(rows), with: weights)
    let value = of(.value, said)
    let kept = keep(of(.keep, said))
    // At most half of what is kept: the gradient takes away as much again.
    let written = rate(of(.rate, said)) * kept * 0.5
    let writes = NeuralMemory.Writes(
      keys: beside(of(.key, said).withUnitRows()),
      values: memory.read(beside(value), with: weights),
      rate: form.modifiesItself ? beside(written) : only(written, otherwise: 0),
      keep: form.modifiesItself ? beside(kept) : only(kept, otherwise: 1))
    return of(.answer, memory.write(writes, reading: beside(queries), to: &weights))
  }

  /// The same for each of the memories, [batch, time, heads, ...] -> [batch, time, memories * heads, ...].
  private func beside(_ x: Tensor) -> Tensor {
    .concatenated(Role.allCases.map { _ in x }, axis: 2)
  }

  /// The memory that answers gets x, and the others `constant`.
  private func only(_ x: Tensor, otherwise constant: Float) -> Tensor {
    let other = Tensor(repeating: constant, shape: x.shape)
    return .concatenated(Role.allCases.map { $0 == .answer ? x : other }, axis: 2)
  }

  private func of(_ role: Role, _ all: Tensor) -> Tensor {
    all.sliced(axis: 2, role.rawValue * heads.count..<(role.rawValue + 1) * heads.count)
  }
}

/// A number between 0 and 1 for every row and head, of what a memory has said.
private struct ReadGate: Sendable {
  private let weight, bias: Parameter

  init(width: Int, heads: Int, beginning: Float, in scope: ParameterScope) throws {
    weight = try scope.parameter("weight", [width, heads, 1], .normal(deviation: 0.02))
    bias = try scope.parameter("bias", [heads], .constant(logit(beginning)))
  }

  /// [batch, time, heads, headWidth] -> [batch, time, heads].
  func callAsFunction(_ read: Tensor) -> Tensor {
    let number = read.headwiseProduct(weight.effective.repeated(read.shape[0]))
    return number.reshaped(Shape(Array(read.shape.extents.dropLast())))
      .addingRow(bias.effective).activated(by: .sigmoid)
  }
}
