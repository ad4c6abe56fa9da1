import Foundation

/// The functions that every template can call.
enum Globals {
  static let byName: [String: @Sendable (Interpreter, Arguments) throws -> Value] = [
    "raise_exception": { interpreter, arguments in
      throw TemplateError.raised(arguments.text(0, "message")?.string ?? "")
    },
    "range": range,
    "dict": { interpreter, arguments in .mapping(try pairs(interpreter, arguments)) },
    "namespace": { interpreter, arguments in
      let pairs = try pairs(interpreter, arguments).pairs
      let namespace = Namespace(
        Dictionary(pairs.map { ($0.written.string, $1) }) { _, last in last })
      if let name = namespace.attributes.keys.first(where: { $0.hasPrefix("_") }) {
        throw interpreter.error("a namespace has no '\(name)'")
      }
      interpreter.namespaces.append(namespace)
      return .namespace(namespace)
    },
    "strftime_now": { interpreter, arguments in
      guard let format = arguments.text(0, "format") else {
        throw interpreter.error("'strftime_now' needs a format")
      }
      return .text(try DateText.text(interpreter.now(), format.string, interpreter))
    },
    "joiner": { interpreter, arguments in
      let separator = arguments.value(0, "sep") ?? .string(", ")
      let state = Namespace(["isFirst": .boolean(true)])
      return .function(
        Function("joiner", holding: separator) { _, _ in
          defer { state.attributes["isFirst"] = .boolean(false) }
          return state.attributes["isFirst"]?.isTrue == true ? .string("") : separator
        })
    },
    "cycler": { interpreter, _ in throw interpreter.unsupported("'cycler'") },
    "lipsum": { interpreter, _ in throw interpreter.unsupported("'lipsum'") },
  ]

  @Sendable private static func range(
    _ interpreter: Interpreter, _ arguments: Arguments
  ) throws -> Value {
    let bounds = try arguments.positional.indices.map {
      try arguments.integer($0, "bound", interpreter) ?? 0
    }
    guard (1...3).contains(bounds.count), arguments.named.isEmpty else {
      throw interpreter.error("'range' needs one to three integers")
    }
    let (start, stop) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw interpreter.error("the step of a range is zero") }
    let distance = Double(stop) - Double(start)
    guard distance / Double(step) <= Double(interpreter.limits.rangeLength) else {
      throw TemplateError.limit(interpreter.position, problem: "the range is too long")
    }
    let numbers = stride(from: start, to: stop, by: step).map(Value.integer)
    try interpreter.spend(numbers.count)
    return .list(numbers)
  }

  /// The pairs of a mapping or of a list of pairs, and those given by name.
  private static func pairs(
    _ interpreter: Interpreter, _ arguments: Arguments
  ) throws -> Mapping {
    var pairs: [(Value, Value)] = []
    switch arguments.positional.first {
    case .mapping(let mapping)?: pairs = mapping.pairs
    case let value?:
      pairs = try interpreter.elements(of: value).map {
        let pair = try interpreter.elements(of: $0)
        guard pair.count == 2 else { throw interpreter.error("a mapping needs pairs") }
        return (pair[0], pair[1])
      }
    case nil: break
    }
    return try interpreter.mapping(pairs + arguments.named.map { (.text($0.name), $0.value) })
  }
}

/// A time as `strftime` of C writes it, in local time.
enum DateText {
  static func text(_ date: Date, _ format: String, _ interpreter: Interpreter) throws -> String {
    guard !format.isEmpty else { return "" }
    guard format.utf8.count <= 256, !format.utf8.contains(0) else {
      throw interpreter.error("the format of a date is too long")
    }
    var seconds = time_t(date.timeIntervalSince1970.rounded(.down))
    var parts = tm()
    localtime_r(&seconds, &parts)
    var buffer = [CChar](repeating: 0, count: 8192)
    let length = strftime(&buffer, buffer.count, format, &parts)
    return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
