import Foundation
import LanguageModels
import Tensors
import Tokenizers

/// How well a model predicts text, in a unit that does not depend on its vocabulary.
public enum BitsPerByte {
  /// The mean number of bits per UTF-8 byte of `tokens`, read in windows that each start empty.
  ///
  /// Every token but the first of each window is predicted from those before it in the window; windows
  /// overlap by one token so that only the very first is not predicted.
  public static func measure(
    _ model: Transformer, _ tokens: [Int32], bytes: Int, window: Int
  ) throws -> Double {
    guard tokens.count > 1, bytes > 0 else { return 0 }
    let losses = try self.losses(model, tokens, window: window)
    return losses.reduce(0) { $0 + Double($1) } / log(2) / Double(bytes)
  }

  /// The loss in nats of every token but the first; see ``measure(_:_:bytes:window:)``.
  public static func losses(
    _ model: Transformer, _ tokens: [Int32], window: Int
  ) throws -> [Float] {
    let length = min(window, model.configuration.contextLength)
    let starts = Array(stride(from: 0, to: tokens.count - 1, by: length))
    let parts = try WorkerPool.shared.map(starts.count) { index in
      let start = starts[index]
      let end = min(start + length, tokens.count - 1)
      let inputs = Tensor(indices: Array(tokens[start..<end]), shape: [1, end - start])
      let targets = SparseTargets(labels: Array(tokens[start + 1..<end + 1]))
      return model.losses(model.hidden(inputs), targets).values
    }
    return parts.flatMap { $0 }
  }
}
