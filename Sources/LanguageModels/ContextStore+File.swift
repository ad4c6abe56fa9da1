import Checkpoints
import Foundation
import Tensors

/// What was read before the program ended need not be read again by the next one.
extension ContextStore {
  private static let ownerKey = "owner"
  private static let tokensKey = "tokens."

  /// Writes the contexts that were used last, up to `byteLimit`, to a safetensors file; removes the file where there are
  /// none.
  ///
  /// Contexts of layers with states are not written: reading them again is what a state costs.
  ///
  /// - Parameter owner: names the model with all that it has learned; only the same finds them again.
  public func write(to url: URL, owner: String, byteLimit: Int = 64 << 20) throws {
    try withContexts { contexts in
      var writer = SafetensorsWriter(metadata: [Self.ownerKey: owner])
      var bytes = 0
      for (index, context) in contexts.reversed().enumerated() {
        bytes += context.tokens.count * configuration.cacheBytesPerToken
        guard bytes <= byteLimit else { break }
        guard let rows = context.cache.rows else { continue }
        writer.metadata["\(Self.tokensKey)\(index)"] = context.tokens.map(String.init)
          .joined(separator: " ")
        for (name, tensor) in rows { writer.add(tensor, named: "\(index).\(name)") }
      }
      // Only the owner's name: there is nothing to find again.
      if writer.metadata.count == 1 {
        unlink(url.path)
      } else {
        try writer.write(to: url)
      }
    }
  }

  /// Takes up the contexts that a file holds, where they are of `owner`.
  ///
  /// - Throws: `CheckpointError` for a file that is damaged; nothing is then taken up.
  public func read(_ url: URL, owner: String) throws {
    let file = try SafetensorsFile(url)
    guard file.metadata[Self.ownerKey] == owner else { return }
    let kept = try file.metadata.compactMap { key, value -> (Int, HeldContext)? in
      guard key.hasPrefix(Self.tokensKey), let index = Int(key.dropFirst(Self.tokensKey.count))
      else { return nil }
      let tokens = value.split(separator: " ").compactMap { Int32($0) }
      guard !tokens.isEmpty, tokens.count <= configuration.contextLength,
        tokens.allSatisfy({ $0 >= 0 && $0 < configuration.vocabularySize })
      else { return nil }
      let cache = try WorkingMemory(configuration, count: tokens.count) {
        try file.tensor(named: "\(index).\($0)")
      }
      return cache.map { (index, HeldContext(tokens: tokens, cache: $0)) }
    }
    for (_, context) in kept.sorted(by: { $0.0 > $1.0 }) { keep(context) }
  }
}

extension WorkingMemory {
  /// What is held of every token, by name, [count, heads, width] each; nil where layers hold states.
  fileprivate var rows: [(name: String, tensor: Tensor)]? {
    guard !holdsStates else { return nil }
    return tensorsByName.map { ($0.name, $0.tensor.leading(count)) }
  }

  /// A memory of `count` tokens with the rows that `row` gives by name; nil where one is missing or of another shape.
  fileprivate convenience init?(
    _ configuration: TransformerConfiguration, count: Int,
    rows: (String) throws -> Tensor?
  ) rethrows {
    self.init(configuration, capacity: count)
    guard !holdsStates else { return nil }
    for (name, tensor) in tensorsByName {
      guard let given = try rows(name), given.shape == tensor.shape else { return nil }
      given.withFloats { source in
        tensor.update { $0.baseAddress!.update(from: source.baseAddress!, count: source.count) }
      }
    }
    advance(by: count)
  }
}
