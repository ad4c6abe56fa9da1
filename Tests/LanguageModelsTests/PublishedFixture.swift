import Checkpoints
import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport

/// A folder as Hugging Face publishes models, with random weights, and the same model as one of the project's own.
struct PublishedFixture {
  let temporary: TemporaryFolder
  /// The model that the folder's weights are those of.
  let model: Transformer

  var url: URL { temporary.url }

  /// What every family's configuration says; its own words come after.
  private static let common = """
    "vocab_size": 300, "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64,
    "eos_token_id": 2
    """

  static let families: [String] = [
    "llama", "mistral", "qwen2", "qwen3", "smollm3", "gemma", "gemma2", "gemma3_text", "phi3",
    "gpt2",
    "gpt_neox",
  ]

  private static func configuration(_ family: String) -> String {
    let own =
      switch family {
      case "llama":
        #""rope_parameters": {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "#
          + #""high_freq_factor": 4.0, "original_max_position_embeddings": 16}"#
      case "mistral", "phi3": #""sliding_window": 5"#
      case "qwen3", "gemma", "gemma3_text": #""head_dim": 16, "sliding_window": 5"#
      case "gemma2": #""head_dim": 16, "sliding_window": 5, "query_pre_attn_scalar": 16"#
      case "gpt2": #""n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64"#
      default: #""tie_word_embeddings": false"#
      }
    return #"{"model_type": "\#(family)", \#(common), \#(own)}"#
  }

  init(_ family: String) throws {
    temporary = try TemporaryFolder()
    let text = Self.configuration(family)
    try Data(text.utf8).write(to: temporary / "config.json")
    try smallTokenizer.save(to: (temporary / "tokenizer.json").path)
    // The shape is read from the file itself, which needs the weights to be there.
    let layout = try PublishedLayout(config: temporary / "config.json")
    model = try Transformer(layout.configuration, in: ParameterScope(seed: 11))
    for parameter in model.parameters.parameters {
      // What begins as a constant would hide mistakes.
      var random = RandomSource(seed: 12, name: parameter.path)
      parameter.replace(
        with: parameter.value.detached() + .normal(parameter.shape, deviation: 0.1, using: &random))
    }
    try layout.write(model, to: temporary / LanguageModel.weightsFileName)
  }

  func logits(_ model: Transformer, count: Int = 12) -> Tensor {
    let tokens = (0..<count).map { Int32($0 * 7 % 290) }
    return model.cappedLogits(model.hidden(Tensor(indices: tokens, shape: [1, count])))
  }
}

/// The largest difference of two tensors' elements.
func difference(_ left: Tensor, _ right: Tensor) -> Float {
  zip(left.values, right.values).map { abs($0 - $1) }.max() ?? 0
}
