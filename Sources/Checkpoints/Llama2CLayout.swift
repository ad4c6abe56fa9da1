/// Which weights follow the header of a llama2.c file, version 0, and in what order.
struct Llama2CLayout {
  private enum Item {
    case once(String, [Int])
    /// One tensor for each layer; those of all layers stand together.
    case perLayer(String, [Int])
    /// So many elements that nobody reads.
    case skipped(Int)
  }

  private static let headerByteCount = 28
  private let items: [Item]
  private let layerCount: Int

  init(_ configuration: Llama2CFile.Configuration) {
    let width = configuration.width
    let keyWidth = configuration.keyHeadCount * configuration.headWidth
    let hiddenWidth = configuration.hiddenWidth
    let embedding = [configuration.vocabularySize, width]
    let classifier = configuration.isClassifierTied ? [] : [Item.once("output", embedding)]
    layerCount = configuration.layerCount
    items =
      [
        .once("token_embedding", embedding),
        .perLayer("attention_norm", [width]),
        .perLayer("attention.wq", [width, width]),
        .perLayer("attention.wk", [keyWidth, width]),
        .perLayer("attention.wv", [keyWidth, width]),
        .perLayer("attention.wo", [width, width]),
        .perLayer("feed_forward_norm", [width]),
        .perLayer("feed_forward.w1", [hiddenWidth, width]),
        .perLayer("feed_forward.w2", [width, hiddenWidth]),
        .perLayer("feed_forward.w3", [hiddenWidth, width]),
        .once("norm", [width]),
        // Cosines and sines of the rotary embedding, half a head wide each.
        .skipped(configuration.contextLength * configuration.headWidth),
      ] + classifier
  }

  /// The size of the whole file; nil when no file can be so large.
  var byteCount: Int? {
    var total = Self.headerByteCount
    for item in items {
      let extents =
        switch item {
        case .once(_, let extents): extents
        case .perLayer(_, let extents): [layerCount] + extents
        case .skipped(let count): [count]
        }
      guard let bytes = ElementFormat.llama2C.byteCount(extents: extents) else { return nil }
      let (sum, overflow) = total.addingReportingOverflow(bytes)
      guard !overflow else { return nil }
      total = sum
    }
    return total
  }

  /// The tensors in a file of ``byteCount`` bytes.
  func records(in file: MappedFile) throws(CheckpointError) -> [TensorRecord] {
    var records: [TensorRecord] = []
    var offset = Self.headerByteCount
    func append(_ name: String, _ extents: [Int]) throws(CheckpointError) {
      let record = try TensorRecord(
        name: name, format: .llama2C, extents: extents, offset: offset, in: file)
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
