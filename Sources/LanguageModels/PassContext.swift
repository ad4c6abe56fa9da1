import Layers
import Tensors

/// What the rows of a pass see besides themselves: what came before them.
protocol PassContext {
  func attend(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, slots: Slots?) -> Tensor
  func convolve(
    _ x: Tensor, by convolution: ShortConvolution, layer: Int, _ place: Block.Convolved
  ) -> Tensor
}

/// Rows that begin their sequences: nothing came before.
struct NoContext: PassContext {
  func attend(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, slots: Slots?) -> Tensor {
    queries.attending(keys: keys, values: values, slots: slots)
  }

  func convolve(
    _ x: Tensor, by convolution: ShortConvolution, layer: Int, _ place: Block.Convolved
  ) -> Tensor {
    convolution(x)
  }
}

/// Rows [1, time, ...] that continue one cache.
struct OneContext: PassContext {
  let cache: KeyValueCache

  func attend(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, slots: Slots?) -> Tensor {
    let all = cache.extend(layer: layer, keys: keys, values: values)
    return queries.attending(keys: all.keys, values: all.values, slots: slots)
  }

  func convolve(
    _ x: Tensor, by convolution: ShortConvolution, layer: Int, _ place: Block.Convolved
  ) -> Tensor {
    let rows = 0..<x.shape[1]
    return convolution(
      x, preceding: cache.precede(layer: layer, place, rows: rows, of: x, reach: convolution.reach))
  }
}

/// Rows [1, rows, ...] of which row i continues cache i; those past the last cache are padding.
struct SeparateContexts: PassContext {
  let caches: [KeyValueCache]

  func attend(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, slots: Slots?) -> Tensor {
    let contexts = caches.enumerated().map { row, cache in
      cache.store(layer: layer, rows: row..<row + 1, of: keys, values)
      let held = cache.held(layer: layer)
      return (held.keys, held.values, cache.count + 1)
    }
    let separate = queries.reshaped([queries.shape[1], queries.shape[2], queries.shape[3]])
    return separate.attendingRows(over: contexts, slots: slots).reshaped(queries.shape)
  }

  func convolve(
    _ x: Tensor, by convolution: ShortConvolution, layer: Int, _ place: Block.Convolved
  ) -> Tensor {
    let mixed = (0..<x.shape[1]).map { row in
      let own = x.sliced(axis: 1, row..<row + 1)
      guard row < caches.count else { return own }
      return convolution(
        own,
        preceding: caches[row].precede(
          layer: layer, place, rows: row..<row + 1, of: x, reach: convolution.reach))
    }
    return .concatenated(mixed, axis: 1)
  }
}

/// Rows that begin their sequences, and whose keys and values are kept.
final class RecordingContext: PassContext {
  /// Layer by layer, [batch, time, keyHeads, headWidth].
  private(set) var held: [(keys: Tensor, values: Tensor)] = []

  func attend(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, slots: Slots?) -> Tensor {
    held.append((keys, values))
    return queries.attending(keys: keys, values: values, slots: slots)
  }

  func convolve(
    _ x: Tensor, by convolution: ShortConvolution, layer: Int, _ place: Block.Convolved
  ) -> Tensor {
    convolution(x)
  }
}
