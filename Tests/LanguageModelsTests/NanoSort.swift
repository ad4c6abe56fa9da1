import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport

/// A GPT-2 of three layers that sorts six letters, with every intermediate result for one input.
///
/// The weights carry minGPT's names. Of the results, those inside a block are of block 0; `q`, `k`, `v`,
/// `att` are [batch, head, time, ...], all others [batch, time, ...], and masked scores are -infinity.
struct NanoSort {
  let model: Transformer
  let partials: [String: Tensor]

  static let folder = SharedData.folder.appendingPathComponent("weights/nano-sort")

  init() throws {
    let weights = try Self.tensors("gpt-nano-sort-model.json")
    partials = try Self.tensors("gpt-nano-sort-t0-partials.json")
    let scope = ParameterScope(loadingFrom: try Self.renamed(weights))
    model = try Transformer(
      .gpt2(
        vocabularySize: 3, contextLength: 11, width: 48, layerCount: 3, headCount: 3,
        tiesHead: false), in: scope)
    try scope.finish()
  }

  /// [batch, time], as the partials' `idx` gives them.
  var tokens: Tensor {
    get throws {
      let indices = try partial("idx")
      return Tensor(indices: indices.values.map(Int32.init), shape: indices.shape)
    }
  }

  func partial(_ name: String) throws -> Tensor {
    guard let tensor = partials[name] else { throw Missing(name: name) }
    return tensor
  }

  /// A partial of [batch, head, time, width] as [batch, time, head, width].
  func partialByTime(_ name: String) throws -> Tensor {
    let tensor = try partial(name)
    let (heads, time, width) = (tensor.shape[1], tensor.shape[2], tensor.shape[3])
    let values = tensor.values
    return Tensor(shape: [tensor.shape[0], time, heads, width]) { floats in
      for index in floats.indices {
        let (column, head) = (index % width, index / width % heads)
        let (step, batch) = (index / width / heads % time, index / width / heads / time)
        floats[index] = values[((batch * heads + head) * time + step) * width + column]
      }
    }
  }

  struct Missing: Error { let name: String }

  private struct Stored: Decodable {
    let shape: [Int]
    let dtype: String
    let data: Data
  }

  /// An entry of the file: a tensor, or the configuration, which has no data.
  private struct Entry: Decodable {
    let tensor: Stored?
    init(from decoder: any Decoder) throws { tensor = try? Stored(from: decoder) }
  }

  private static func tensors(_ name: String) throws -> [String: Tensor] {
    let file = try Data(contentsOf: folder.appendingPathComponent(name))
    return try JSONDecoder().decode([String: Entry].self, from: file)
      .compactMapValues(\.tensor)
      .mapValues { stored in
        guard stored.dtype == "torch.float32" else { throw Missing(name: stored.dtype) }
        let floats = stored.data.withUnsafeBytes { bytes in
          stride(from: 0, to: bytes.count, by: 4).map {
            Float(
              bitPattern: UInt32(
                littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
          }
        }
        return Tensor(floats, shape: Shape(stored.shape))
      }
  }

  /// minGPT's names and its fused `c_attn` ([3 width, width], rows out) turned into ours.
  private static func renamed(_ weights: [String: Tensor]) throws -> TensorDictionary {
    var source = TensorDictionary(sourceName: "nano-sort")
    for (name, tensor) in weights.sorted(by: { $0.key < $1.key }) {
      // `attn.bias` without a layer before it is the causal mask.
      guard !name.hasSuffix(".attn.bias") else { continue }
      let ours = name.replacing("transformer.", with: "").replacing("lm_head", with: "head")
        .replacing("wte", with: "embedding").replacing("wpe", with: "positions")
        .replacing("ln_f", with: "finalNormalization").replacing("h.", with: "blocks.")
        .replacing("ln_1", with: "attentionNormalization")
        .replacing("ln_2", with: "feedForwardNormalization")
        .replacing("mlp.c_fc", with: "feedForward.up")
        .replacing("mlp.c_proj", with: "feedForward.down")
        .replacing("attn.c_proj", with: "attention.output")
      guard ours.contains("attn.c_attn") else {
        source[ours] = tensor
        continue
      }
      let width = tensor.shape[0] / 3
      for (part, name) in ["query", "key", "value"].enumerated() {
        source[ours.replacing("attn.c_attn", with: "attention.\(name)")] = tensor.sliced(
          axis: 0, part * width..<(part + 1) * width)
      }
    }
    return source
  }
}
