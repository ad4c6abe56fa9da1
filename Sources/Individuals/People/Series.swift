import Corpora

/// The show of each document: its own, else what the titles of a numbered series have in common.
enum Series {
  static func shows(of documents: [Document]) -> [String?] {
    let stems = documents.map { $0.show == nil ? stem(of: $0.title) : nil }
    var counts: [String: Int] = [:]
    for stem in stems.compactMap(\.self) { counts[stem.lowercased(), default: 0] += 1 }
    return zip(documents, stems).map { document, stem in
      document.show ?? stem.flatMap { counts[$0.lowercased(), default: 0] > 1 ? $0 : nil }
    }
  }

  /// `Go Time` of `Go Time 121` and `Go Time #121`; nil for a title without a number at its end.
  private static func stem(of title: String) -> String? {
    guard title.last?.isNumber == true else { return nil }
    var rest = title[...]
    while let last = rest.last, !last.isLetter { rest.removeLast() }
    for word in [" episode", " ep", " no", " number"] where rest.lowercased().hasSuffix(word) {
      rest = rest.dropLast(word.count)
    }
    while let last = rest.last, !last.isLetter { rest.removeLast() }
    return rest.isEmpty ? nil : String(rest)
  }
}
