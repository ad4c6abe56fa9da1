extension Filters {
  static let ofChoices: Table = [
    "default": standard, "d": standard,
    "attr": { interpreter, value, arguments in
      guard let name = arguments.text(0, "name") else {
        throw interpreter.error("'attr' needs a name")
      }
      if case .mapping = value { return .undefined("a dict has no attribute '\(name.string)'") }
      return try interpreter.attribute(name.string, of: value)
    },
    "map": { interpreter, value, arguments in
      let elements = try interpreter.elements(of: value)
      if let name = arguments.named.first(where: { $0.name == "attribute" })?.value {
        let standard = arguments.named.first { $0.name == "default" }?.value
        return .iterator(
          try elements.map {
            let value = try attribute(name, of: $0, interpreter)
            if case .undefined = value { return standard ?? value }
            return value
          })
      }
      guard let name = arguments.text(0, "filter")?.string else {
        throw interpreter.error("'map' needs a filter or an attribute")
      }
      let place = interpreter.position
      return .iterator(
        try elements.map {
          try interpreter.filter($0, name, arguments.dropFirst(), at: place)
        })
    },
    "select": { try select($0, $1, $2, isWanted: true, byAttribute: false) },
    "reject": { try select($0, $1, $2, isWanted: false, byAttribute: false) },
    "selectattr": { try select($0, $1, $2, isWanted: true, byAttribute: true) },
    "rejectattr": { try select($0, $1, $2, isWanted: false, byAttribute: true) },
  ]

  @Sendable private static func standard(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments
  ) throws -> Value {
    let isMissing: Bool
    if case .undefined = value {
      isMissing = true
    } else {
      isMissing = arguments.isTrue(1, "boolean") && !value.isTrue
    }
    return isMissing ? arguments.value(0, "default_value") ?? .string("") : value
  }

  private static func select(
    _ interpreter: Interpreter, _ value: Value, _ arguments: Arguments, isWanted: Bool,
    byAttribute: Bool
  ) throws -> Value {
    var rest = arguments
    let name = byAttribute ? arguments.value(0, "attribute") : nil
    if byAttribute {
      guard name != nil else { throw interpreter.error("the name of an attribute is missing") }
      rest = rest.dropFirst()
    }
    let test = rest.text(0, "test")?.string
    let place = interpreter.position
    return .iterator(
      try interpreter.elements(of: value).filter { element in
        let tested = try name.map { try attribute($0, of: element, interpreter) } ?? element
        guard let test else { return tested.isTrue == isWanted }
        return try interpreter.test(tested, test, rest.dropFirst(), at: place) == isWanted
      })
  }
}
