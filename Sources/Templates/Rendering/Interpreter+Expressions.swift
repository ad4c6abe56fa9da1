extension Interpreter {
  /// The value of an expression; `block` is what a filter without a value of its own is given.
  func evaluate(_ expression: Expression, block: Value? = nil) throws -> Value {
    let value = try deeper(expression.position) { try valueOf(expression, block) }
    guard value.depth <= TemplateLimits.valueDepth else {
      throw TemplateError.limit(expression.position, problem: "the value is nested too deeply")
    }
    guard value.weight <= limits.characters + 1 else {
      throw TemplateError.limit(expression.position, problem: "the value is too large")
    }
    return value
  }

  private func valueOf(_ expression: Expression, _ block: Value?) throws -> Value {
    switch expression.kind {
    case .none: return .none
    case .boolean(let value): return .boolean(value)
    case .integer(let value): return .integer(value)
    case .float(let value): return .float(value)
    case .string(let text): return .string(text)
    case .name(let name): return try value(of: name)
    case .list(let elements): return .list(try elements.map { try evaluate($0) })
    case .tuple(let elements): return .tuple(try elements.map { try evaluate($0) })
    case .mapping(let pairs): return try mapping(pairs)
    case .attribute(let value, let name): return try attribute(name, of: evaluate(value))
    case .element(let value, let key):
      let value = try evaluate(value)
      return try element(evaluate(key), of: value)
    case .slice(let value, let start, let stop, let step):
      return try slice(evaluate(value), start, stop, step)
    case .call(let callee, let arguments): return try call(callee, arguments)
    case .filter(let value, let name, let arguments):
      let value = try value.map { try evaluate($0, block: block) } ?? block ?? .undefined("")
      return try filter(value, name, self.arguments(arguments), at: expression.position)
    case .test(let value, let name, let arguments, let isNegated):
      let value = try evaluate(value)
      let holds = try test(value, name, self.arguments(arguments), at: expression.position)
      return .boolean(holds != isNegated)
    default: return try valueOfOperation(expression)
    }
  }

  private func valueOfOperation(_ expression: Expression) throws -> Value {
    switch expression.kind {
    case .negation(let operand): return try negated(evaluate(operand), at: expression.position)
    case .plus(let operand):
      let value = try evaluate(operand)
      guard let number = value.number else {
        throw error("'+' needs a number, not \(value.typeName)")
      }
      return Value(number)
    case .not(let operand): return .boolean(!(try evaluate(operand).isTrue))
    case .and(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? try evaluate(right) : value
    case .or(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? value : try evaluate(right)
    case .operation(let symbol, let left, let right):
      let left = try evaluate(left)
      let right = try evaluate(right)
      position = expression.position
      return try operation(symbol, left, right)
    case .comparison(let first, let rest):
      var left = try evaluate(first)
      for (symbol, operand) in rest {
        let right = try evaluate(operand)
        position = expression.position
        guard try comparison(symbol, left, right) else { return .boolean(false) }
        left = right
      }
      return .boolean(true)
    case .concatenation(let operands):
      var text = Text()
      for operand in operands {
        let value = try evaluate(operand)
        try spend(on: value)
        let part = value.written
        try checkLength(text.count + part.count, new: part.count)
        text += part
      }
      return .string(text)
    case .conditional(let value, let test, let otherwise):
      if try evaluate(test).isTrue { return try evaluate(value) }
      return try otherwise.map { try evaluate($0) }
        ?? .undefined("the conditional expression has no value")
    default: return .none
    }
  }

  private func mapping(_ pairs: [(Expression, Expression)]) throws -> Value {
    .mapping(
      try mapping(
        pairs.map { key, value in
          let key = try evaluate(key)
          return (key, try evaluate(value))
        }))
  }

  func mapping(_ pairs: [(Value, Value)]) throws -> Mapping {
    if let key = pairs.first(where: { !$0.0.isHashable })?.0 {
      throw error("a \(key.typeName) cannot be a key")
    }
    return Mapping(pairs)
  }

  private func slice(
    _ value: Value, _ start: Expression?, _ stop: Expression?, _ step: Expression?
  ) throws -> Value {
    let start = try start.flatMap { try bound($0) }
    let stop = try stop.flatMap { try bound($0) }
    let step = try step.flatMap { try bound($0) } ?? 1
    guard step != 0 else { throw error("the step of a slice is zero") }
    func indices(_ count: Int) throws -> [Int] {
      try spend(count)
      return Self.indices(count, start, stop, step)
    }
    switch value {
    case .string(let text):
      return .string(Text(points: try indices(text.count).map { text.points[$0] }))
    case .list(let items):
      return .list(try indices(items.values.count).map { items.values[$0] })
    case .tuple(let items):
      return .tuple(try indices(items.values.count).map { items.values[$0] })
    case .undefined(let problem): throw error(problem)
    default: return .undefined("a \(value.typeName) has no slices")
    }
  }

  private func bound(_ expression: Expression) throws -> Int? {
    switch try evaluate(expression) {
    case .integer(let value): return value
    case .boolean(let value): return value ? 1 : 0
    case .none: return nil
    default: throw error("the bounds of a slice are integers")
    }
  }

  /// The places that a slice takes of `count`, as Python counts them.
  private static func indices(_ count: Int, _ start: Int?, _ stop: Int?, _ step: Int) -> [Int] {
    let low = step > 0 ? 0 : -1
    let high = step > 0 ? count : count - 1
    func place(_ bound: Int) -> Int {
      min(max(bound < 0 ? bound.addingReportingOverflow(count).partialValue : bound, low), high)
    }
    var index = start.map(place) ?? (step > 0 ? low : high)
    let end = stop.map(place) ?? (step > 0 ? high : low)
    var indices: [Int] = []
    while step > 0 ? index < end : index > end {
      indices.append(index)
      let (next, isOverflow) = index.addingReportingOverflow(step)
      if isOverflow { break }
      index = next
    }
    return indices
  }
}
