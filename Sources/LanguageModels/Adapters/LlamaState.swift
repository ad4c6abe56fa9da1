import Checkpoints
import Files
import Foundation
import Layers
import Tensors

/// Slots as a saved sequence of llama.cpp, as if they were the keys and values of a context's first tokens.
///
/// Source: version 3 of the files of `llama_state_seq_save_file`, of a context of one stream with flash attention on or left to
/// llama.cpp (without it values lie the other way round, and llama.cpp refuses the file). No tokens have these keys and values:
/// `placeholder` stands for each.
public enum LlamaState {
  private static let magic: UInt32 = 0x6767_7371
  private static let version: UInt32 = 3
  private static let placeholder: Int32 = 0

  /// Writes the slots of an adapter for GGUF files of the model.
  ///
  /// Tokens stand behind a context's first places, so keys are turned as far as they are moved. `type` is that of the context's
  /// keys and values: float32 or float16.
  ///
  /// - Throws: ``ExportError`` where there are no slots, where llama.cpp could not hold them, or for another type; file system
  ///   errors.
  public static func write(
    _ adapter: Adapter, of model: PublishedModel, _ transformer: Transformer, as type: ScalarType,
    to url: URL
  ) throws {
    guard type == .float32 || type == .float16 else {
      throw ExportError.unsupported(
        path: url.path, feature: "a saved state of any type but f32 and f16")
    }
    guard let count = adapter.slots.first?.count else {
      throw ExportError.noAdapter(path: url.path, feature: "there are no slots")
    }
    if model.form == .huggingFace { _ = try GGUFMetadata(model, type: type).shape() }
    let order: RowOrder =
      model.form == .gguf
      ? .same : .gguf(model.family, headWidth: model.configuration.headWidth)
    let slots = try transformer.moved(adapter.slots, to: count).map {
      Slots(keys: order.orderedKeys($0.keys), values: $0.values)
    }
    try AtomicFile.write(data(slots, as: type), to: url)
  }

  /// The bytes of a file: the tokens, the cells, the keys of all layers, then their values.
  ///
  /// `slots` are those of every layer, first to last, each [slots, keyHeads, headWidth], the same number in all.
  package static func data(_ slots: [Slots], as type: ScalarType) -> Data {
    let count = slots.first?.count ?? 0
    var data = Data()
    data.append(integer: magic)
    data.append(integer: version)
    data.append(integer: UInt32(count))
    for _ in 0..<count { data.append(integer: placeholder) }
    data.append(integer: UInt32(1))  // streams
    data.append(integer: UInt32(count))
    for position in 0..<count {
      data.append(integer: Int32(position))
      data.append(integer: UInt32(1))  // sequences, and which
      data.append(integer: Int32(0))
    }
    data.append(integer: UInt32(0))  // a row of values belongs to a slot
    data.append(integer: UInt32(slots.count))
    for rows in slots.map(\.keys) + slots.map(\.values) {
      precondition(rows.shape[0] == count, "\(rows.shape[0]) slots of \(count)")
      let stored = rows.narrowed(to: type)
      data.append(integer: type.ggmlNumber)
      data.append(integer: UInt64(stored.byteCount / count))
      stored.withBytes { data.append(contentsOf: $0) }
    }
    return data
  }
}

extension RowOrder {
  /// Keys [slots, keyHeads, headWidth], each in the order of the rows of the matrix that makes keys.
  fileprivate func orderedKeys(_ keys: Tensor) -> Tensor {
    let columns = keys.reshaped([keys.shape[0], keys.count / keys.shape[0]]).transposed()
    return ordered(columns, path: "blocks.0.attention.key.weight").transposed()
      .reshaped(keys.shape)
  }
}
