import Foundation
import LanguageModels
import Layers
import Tensors

extension Lens {
  /// A push along `feature`: at a strength of 1 as far as the places that light it most.
  ///
  /// States are as long as those of `tokens`, on average.
  ///
  /// - Throws: ``LensError/noSuchFeature(_:of:)``.
  public func push(
    along feature: Int, strength: Float, in core: Transformer, asReading tokens: [Int32]
  ) throws -> StatePush {
    guard features.indices.contains(feature) else {
      throw LensError.noSuchFeature(feature, of: features.count)
    }
    let width = core.configuration.width
    let states = core.stream(Tensor(indices: tokens, shape: [1, tokens.count]), before: block)
      .detached().values
    let size = (states.reduce(Float(0)) { $0 + $1 * $1 } / Float(states.count)).squareRoot()
    let row = autoencoder.directions.value.values[feature * width..<(feature + 1) * width]
    let scale = strength * features[feature].strength * size
    return StatePush(
      block: block, direction: Tensor(row.map { scale * $0 }, shape: [width]))
  }
}
