import Tensors

/// The neural memory of Titans (2501.00663) in place of attention.
///
/// What surprises it is written, with momentum, and what is old fades: S_t = inertia S_(t-1) - rate grad,
/// M_t = keep M_(t-1) + S_t, all three of them functions of the row. The rate is a share of 1 - inertia, so that
/// the momentum is a mean of surprises and cannot outgrow them.
public struct TitansLayer: RecurrentLayer {
  /// The memory's network, and after how many rows the gradient is taken at its weights anew.
  public struct Form: Sendable, Codable, Hashable {
    /// 1 or 2.
    public var depth: Int
    public var period: Int

    public init(depth: Int = 2, period: Int = 16) {
      self.depth = depth
      self.period = period
    }
  }

  private let heads: MemoryHeads
  private let writes: ProjectedWrites
  private let keep, inertia: MemoryGate
  private let beginning: NeuralMemory.Beginning

  /// Creates the layer in `scope`.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(
    _ form: Form, width: Int, heads count: Int, outputInitializer: Initializer? = nil,
    in scope: ParameterScope
  ) throws {
    heads = try MemoryHeads(
      width: width, count: count, outputInitializer: outputInitializer, in: scope)
    writes = try ProjectedWrites(heads, in: scope)
    keep = try MemoryGate("keep", heads, beginning: 0.998, in: scope)
    inertia = try MemoryGate("inertia", heads, beginning: 0.2, in: scope)
    beginning = try NeuralMemory.Beginning(
      .init(.momentum, isResidual: false, period: form.period), depth: form.depth, heads: count,
      width: width / count, hiddenWidth: width / count, in: scope / "memory")
  }

  public func initialState(batch: Int) -> MemoryState {
    MemoryState(tensors: beginning.memory(batch: batch).tensors)
  }

  public func callAsFunction(_ x: Tensor, continuing state: inout MemoryState) -> Tensor {
    let queries = heads.queries(x)
    let moving = inertia(x)
    let (keys, values, rate) = writes(x)
    let writes = NeuralMemory.Writes(
      keys: keys, values: values, rate: rate - rate * moving, keep: keep(x), inertia: moving)
    let read = [beginning].passing(x.shape[1], through: &state) { piece, memories in
      memories[0].writing(writes.rows(piece), reading: queries.sliced(axis: 1, piece))
    }
    return heads.join(read)
  }
}

extension NeuralMemory.Writes {
  /// Those of some of the steps.
  func rows(_ range: Range<Int>) -> NeuralMemory.Writes {
    func part(_ tensor: Tensor) -> Tensor { tensor.sliced(axis: 1, range) }
    return .init(
      keys: part(keys), values: part(values), rate: part(rate), keep: part(keep),
      inertia: inertia.map(part))
  }
}
