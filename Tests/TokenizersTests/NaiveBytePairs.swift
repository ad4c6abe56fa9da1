import Foundation

/// The vocabulary and merges of a saved `tokenizer.json`, read by another parser.
struct SavedMerges {
  let pairs: [[String]]
  let ids: [String: Int]

  init(file: String) throws {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file)))
    let model = (json as? [String: Any])?["model"] as? [String: Any]
    pairs = model?["merges"] as? [[String]] ?? []
    ids = model?["vocab"] as? [String: Int] ?? [:]
  }

  /// Encodes one piece of ASCII letters by looking for the earliest merge again and again.
  func encode(_ piece: String) -> [Int32] {
    var ranks: [[String]: Int] = [:]
    for (rank, pair) in pairs.enumerated() { ranks[pair] = rank }
    var parts = piece.map(String.init)
    while parts.count > 1 {
      let candidates = (0..<(parts.count - 1)).compactMap { index in
        ranks[[parts[index], parts[index + 1]]].map { (rank: $0, index: index) }
      }
      guard let best = candidates.min(by: { ($0.rank, $0.index) < ($1.rank, $1.index) }) else {
        break
      }
      parts[best.index] += parts.remove(at: best.index + 1)
    }
    return parts.compactMap { ids[$0].map(Int32.init) }
  }
}

/// Byte-pair training that counts all pairs anew for every merge.
///
/// Words are ASCII letters, whose ids in GPT-2's alphabet are the code less 33.
func naiveMerges(of words: [String], count: Int, minimumFrequency: Int) -> [[String]] {
  var tokens = (33...126).map { String(UnicodeScalar(UInt8($0))) }
  tokens += (tokens.count..<256).map { "unused \($0)" }
  var texts = words.map { word in word.utf8.map { Int($0) - 33 } }
  var merges: [[String]] = []
  while merges.count < count {
    var counts: [[Int]: Int] = [:]
    for text in texts {
      for (left, right) in zip(text, text.dropFirst()) { counts[[left, right], default: 0] += 1 }
    }
    let best = counts.max { first, second in
      (first.value, second.key[0], second.key[1]) < (second.value, first.key[0], first.key[1])
    }
    guard let best, best.value >= minimumFrequency else { break }
    let (left, right) = (best.key[0], best.key[1])
    merges.append([tokens[left], tokens[right]])
    tokens.append(tokens[left] + tokens[right])
    for index in texts.indices {
      var position = 0
      while position + 1 < texts[index].count {
        if texts[index][position] == left && texts[index][position + 1] == right {
          texts[index].replaceSubrange(position...(position + 1), with: [tokens.count - 1])
        }
        position += 1
      }
    }
  }
  return merges
}
