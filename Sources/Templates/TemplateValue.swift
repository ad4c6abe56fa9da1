/// A value that a template is given: what JSON can say, with mappings in their order.
public enum TemplateValue: Sendable, Hashable {
  case none
  case boolean(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  /// A text that people or tools wrote; ``RenderedText`` tells it from what the template writes.
  case quoted(String)
  case list([TemplateValue])
  case mapping([Entry])

  /// A key of a mapping with its value.
  public struct Entry: Sendable, Hashable {
    public var key: String
    public var value: TemplateValue
    /// Whether the key comes from people or tools.
    public var isKeyQuoted: Bool

    public init(_ key: String, _ value: TemplateValue, isKeyQuoted: Bool = false) {
      self.key = key
      self.value = value
      self.isKeyQuoted = isKeyQuoted
    }
  }

  /// The value of a mapping's key; nil for a key that is not there and for values that are no mappings.
  public subscript(key: String) -> TemplateValue? {
    guard case .mapping(let entries) = self else { return nil }
    return entries.last { $0.key == key }?.value
  }

  /// The same value with every text and key in it quoted.
  public var quoted: TemplateValue {
    switch self {
    case .none, .boolean, .integer, .float, .quoted: self
    case .string(let text): .quoted(text)
    case .list(let values): .list(values.map(\.quoted))
    case .mapping(let entries):
      .mapping(entries.map { Entry($0.key, $0.value.quoted, isKeyQuoted: true) })
    }
  }
}

extension TemplateValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringInterpolation,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .none }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .float(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
  public init(dictionaryLiteral elements: (String, TemplateValue)...) {
    self = .mapping(elements.map { Entry($0, $1) })
  }
}
