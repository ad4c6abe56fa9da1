import Layers
import Tensors

/// What the rows of a pass see besides themselves: what came before them.
protocol PassContext {
  func attend(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, slots: Slots?) -> Tensor
  func convolve(
    _ x: Tensor, by convolution: ShortConvolution, layer: Int, _ place: Block.Convolved
  ) -> Tensor
  func remember(_ x: Tensor, by memory: any RecurrentLayer, layer: Int) -> Tensor
}

extension PassContext {
  /// Of rows that begin their sequences.
  func remember(_ x: Tensor, by memory: any RecurrentLayer, layer: Int) -> Tensor { memory(x) }
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
  let cache: WorkingMemory

  func attend(layer: Int, queries: Tensor, keys: Tensor, values: Tensor, slots: Slots?) -> Tensor {
    let all = cache.extend(layer: layer, keys: keys, values: values)
    return queries.attending(keys: all.keys, values: all.values, slots: slots)
  }

  func remember(_ x: Tensor, by memory: any RecurrentLayer, layer: Int) -> Tensor {
    cache.remember(x, by: memory, layer: layer)
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
  let caches: [WorkingMemory]

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
    eachRow(of: x) { row, own, cache in
      convolution(
        own,
        preceding: cache.precede(
          layer: layer, place, rows: row..<row + 1, of: x, reach: convolution.reach))
    }
  }

  func remember(_ x: Tensor, by memory: any RecurrentLayer, layer: Int) -> Tensor {
    eachRow(of: x) { $2.remember($1, by: memory, layer: layer) }
  }

  /// What `body` makes of every row [1, 1, width] with its cache; padding stays as it is.
  private func eachRow(of x: Tensor, _ body: (Int, Tensor, WorkingMemory) -> Tensor) -> Tensor {
    let rows = (0..<x.shape[1]).map { row in
      let own = x.sliced(axis: 1, row..<row + 1)
      return row < caches.count ? body(row, own, caches[row]) : own
    }
    return .concatenated(rows, axis: 1)
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
