import Foundation
import Tensors

extension OperationCatalog {
  /// A few keys for every query, none in common order, over lengths that no vector divides.
  static func sparseAttention(_ size: Size) -> [OperationCase] {
    let forms: [SparseForm] = size.pick(
      test: [
        SparseForm(
          "causal", batch: 2, queries: 9, keys: 9, heads: 2, keyHeads: 2, width: 8, kept: 4),
        SparseForm(
          "grouped", batch: 1, queries: 7, keys: 23, heads: 4, keyHeads: 2, width: 5, kept: 9),
        SparseForm("one", batch: 1, queries: 1, keys: 1, heads: 1, keyHeads: 1, width: 1, kept: 3),
      ],
      benchmark: [
        SparseForm(
          "causal", batch: 1, queries: 2048, keys: 2048, heads: 12, keyHeads: 12, width: 64,
          kept: 128)
      ])
    return forms.map { form in
      OperationCase(
        "sparseAttention." + form.name, form.inputs,
        flops: 4 * form.batch * form.queries * form.heads * form.width * form.kept
      ) {
        $0[0].attending(keys: $0[1], values: $0[2], chosen: form.chosen)
      } reference: {
        form.attention($0)
      }
    }
  }

  /// Over all keys that are seen, and over a few.
  static func indexLesson(_ size: Size) -> [OperationCase] {
    let forms: [SparseForm] = size.pick(
      test: [
        SparseForm(
          "causal", batch: 2, queries: 6, keys: 6, heads: 2, keyHeads: 1, width: 4, kept: 3),
        SparseForm(
          "later", batch: 1, queries: 5, keys: 19, heads: 2, keyHeads: 2, width: 3, kept: 7),
      ],
      benchmark: [
        SparseForm(
          "causal", batch: 1, queries: 512, keys: 512, heads: 6, keyHeads: 6, width: 64, kept: 128)
      ])
    return forms.flatMap { form in
      [false, true].map { isSparse in
        OperationCase(
          "indexLesson.\(form.name)" + (isSparse ? ".chosen" : ""), form.indexInputs
        ) {
          IndexRows(queries: $0[0], weights: $0[1], keys: $0[2]).lesson(
            of: form.attended, chosen: isSparse ? form.chosen : nil)
        } reference: {
          form.lesson($0, isSparse: isSparse)
        }
      }
    }
  }
}

/// The extents of one attention to chosen keys, and of an indexer that has three heads.
private struct SparseForm: Sendable {
  let name: String
  let batch, queries, keys, heads, keyHeads, width, kept: Int
  let indexHeads = 3
  let indexWidth = 5

  init(
    _ name: String, batch: Int, queries: Int, keys: Int, heads: Int, keyHeads: Int, width: Int,
    kept: Int
  ) {
    self.name = name
    (self.batch, self.queries, self.keys, self.heads) = (batch, queries, keys, heads)
    (self.keyHeads, self.width, self.kept) = (keyHeads, width, kept)
  }

  var inputs: [InputSpecification] {
    let context = InputSpecification.floats([batch, keys, keyHeads, width], in: -2...2)
    return [.floats([batch, queries, heads, width], in: -2...2), context, context]
  }

  var indexInputs: [InputSpecification] {
    [
      .floats([batch, queries, indexHeads, indexWidth], in: -1...1),
      .floats([batch, queries, indexHeads], in: -1...1),
      .floats([batch, keys, indexWidth], in: -1...1),
    ]
  }

  private func seen(_ query: Int) -> Int { query + 1 + keys - queries }

  /// Every second key at most, by a rule that differs from row to row.
  private func keys(of query: Int) -> [Int] {
    Array((0..<seen(query)).filter { ($0 * 5 + query) % 2 == 0 || $0 == query }.suffix(kept))
  }

  var chosen: Tensor {
    let rows = (0..<queries).flatMap { query in
      let own = keys(of: query).map(Int32.init)
      return own + [Int32](repeating: -1, count: kept - own.count)
    }
    return Tensor(
      indices: (0..<batch).flatMap { _ in rows }, shape: [batch, queries, kept])
  }

  /// What the lesson is about; nothing is learned there, so it is no input.
  var attended: (queries: Tensor, keys: Tensor) {
    func wave(_ shape: Shape, _ pace: Float) -> Tensor {
      Tensor((0..<shape.count).map { sin(Float($0) * pace) }, shape: shape)
    }
    return (
      wave([batch, queries, heads, width], 0.7), wave([batch, keys, keyHeads, width], 0.3)
    )
  }

  private var scale: Double { 1 / Double(width).squareRoot() }

  func attention(_ inputs: [ReferenceArray]) -> ReferenceArray {
    let (query, key, value) = (inputs[0], inputs[1], inputs[2])
    var out = ReferenceArray(query.shape)
    for b in 0..<batch {
      for i in 0..<queries {
        for h in 0..<heads {
          let (own, shared) = (keys(of: i), h / (heads / keyHeads))
          let weights = OperationCatalog.softmax(
            own.map { j in
              (0..<width).reduce(0) { $0 + query[b, i, h, $1] * key[b, j, shared, $1] } * scale
            })
          for (j, weight) in zip(own, weights) {
            for c in 0..<width { out[b, i, h, c] += weight * value[b, j, shared, c] }
          }
        }
      }
    }
    return out
  }

  func lesson(_ inputs: [ReferenceArray], isSparse: Bool) -> ReferenceArray {
    let (query, weight, key) = (inputs[0], inputs[1], inputs[2])
    let (attending, attendedKeys) = attended
    let (q, k) = (attending.values.map(Double.init), attendedKeys.values.map(Double.init))
    var sum = 0.0
    for b in 0..<batch {
      for i in 0..<queries {
        let own = isSparse ? keys(of: i) : Array(0..<seen(i))
        var mean = [Double](repeating: 0, count: own.count)
        for h in 0..<heads {
          let weights = OperationCatalog.softmax(
            own.map { j in
              (0..<width).reduce(0) {
                $0 + q[((b * queries + i) * heads + h) * width + $1]
                  * k[((b * keys + j) * keyHeads + h / (heads / keyHeads)) * width + $1]
              } * scale
            })
          for n in own.indices { mean[n] += weights[n] / Double(heads) }
        }
        let said = OperationCatalog.softmax(
          own.map { j in
            (0..<indexHeads).reduce(0) { score, h in
              let match = (0..<indexWidth).reduce(0) { $0 + query[b, i, h, $1] * key[b, j, $1] }
              return score + weight[b, i, h] * max(match, 0)
            }
          })
        for n in own.indices { sum += mean[n] * (log(mean[n]) - log(said[n])) }
      }
    }
    return ReferenceArray([1], values: [sum])
  }
}
