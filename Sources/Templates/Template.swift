#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A text with places to fill in, in the part of Jinja that published chat templates use.
///
/// It writes what `transformers` writes: white space around blocks goes as with `trim_blocks` and
/// `lstrip_blocks`, `tojson` keeps characters and the order of keys, `raise_exception` and
/// `strftime_now` are there, `generation` blocks show through, and what would change a list or mapping
/// in place is refused. Other templates cannot be included.
///
/// A template is not trusted: ``TemplateLimits`` ends what takes too long or grows too large.
public struct Template: Sendable {
  private let statements: [Statement]
  /// The texts and string literals that the template has, in their order.
  public let literals: [String]

  /// - Throws: ``TemplateError`` with the place of what is malformed or not supported.
  public init(source: String) throws {
    let tokens = try Lexer.tokens(of: source)
    statements = try Parser.statements(tokens)
    literals = tokens.compactMap {
      switch $0.kind {
      case .data(let text), .string(let text): text
      default: nil
      }
    }
  }

  /// What the template writes about `context`.
  ///
  /// `now` is what `strftime_now` tells.
  ///
  /// - Throws: ``TemplateError``; ``TemplateError/raised(_:)`` is the template's own word.
  public func render(
    _ context: [String: TemplateValue], limits: TemplateLimits = TemplateLimits(),
    now: @escaping @Sendable () -> Date = { Date() }
  ) throws -> String {
    try rendered(context, limits: limits, now: now).string
  }

  /// What the template writes, with a mark at every character that came from a quoted text; see
  /// ``TemplateValue/quoted(_:)``.
  ///
  /// - Throws: as ``render(_:limits:now:)``.
  public func rendered(
    _ context: [String: TemplateValue], limits: TemplateLimits = TemplateLimits(),
    now: @escaping @Sendable () -> Date = { Date() }
  ) throws -> RenderedText {
    let interpreter = Interpreter(context, limits, now)
    return RenderedText(try interpreter.run(statements))
  }
}
