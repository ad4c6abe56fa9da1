import Checkpoints
import Foundation
import Layers
import Tensors

/// Adapters as llama.cpp loads them: a GGUF file of type "adapter".
public enum GGUFAdapter {
  /// Writes the linear changes of an adapter as a LoRA for GGUF files of the model.
  ///
  /// - Throws: ``ExportError``, file system errors.
  public static func writeLoRA(_ adapter: Adapter, of model: PublishedModel, to url: URL) throws {
    guard !adapter.changes.isEmpty else {
      throw ExportError.noAdapter(path: url.path, feature: "there are no changes of weights")
    }
    let table = PlacementTable.gguf(model.family, model.configuration)
    let order: RowOrder =
      model.form == .gguf
      ? .same : .gguf(model.family, headWidth: model.configuration.headWidth)
    let placed = try table.place(adapter.changes, order: order)
    var writer = GGUFWriter()
    writer.add("general.type", .string("adapter"))
    writer.add("general.architecture", .string(model.family.ggufName))
    writer.add("adapter.type", .string("lora"))
    // The scale is alpha over each tensor's own rank: with an alpha of 1 the rank is multiplied in.
    writer.add("adapter.lora.alpha", .float32(1))
    for change in placed {
      let up = change.up * Float(change.rank)
      writer.add("\(change.name).lora_a", change.down.shape, as: .float32) { change.down }
      writer.add("\(change.name).lora_b", up.shape, as: .float32) { up }
    }
    try writer.write(to: url)
  }
}
