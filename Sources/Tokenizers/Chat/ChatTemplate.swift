import Foundation
import Templates

/// A published model's way to write conversations: its template, and the tokens that the template speaks of.
///
/// Nobody's words can pass for another's. What people, models and tools said goes into the template quoted,
/// with a mark at every character that no trimming, cutting or JSON takes off (``RenderedText``). A special
/// token is one where the template wrote all of it; the same letters in what was said are plain text.
public struct ChatTemplate: Sendable {
  /// What templates are told beside the conversation: `enable_thinking`, `documents`, and the like.
  public typealias Options = [String: TemplateValue]

  private let standard: Template
  private let forTools: Template
  private let specialTokens: [String: String]
  /// What the templates write by themselves.
  private let literals: [UInt8]

  /// A template from its source, with the special tokens that it knows by name, such as `bos_token`.
  ///
  /// `toolSource` is the template for conversations with tools, where a model has another for them.
  ///
  /// - Throws: `TemplateError`.
  public init(
    source: String, toolSource: String? = nil, specialTokens: [String: String] = [:]
  ) throws {
    standard = try Template(source: source)
    forTools = try toolSource.map { try Template(source: $0) } ?? standard
    self.specialTokens = specialTokens
    literals = Array((standard.literals + forTools.literals).joined(separator: "\0").utf8)
  }

  /// The template in a model's folder: `chat_template.jinja`, or `chat_template` in `tokenizer_config.json`.
  ///
  /// - Throws: ``ChatTemplateError`` for files that are missing or broken, `TemplateError` for a template
  ///   that cannot be run.
  public init(folder: String) throws {
    let files = try ChatTemplateFiles(folder: folder)
    guard let source = files.sources["default"] ?? files.sources.min(by: { $0.key < $1.key })?.value
    else { throw ChatTemplateError.missing(folder: folder) }
    try self.init(
      source: source, toolSource: files.sources["tool_use"], specialTokens: files.specialTokens)
  }

  /// How the model writes its replies.
  public var replyFormat: ReplyFormat {
    ReplyFormat(literals: standard.literals + forTools.literals)
  }

  /// A conversation as the model reads it, up to where it begins to speak when `addsGenerationPrompt` is true.
  ///
  /// - Throws: `TemplateError`; `TemplateError.raised` says what the template does not take, such as a
  ///   conversation that begins with the assistant.
  public func text(
    _ conversation: Conversation, tools: [ToolDefinition] = [], addsGenerationPrompt: Bool = true,
    options: Options = [:], now: @escaping @Sendable () -> Date = { Date() }
  ) throws -> String {
    try rendered(conversation, tools, addsGenerationPrompt, options, now).string
  }

  /// A conversation as token ids, special tokens only where the template wrote them.
  ///
  /// - Throws: as ``text(_:tools:addsGenerationPrompt:options:now:)``.
  public func tokens(
    _ conversation: Conversation, _ tokenizer: any Tokenizer, tools: [ToolDefinition] = [],
    addsGenerationPrompt: Bool = true, options: Options = [:],
    now: @escaping @Sendable () -> Date = { Date() }
  ) throws -> [Int32] {
    let text = try rendered(conversation, tools, addsGenerationPrompt, options, now)
    return QuotedText(text, controls: controls(of: tokenizer)).tokens(tokenizer)
  }

  /// The tokens that steer the model: special ones, and of the others those that the template writes or replies are read by.
  private func controls(of tokenizer: any Tokenizer) -> Set<String> {
    let markers = replyFormat.allMarkers
    let others = tokenizer.addedTokenIDs.keys.filter { token in
      token.contains { !$0.isWhitespace } && (markers.contains(token) || isWritten(token))
    }
    return Set(tokenizer.specialTokens.keys).union(others)
  }

  /// Bytes, not characters: some vocabularies have thousands of such tokens.
  private func isWritten(_ token: String) -> Bool {
    var isFound = false
    literals.withUnsafeBufferPointer {
      TextPattern.text(Array(token.utf8)).forEachMatch(in: $0) { _ in isFound = true }
    }
    return isFound
  }

  private func rendered(
    _ conversation: Conversation, _ tools: [ToolDefinition], _ addsGenerationPrompt: Bool,
    _ options: Options, _ now: @escaping @Sendable () -> Date
  ) throws -> RenderedText {
    var context: [String: TemplateValue] = specialTokens.mapValues { .string($0) }
    context["documents"] = TemplateValue.none
    context.merge(options) { $1 }
    context["messages"] = .list(conversation.messages(tools: tools))
    context["tools"] = tools.isEmpty ? TemplateValue.none : .list(tools.map(\.value))
    context["add_generation_prompt"] = .boolean(addsGenerationPrompt)
    return try (tools.isEmpty ? standard : forTools).rendered(context, now: now)
  }
}
