import Tensors

/// Memories that decide themselves what is written to them (self-modifying Titans, the layer of HOPE; 2512.24695).
///
/// Of five memories side by side four, the speakers, say what a row's key, value, rate and share kept are, and the fifth
/// answers its query, the only fixed projection. Each is written to under that key, and what it is to answer is what it
/// itself makes of the value: M <- M (keep I - rate k k^T) - rate grad 1/2 |M(k) - t|^2, t = M(v) / sqrt(1 + |M(v)|^2 / width).
/// Without the division what a memory has learned lengthens what it learns next, and it grows beyond all bounds. Key, value,
/// rate, share and gradient come from the memories as they were when the period began; the query is answered by the memory as
/// it is.
public struct SelfModifyingLayer: RecurrentLayer {
  /// What can be chosen about the memories.
  public struct Form: Sendable, Codable, Hashable {
    /// 1 or 2.
    public var depth: Int
    /// After how many rows the memories are asked as they are by then.
    public var period: Int
    /// Whether the speakers are written to as well; otherwise they stay what they learned in training.
    public var modifiesItself: Bool

    public init(depth: Int = 1, period: Int = 16, modifiesItself: Bool = true) {
      self.depth = depth
      self.period = period
      self.modifiesItself = modifiesItself
    }
  }

  /// What the speakers say, each as many heads.
  private enum Role: Int, CaseIterable {
    case key, value, rate, keep
  }

  private let form: Form
  private let heads: MemoryHeads
  private let keyConvolution, valueConvolution: ShortConvolution
  private let answerer, speakers: NeuralMemory.Beginning
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
    keyConvolution = try ShortConvolution(count: 4, width: width, in: scope / "keyConvolution")
    valueConvolution = try ShortConvolution(count: 4, width: width, in: scope / "valueConvolution")
    let headWidth = width / count
    func beginning(_ count: Int, _ name: String) throws -> NeuralMemory.Beginning {
      try NeuralMemory.Beginning(
        .init(.delta, isResidual: true, period: form.period), depth: form.depth, heads: count,
        width: headWidth, hiddenWidth: headWidth, in: scope / name)
    }
    answerer = try beginning(count, "answerer")
    speakers = try beginning(Role.allCases.count * count, "speakers")
    rate = try ReadGate(width: headWidth, heads: count, beginning: 0.5, in: scope / "rate")
    keep = try ReadGate(width: headWidth, heads: count, beginning: 0.998, in: scope / "keep")
  }

  /// Of a sequence's state the rows that convolutions look back on are the first, and what the memories hold follows.
  public func initialState(batch: Int) -> MemoryState {
    MemoryState(
      tensors: [.zeros([batch, keyConvolution.reach, heads.width])]
        + changing.flatMap { $0.memory(batch: batch).tensors })
  }

  /// The memories that are written to.
  private var changing: [NeuralMemory.Beginning] {
    form.modifiesItself ? [answerer, speakers] : [answerer]
  }

  public func callAsFunction(_ x: Tensor, continuing state: inout MemoryState) -> Tensor {
    let preceding = state.tensors.removeFirst()
    let all = Tensor.concatenated([preceding, x], axis: 1)
    func rows(_ convolution: ShortConvolution) -> Tensor {
      heads.split(convolution(x, preceding: preceding)).withUnitRows()
    }
    let (keyRows, valueRows) = (rows(keyConvolution), rows(valueConvolution))
    let asked = Self.beside { $0 == .value ? valueRows : keyRows }
    let queries = heads.queries(x)
    // What does not modify itself says everything at once.
    let constant = form.modifiesItself ? nil : speakers.memory(batch: x.shape[0])
    let said = constant.map { Said($0.read(asked), of: self) }
    let read = changing.passing(x.shape[1], through: &state) { piece, memories in
      let said =
        said?.rows(piece) ?? Said(memories[1].read(asked.sliced(axis: 1, piece)), of: self)
      let read = memories[0].writing(
        said.writes(to: memories[0]), reading: queries.sliced(axis: 1, piece))
      if form.modifiesItself {
        memories[1].write(said.besideEachOther.writes(to: memories[1]))
      }
      return read
    }
    state.tensors.insert(all.sliced(axis: 1, x.shape[1]..<all.shape[1]), at: 0)
    return heads.join(read)
  }

  /// Keys and values [batch, time, heads, headWidth], rates and shares kept [batch, time, heads].
  private struct Said {
    var keys, values, rate, keep: Tensor

    /// What the speakers' answers [batch, time, roles * heads, headWidth] say.
    init(_ said: Tensor, of layer: SelfModifyingLayer) {
      let count = layer.heads.count
      func of(_ role: Role) -> Tensor {
        said.sliced(axis: 2, role.rawValue * count..<(role.rawValue + 1) * count)
      }
      (keys, values) = (layer.heads.units(of(.key)), of(.value))
      keep = layer.keep(of(.keep))
      // At most half of what is kept: the gradient takes away as much again.
      rate = layer.rate(of(.rate)) * keep * 0.5
    }

    /// What is written to memories that answer the values themselves; no target is longer than the root of the width.
    func writes(to memory: NeuralMemory) -> NeuralMemory.Writes {
      .init(
        keys: keys, values: memory.read(values).rmsNormalized(epsilon: 1), rate: rate, keep: keep)
    }

    func rows(_ range: Range<Int>) -> Said { mapped { $0.sliced(axis: 1, range) } }

    /// The same for every speaker, [batch, time, heads, ...] -> [batch, time, roles * heads, ...].
    var besideEachOther: Said { mapped { part in SelfModifyingLayer.beside { _ in part } } }

    private func mapped(_ transform: (Tensor) -> Tensor) -> Said {
      var mapped = self
      (mapped.keys, mapped.values) = (transform(keys), transform(values))
      (mapped.rate, mapped.keep) = (transform(rate), transform(keep))
      return mapped
    }
  }

  private static func beside(_ part: (Role) -> Tensor) -> Tensor {
    .concatenated(Role.allCases.map(part), axis: 2)
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
