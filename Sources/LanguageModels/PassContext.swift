import Layers
import Tensors

/// What the rows of a pass see besides themselves: what came before them.
protocol PassContext {
  /// Attention of `heads`, over all that is seen or over what `index` chooses of it.
  func attend(layer: Int, _ heads: AttentionRows, index: (rows: IndexRows, kept: Int)?) -> Tensor
  func convolve(
    _ x: Tensor, by convolution: ShortConvolution, layer: Int, _ place: Block.Convolved
  ) -> Tensor
  func remember(_ x: Tensor, by memory: any RecurrentLayer, layer: Int) -> Tensor
}

/// What attention is computed of, [batch, time, heads, headWidth] each, and the slots that every query sees.
struct AttentionRows {
  var queries, keys, values: Tensor
  var slots: Slots?
  var form: AttentionForm

  /// Of rows that see no more than each other.
  func attending(_ index: (rows: IndexRows, kept: Int)?) -> Tensor {
    // Where everything would be chosen there is nothing to choose.
    if let index, keys.shape[1] > index.kept {
      return queries.attending(
        keys: keys, values: values, chosen: index.rows.chosen(index.kept))
    }
    return queries.attending(keys: keys, values: values, slots: slots, form)
  }
}

extension PassContext {
  /// Of rows that begin their sequences.
  func remember(_ x: Tensor, by memory: any RecurrentLayer, layer: Int) -> Tensor { memory(x) }
}

/// Rows that begin their sequences: nothing came before.
struct NoContext: PassContext {
  func attend(layer: Int, _ heads: AttentionRows, index: (rows: IndexRows, kept: Int)?) -> Tensor {
    heads.attending(index)
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

  func attend(layer: Int, _ heads: AttentionRows, index: (rows: IndexRows, kept: Int)?) -> Tensor {
    var all = heads
    (all.keys, all.values) = cache.extend(layer: layer, keys: heads.keys, values: heads.values)
    var index = index
    if let own = index {
      index?.rows.keys = cache.extendIndex(
        layer: layer, keys: own.rows.keys, rows: 0..<heads.keys.shape[1])
    }
    return all.attending(index)
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

  func attend(layer: Int, _ heads: AttentionRows, index: (rows: IndexRows, kept: Int)?) -> Tensor {
    let queries = heads.queries
    if let index { return attend(layer: layer, heads, choosing: index) }
    let contexts = caches.enumerated().map { row, cache in
      cache.store(layer: layer, rows: row..<row + 1, of: heads.keys, heads.values)
      let held = cache.held(layer: layer)
      return (held.keys, held.values, cache.count + 1)
    }
    let separate = queries.reshaped([queries.shape[1], queries.shape[2], queries.shape[3]])
    return separate.attendingRows(over: contexts, slots: heads.slots, heads.form).reshaped(
      queries.shape)
  }

  /// Every row for itself: what is chosen differs from context to context.
  private func attend(
    layer: Int, _ heads: AttentionRows, choosing index: (rows: IndexRows, kept: Int)
  ) -> Tensor {
    let rows = (0..<heads.queries.shape[1]).map { row in
      func own(_ tensor: Tensor) -> Tensor { tensor.sliced(axis: 1, row..<row + 1) }
      let one = AttentionRows(
        queries: own(heads.queries), keys: own(heads.keys), values: own(heads.values),
        slots: heads.slots, form: heads.form)
      let rows = IndexRows(
        queries: own(index.rows.queries), weights: own(index.rows.weights),
        keys: own(index.rows.keys))
      guard row < caches.count else { return one.queries }
      return OneContext(cache: caches[row]).attend(layer: layer, one, index: (rows, index.kept))
    }
    return .concatenated(rows, axis: 1)
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

  func attend(layer: Int, _ heads: AttentionRows, index: (rows: IndexRows, kept: Int)?) -> Tensor {
    held.append((heads.keys, heads.values))
    return heads.attending(index)
  }

  func convolve(
    _ x: Tensor, by convolution: ShortConvolution, layer: Int, _ place: Block.Convolved
  ) -> Tensor {
    convolution(x)
  }
}

/// Rows that begin their sequences, of which indexers learn: what attention attends to is their lesson.
final class IndexerLessons: PassContext {
  /// Whether attention sees everything, and indexers learn of everything; otherwise both keep to what is chosen.
  private let isDense: Bool
  /// The distance of every layer's indexer from its attention, in nats over all rows.
  private(set) var lessons: [Tensor] = []

  init(isDense: Bool) { self.isDense = isDense }

  func attend(layer: Int, _ heads: AttentionRows, index: (rows: IndexRows, kept: Int)?) -> Tensor {
    guard let index else { return heads.attending(nil) }
    let keepsAll = isDense || heads.keys.shape[1] <= index.kept
    let chosen = keepsAll ? nil : index.rows.chosen(index.kept)
    lessons.append(index.rows.lesson(of: (heads.queries, heads.keys), chosen: chosen))
    return chosen.map {
      heads.queries.attending(keys: heads.keys, values: heads.values, chosen: $0)
    } ?? heads.attending(nil)
  }

  func convolve(
    _ x: Tensor, by convolution: ShortConvolution, layer: Int, _ place: Block.Convolved
  ) -> Tensor {
    convolution(x)
  }
}
