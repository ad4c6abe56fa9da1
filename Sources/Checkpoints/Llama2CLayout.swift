/// Which weights follow the header of a llama2.c file, in what order and in what form.
struct Llama2CLayout {
  private enum Item {
    case once(String, [Int])
    /// One tensor for each layer; those of all layers stand together.
    case perLayer(String, [Int])
    /// So many floats that nobody reads.
    case skipped(Int)
  }

  private let headerByteCount: Int
  private let items: [Item]
  private let layerCount: Int
  private let matrixFormat: ElementFormat

  init(_ configuration: Llama2CFile.Configuration) {
    let width = configuration.width
    let keyWidth = configuration.keyHeadCount * configuration.headWidth
    let hiddenWidth = configuration.hiddenWidth
    let embedding = [configuration.vocabularySize, width]
    let classifier: [Item] = configuration.isClassifierTied ? [] : [.once("output", embedding)]
    let attention: [Item] = [
      .perLayer("attention.wq", [width, width]),
      .perLayer("attention.wk", [keyWidth, width]),
      .perLayer("attention.wv", [keyWidth, width]),
      .perLayer("attention.wo", [width, width]),
    ]
    let feedForward: [Item] = [
      .perLayer("feed_forward.w1", [hiddenWidth, width]),
      .perLayer("feed_forward.w2", [width, hiddenWidth]),
      .perLayer("feed_forward.w3", [hiddenWidth, width]),
    ]
    let attentionNorm = Item.perLayer("attention_norm", [width])
    let feedForwardNorm = Item.perLayer("feed_forward_norm", [width])
    layerCount = configuration.layerCount
    switch configuration.version {
    case .legacy:
      headerByteCount = 28
      let end: [Item] = [
        .once("norm", [width]),
        // Cosines and sines of the rotary embedding, half a head wide each.
        .skipped(configuration.contextLength * configuration.headWidth),
      ]
      let start: [Item] = [.once("token_embedding", embedding), attentionNorm]
      items = start + attention + [feedForwardNorm] + feedForward + end + classifier
    case .float32, .int8:
      headerByteCount = Llama2CFile.Configuration.paddedHeaderByteCount
      let start: [Item] = [
        attentionNorm, feedForwardNorm, .once("norm", [width]), .once("token_embedding", embedding),
      ]
      items = start + attention + feedForward + classifier
    }
    matrixFormat =
      if case .int8(let groupLength) = configuration.version {
        ElementFormat(int8GroupsOf: groupLength)
      } else {
        .llama2C
      }
  }

  /// Normalisations, the only vectors, are float32 in every version.
  private func format(_ extents: [Int]) -> ElementFormat {
    extents.count == 1 ? .llama2C : matrixFormat
  }

  /// The size of the whole file; nil when no file can be so large.
  var byteCount: Int? {
    var total = headerByteCount
    for item in items {
      let bytes =
        switch item {
        case .once(_, let extents): format(extents).byteCount(extents: extents)
        case .perLayer(_, let extents):
          format(extents).byteCount(extents: [layerCount] + extents)
        case .skipped(let count): ElementFormat.llama2C.byteCount(extents: [count])
        }
      guard let bytes else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(bytes)
      guard !overflow else { return nil }
      total = sum
    }
    return total
  }

  /// The tensors in a file of ``byteCount`` bytes.
  func records(in file: MappedFile) throws(CheckpointError) -> [TensorRecord] {
    var records: [TensorRecord] = []
    var offset = headerByteCount
    func append(_ name: String, _ extents: [Int]) throws(CheckpointError) {
      let record = try TensorRecord(
        name: name, format: format(extents), extents: extents, offset: offset, in: file)
      records.append(record)
      offset = record.bytes.upperBound
    }
    for item in items {
      switch item {
      case .once(let name, let extents): try append(name, extents)
      case .perLayer(let name, let extents):
        for layer in 0..<layerCount { try append("layers.\(layer).\(name)", extents) }
      case .skipped(let count): offset += count * ElementFormat.llama2C.blockByteCount
      }
    }
    return records
  }
}

extension ElementFormat {
  static let llama2C = ElementFormat("float32", byteWidth: 4, .scalars(.float32))
}
