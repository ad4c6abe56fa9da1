/// Where a published file holds a parameter.
enum Placement: Sendable, Equatable {
  /// A tensor of its own.
  case whole(String)
  /// Some rows of a tensor that several parameters share, as Phi-3's queries, keys and values do.
  case rows(String, Range<Int>)
  /// Columns of a matrix that is stored as [in, out], as GPT-2's are; of a vector the elements.
  case columns(String, Range<Int>)
  /// Rows of a tensor in which every head's queries, keys and values stand together: `part` of three, heads of `headWidth`.
  case interleaved(String, part: Int, headWidth: Int)
  /// A tensor that holds how much more than 1 the parameter is, as Gemma's normalisations do.
  case aboveOne(String)

  /// The name of the tensor.
  var name: String {
    switch self {
    case .whole(let name), .rows(let name, _), .columns(let name, _), .interleaved(let name, _, _),
      .aboveOne(let name):
      name
    }
  }
}

/// A parameter's path in a transformer, taken apart: `blocks.3.attention.query.weight`.
struct ParameterPath: Equatable {
  /// nil outside of blocks.
  let block: Int?
  /// Without the block, and without weight or bias: `attention.query`.
  let part: String
  /// `weight` or `bias`.
  let kind: String

  init?(_ path: String) {
    var pieces = path.split(separator: ".").map(String.init)
    guard let kind = pieces.popLast() else { return nil }
    self.kind = kind
    if pieces.first == "blocks", pieces.count > 2, let number = Int(pieces[1]) {
      block = number
      pieces.removeFirst(2)
    } else {
      block = nil
    }
    part = pieces.joined(separator: ".")
  }
}

/// Where a kind of published file holds the parameters of one configuration.
struct PlacementTable: Sendable {
  /// The place of the parameter at a path; nil where such files do not hold it.
  let place: @Sendable (ParameterPath) -> Placement?
  /// Tensors that files hold beside the parameters, which nothing is lost without.
  var isIgnorable: @Sendable (String) -> Bool = { _ in false }

  subscript(path: String) -> Placement? { ParameterPath(path).flatMap(place) }
}

/// The widths by which shared tensors are divided.
struct SharedWidths: Sendable {
  let query, key, hidden, head: Int

  init(_ configuration: TransformerConfiguration) {
    head = configuration.headWidth
    query = configuration.headCount * head
    key = configuration.keyHeadCount * head
    hidden = configuration.hiddenWidth
  }

  /// Queries, keys or values among the rows of all three.
  func range(of part: String) -> Range<Int>? {
    switch part {
    case "attention.query": 0..<query
    case "attention.key": query..<query + key
    case "attention.value": query + key..<query + 2 * key
    case "feedForward.gate": 0..<hidden
    case "feedForward.up": hidden..<2 * hidden
    default: nil
    }
  }
}
