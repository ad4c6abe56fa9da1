extension Filters {
  static let ofSequences: Table = [
    "length": length, "count": length,
    "list": { interpreter, value, _ in .list(try interpreter.elements(of: value)) },
    "first": { interpreter, value, _ in
      try interpreter.elements(of: value).first ?? .undefined("there is no first item")
    },
    "last": { interpreter, value, _ in
      try interpreter.elements(of: value).last ?? .undefined("there is no last item")
    },
    "join": { interpreter, value, arguments in
      let separator = arguments.text(0, "d") ?? ""
      var text = Text()
      for (index, element) in try interpreter.elements(of: value).enumerated() {
        let element =
          try arguments.value(1, "attribute").map { try attribute($0, of: element, interpreter) }
          ?? element
        try interpreter.spend(on: element)
        let part = (index > 0 ? separator : "") + element.written
        try interpreter.checkLength(text.count + part.count, new: part.count)
        text += part
      }
      return .string(text)
    },
    "reverse": { interpreter, value, _ in
      if case .string(let text) = value { return .string(Text(points: text.points.reversed())) }
      return .iterator(try interpreter.elements(of: value).reversed())
    },
    "sort": { interpreter, value, arguments in
      let isCaseSensitive = arguments.isTrue(1, "case_sensitive")
      let names = arguments.text(2, "attribute")?.string.split(separator: ",").map {
        Value.text(String($0))
      }
      return .list(
        try sorted(
          try interpreter.elements(of: value), isReversed: arguments.isTrue(0, "reverse"),
          interpreter
        ) { element in
          guard let names else { return key(element, isCaseSensitive: isCaseSensitive) }
          let keys = try names.map {
            key(try attribute($0, of: element, interpreter), isCaseSensitive: isCaseSensitive)
          }
          return keys.count == 1 ? keys[0] : .tuple(keys)
        })
    },
    "dictsort": { interpreter, value, arguments in
      guard case .mapping(let mapping) = value else {
        throw interpreter.error("'dictsort' needs a mapping, not a \(value.typeName)")
      }
      let isCaseSensitive = arguments.isTrue(0, "case_sensitive")
      let place = arguments.text(1, "by")?.string == "value" ? 1 : 0
      return .list(
        try sorted(mapping.items, isReversed: arguments.isTrue(2, "reverse"), interpreter) {
          key(try interpreter.element(.integer(place), of: $0), isCaseSensitive: isCaseSensitive)
        })
    },
    "unique": { interpreter, value, arguments in
      var seen: Set<Value> = []
      return .iterator(
        try interpreter.elements(of: value).filter { element in
          let element =
            try arguments.value(1, "attribute").map { try attribute($0, of: element, interpreter) }
            ?? element
          guard element.isHashable else {
            throw interpreter.error("a \(element.typeName) cannot be compared by 'unique'")
          }
          try interpreter.spend(on: element)
          return seen.insert(
            key(element, isCaseSensitive: arguments.isTrue(0, "case_sensitive"))
          ).inserted
        })
    },
    "min": { try extreme($0, $1, $2) { try $0.precedes($1, $2) } },
    "max": { try extreme($0, $1, $2) { try $0.precedes($2, $1) } },
    "sum": { interpreter, value, arguments in
      try interpreter.elements(of: value).reduce(arguments.value(1, "start") ?? .integer(0)) {
        let element =
          try arguments.value(0, "attribute").map { [element = $1] in
            try attribute($0, of: element, interpreter)
          } ?? $1
        return try interpreter.operation("+", $0, element)
      }
    },
    "items": { interpreter, value, _ in
      switch value {
      case .undefined: .iterator([])
      case .mapping(let mapping): .iterator(mapping.items)
      default: throw interpreter.error("'items' needs a mapping, not a \(value.typeName)")
      }
    },
    "batch": { interpreter, value, arguments in
      guard let size = try arguments.integer(0, "linecount", interpreter), size > 0 else {
        throw interpreter.error("'batch' needs a size")
      }
      let elements = try interpreter.elements(of: value)
      return .iterator(
        try stride(from: 0, to: elements.count, by: size).map { start in
          var row = Array(elements[start..<min(start + size, elements.count)])
          if let filling = arguments.value(1, "fill_with"), row.count < size {
            try interpreter.spend(size)
            row += Array(repeating: filling, count: size - row.count)
          }
          return .list(row)
        })
    },
    "groupby": { interpreter, value, arguments in
      guard let name = arguments.value(0, "attribute") else {
        throw interpreter.error("'groupby' needs an attribute")
      }
      let isCaseSensitive = arguments.isTrue(2, "case_sensitive")
      func group(_ element: Value) throws -> Value {
        let value = try attribute(name, of: element, interpreter)
        if case .undefined = value { return arguments.value(1, "default") ?? value }
        return value
      }
      let ordered = try sorted(
        try interpreter.elements(of: value), isReversed: false, interpreter
      ) { key(try group($0), isCaseSensitive: isCaseSensitive) }
      var groups: [(key: Value, elements: [Value])] = []
      for element in ordered {
        let value = try group(element)
        if let last = groups.last?.key,
          key(last, isCaseSensitive: isCaseSensitive)
            == key(value, isCaseSensitive: isCaseSensitive)
        {
          groups[groups.count - 1].elements.append(element)
        } else {
          groups.append((value, [element]))
        }
      }
      return .list(groups.map { .tuple([$0.key, .list($0.elements)]) })
    },
  ]

  @Sendable private static func length(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
  ) throws -> Value {
    switch value {
    case .string(let text): .integer(text.count)
    case .list(let items), .tuple(let items): .integer(items.values.count)
    case .mapping(let mapping): .integer(mapping.keys.count)
    case .undefined: .integer(0)
    default: throw interpreter.error("a \(value.typeName) has no length")
    }
  }

  private static func extreme(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments,
    _ isBetter: (Interpreter, Value, Value) throws -> Bool
  ) throws -> Value {
    let isCaseSensitive = arguments.isTrue(0, "case_sensitive")
    var best: (key: Value, value: Value)?
    for element in try interpreter.elements(of: value) {
      let element = element
      let name = arguments.value(1, "attribute")
      let key = key(
        try name.map { try attribute($0, of: element, interpreter) } ?? element,
        isCaseSensitive: isCaseSensitive)
      if let best, !(try isBetter(interpreter, key, best.key)) { continue }
      best = (key, element)
    }
    return best?.value ?? .undefined("there is no item in an empty sequence")
  }
}
