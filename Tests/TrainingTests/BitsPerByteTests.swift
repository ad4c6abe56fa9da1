import Foundation
import LanguageModels
import Layers
import Tensors
import Testing
import Training

@Suite struct BitsPerByteTests {
  private func model(uniform: Bool) throws -> Transformer {
    let model = try Transformer(tinyConfiguration, in: ParameterScope(seed: 1))
    for parameter in model.parameters.parameters {
      var random = RandomSource(seed: 1, name: parameter.path)
      let isSilent = uniform && parameter.path == "head.weight"
      parameter.replace(
        with: .normal(parameter.shape, deviation: isSilent ? 0 : 0.3, using: &random))
    }
    return model
  }

  @Test(arguments: [2, 3, 16, 17, 18, 100])
  func aUniformModelNeedsTheLogarithmOfItsVocabulary(_ count: Int) throws {
    let tokens = Array(tinyText.prefix(count))
    let bits = try BitsPerByte.measure(
      try model(uniform: true), tokens, bytes: 3 * count, window: 16)
    #expect(abs(bits - log2(17) * Double(count - 1) / Double(3 * count)) < 1e-5)
  }

  @Test(arguments: [1, 5, 16, 1000])
  func windowsStartEmptyAndOverlapByOne(_ window: Int) throws {
    let model = try model(uniform: false)
    let tokens = Array(tinyText.prefix(41))
    let losses = try BitsPerByte.losses(model, tokens, window: window)
    #expect(losses.count == 40)
    // A window is never longer than the context.
    let length = min(window, 16)
    for (index, loss) in losses.enumerated() {
      let start = index / length * length
      let context = Tensor(indices: Array(tokens[start...index]), shape: [1, index - start + 1])
      let logits = model.logits(model.hidden(context)).values.suffix(17).map {
        15 * tanh(Double($0) / 15)
      }
      let expected = log(logits.reduce(0) { $0 + exp($1) }) - logits[Int(tokens[index + 1])]
      #expect(abs(Double(loss) - expected) < 1e-4)
    }
    let bits = try BitsPerByte.measure(model, tokens, bytes: 99, window: window)
    #expect(abs(bits - losses.reduce(0) { $0 + Double($1) } / log(2) / 99) < 1e-12)
  }

  @Test func nothingToPredictIsZero() throws {
    let model = try model(uniform: true)
    #expect(try BitsPerByte.measure(model, [], bytes: 4, window: 8) == 0)
    #expect(try BitsPerByte.measure(model, [3], bytes: 4, window: 8) == 0)
    #expect(try BitsPerByte.measure(model, [3, 4], bytes: 0, window: 8) == 0)
  }
}
