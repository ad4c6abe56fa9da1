import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent))
struct RealCheckpointTests {
  @Test func llama2CAndGGUFHoldTheSameNumbers() throws {
    let plain = try Llama2CFile(SharedData.stories.appendingPathComponent("stories260K.bin"))
    let gguf = try GGUFFile(SharedData.stories.appendingPathComponent("stories260K.gguf"))
    let configuration = plain.configuration
    #expect(
      configuration.description
        == "dim 64, hidden_dim 172, n_layers 5, n_heads 8, n_kv_heads 4, vocab_size 512, seq_len 512"
    )
    #expect(try gguf.value(of: "llama.block_count") == configuration.layerCount)
    #expect(try gguf.value(of: "llama.embedding_length") == configuration.width)
    #expect(try gguf.value(of: "llama.attention.layer_norm_rms_epsilon") == Float(1e-5))
    var pairs = [
      ("token_embedding", "token_embd"), ("token_embedding", "output"), ("norm", "output_norm"),
    ]
    for layer in 0..<configuration.layerCount {
      pairs += [
        ("attention_norm", "attn_norm"), ("attention.wq", "attn_q"), ("attention.wk", "attn_k"),
        ("attention.wv", "attn_v"), ("attention.wo", "attn_output"),
        ("feed_forward_norm", "ffn_norm"), ("feed_forward.w1", "ffn_gate"),
        ("feed_forward.w2", "ffn_down"), ("feed_forward.w3", "ffn_up"),
      ].map { ("layers.\(layer).\($0)", "blk.\(layer).\($1)") }
    }
    // Equal to the row: both order queries and keys for rotary embedding of neighbours.
    for (name, ggufName) in pairs {
      let one = try #require(try plain.tensor(named: name), "\(name)")
      let other = try #require(try gguf.tensor(named: "\(ggufName).weight"), "\(ggufName)")
      #expect(one.shape == other.shape, "\(name)")
      #expect(one.values == other.values, "\(name)")
    }
    #expect(gguf.tensorNames.count == pairs.count)
    #expect(plain.tensorNames.count == pairs.count - 1)
  }

  /// Somebody else's file of the same model, with groups of eight that go on across rows of 172.
  @Test func version2HoldsTheWeightsOfVersion0() throws {
    let file = try Llama2CFile(SharedData.stories.appendingPathComponent("stories260K-q8.bin"))
    let exact = try Llama2CFile(SharedData.stories.appendingPathComponent("stories260K.bin"))
    #expect(file.configuration.version == .int8(groupLength: 8))
    #expect(
      file.configuration.description
        == exact.configuration.description + ", shared_classifier 1, group_size 8")
    #expect(Set(file.tensorNames) == Set(exact.tensorNames))
    for name in file.tensorNames {
      let found = try #require(try file.tensor(named: name), "\(name)")
      let expected = try #require(try exact.tensor(named: name), "\(name)")
      #expect(found.shape == expected.shape, "\(name)")
      guard found.shape.rank == 2 else {
        #expect(found.values == expected.values, "\(name)")
        continue
      }
      let (numbers, weights) = (found.values, expected.values)
      for start in stride(from: 0, to: weights.count, by: 8) {
        let group = start..<start + 8
        let scale = weights[group].map(abs).max()! / 127
        let error = group.map { abs(numbers[$0] - weights[$0]) }.max()!
        #expect(error <= scale * 0.50001, "\(name), \(start)")
      }
    }
  }

  @Test func otherFormatsAreToldApart() throws {
    let plain = SharedData.stories.appendingPathComponent("stories260K.bin")
    let gguf = SharedData.stories.appendingPathComponent("stories260K.gguf")
    #expect(throws: CheckpointError.self) { try SafetensorsFile(plain) }
    #expect(throws: CheckpointError.self) { try SafetensorsFile(gguf) }
    #expect(throws: CheckpointError.self) { try GGUFFile(plain) }
    #expect(throws: CheckpointError.self) { try Llama2CFile(gguf) }
  }
}
