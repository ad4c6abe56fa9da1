import Individuals
import LanguageModels
import Tensors
import Tokenizers

/// Slots that begin as what the day's passages are to the model while it reads them (Cartridges, 2506.06266).
enum SlotBeginnings {
  /// The keys and values of the passages' tokens in every layer, `count` of them from all over the day, or as many
  /// as there are.
  static func of(
    _ passages: [Passage], _ mind: Mind, count: Int
  ) throws -> [Slots] {
    guard let format = try? ChatFormat(mind.tokenizer) else { return [] }
    let prefix = [format.beginning, format.user]
    let read = try WorkerPool.shared.map(passages.count) { index in
      // A passage is a few sentences; one without any end may be longer than the context.
      let tokens = prefix + format.words(passages[index].text)
      return mind.model.slots(
        reading: Array(tokens.prefix(mind.model.configuration.contextLength)))
    }
    guard let layers = read.first?.count else { return [] }
    return (0..<layers).map { layer in
      func all(_ part: (Slots) -> Tensor) -> Tensor {
        .concatenated(
          read.map {
            let tensor = part($0[layer])
            return tensor.sliced(axis: 0, prefix.count..<tensor.shape[0])
          }, axis: 0)
      }
      return Slots(keys: all(\.keys), values: all(\.values)).spread(count)
    }
  }
}

extension Slots {
  /// `count` of the slots at even distances, or all of them.
  fileprivate func spread(_ wanted: Int) -> Slots {
    let all = self.count
    let count = min(wanted, all)
    let chosen = Tensor(indices: (0..<count).map { Int32($0 * all / count) })
    func rows(_ tensor: Tensor) -> Tensor {
      let (heads, width) = (tensor.shape[1], tensor.shape[2])
      return tensor.reshaped([all, heads * width]).rows(at: chosen)
        .reshaped([count, heads, width]).detached()
    }
    return Slots(keys: rows(keys), values: rows(values))
  }
}
