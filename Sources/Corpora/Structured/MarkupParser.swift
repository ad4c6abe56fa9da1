import CXML2

/// What a reader of HTML or XML is told, front to back.
protocol MarkupReceiver: AnyObject {
  func open(_ element: borrowing MarkupElement)
  func close(_ name: String)
  func text(_ bytes: UnsafeBufferPointer<UInt8>, line: Int)
}

/// An element where it opens; it lives as long as the call that it is given to.
struct MarkupElement: ~Copyable {
  /// Of HTML in lowercase, of XML without its prefix.
  let name: String
  let prefix, namespace: String?
  let line: Int
  fileprivate let attributes: Attributes

  fileprivate enum Attributes {
    /// Names and values by turns, nil at the end.
    case html(UnsafeMutablePointer<UnsafePointer<xmlChar>?>?)
    /// Name, prefix, namespace, beginning and end of the value.
    case xml(UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, count: Int)
  }

  /// The value of an attribute, nil when it is not there.
  subscript(attribute: String) -> String? {
    switch attributes {
    case .html(let list?):
      var place = list
      while let name = place[0] {
        if String(cString: name) == attribute { return place[1].map { String(cString: $0) } ?? "" }
        place += 2
      }
    case .xml(let list?, let count):
      for index in 0..<count {
        let place = list + 5 * index
        guard let name = place[0], String(cString: name) == attribute, let start = place[3],
          let end = place[4]
        else { continue }
        return String(
          decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
      }
    case .html(nil), .xml(nil, _): break
    }
    return nil
  }
}

/// One pass of libxml2 over text in memory: no tree, no network, no entities but those of the language.
struct MarkupParser: ~Copyable {
  enum Language {
    case html, xml
  }

  private let context: xmlParserCtxtPtr
  private let language: Language

  /// Elements may stand inside each other this many deep.
  static let deepest = 512

  init(_ language: Language) {
    xmlInitParser()
    let made = language == .html ? htmlNewParserCtxt() : xmlNewParserCtxt()
    // Without memory for a hundred bytes nothing goes on anywhere.
    guard let made else { preconditionFailure("libxml2 has no memory for a parser") }
    context = made
    self.language = language
  }

  deinit { xmlFreeParserCtxt(context) }

  /// Tells `receiver` what stands in `text`, which is UTF-8; of HTML all that can be made sense of.
  ///
  /// - Throws: `DocumentError` for XML that is not well-formed or declares entities, and for elements too deep.
  func parse(_ text: [UInt8], path: String, receiver: any MarkupReceiver) throws(DocumentError) {
    guard text.count <= Int32.max else {
      throw .tooLarge(path: path, bytes: text.count, limit: Int(Int32.max))
    }
    let relay = Relay(receiver, context)
    context.pointee.sax.pointee = language == .html ? Relay.html : Relay.xml
    context.pointee.userData = Unmanaged.passUnretained(relay).toOpaque()
    text.withUnsafeBytes { bytes in
      let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
      switch language {
      case .html:
        let options = HTML_PARSE_NONET.rawValue | HTML_PARSE_IGNORE_ENC.rawValue
        _ = htmlCtxtReadMemory(context, start, Int32(bytes.count), nil, "UTF-8", Int32(options))
      case .xml:
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue
        _ = xmlCtxtReadMemory(context, start, Int32(bytes.count), nil, "UTF-8", Int32(options))
      }
    }
    try withExtendedLifetime(relay) { () throws(DocumentError) in
      if let (line, expected) = relay.refusal {
        throw .malformed(path: path, line: line, expected: expected)
      }
    }
    if language == .xml, context.pointee.wellFormed == 0 {
      let reason = context.pointee.lastError.message.map {
        Array(String(cString: $0).utf8).withSingleSpaces
      }
      throw .malformed(
        path: path, line: Int(context.pointee.lastError.line),
        expected: "well-formed XML (\(reason ?? "it ends too early"))")
    }
  }
}

/// What libxml2 calls, with the receiver and how deep it is.
private final class Relay {
  private let receiver: any MarkupReceiver
  private let context: xmlParserCtxtPtr
  private var depth = 0
  private(set) var refusal: (line: Int, expected: String)?

  init(_ receiver: any MarkupReceiver, _ context: xmlParserCtxtPtr) {
    self.receiver = receiver
    self.context = context
  }

  private var line: Int { context.pointee.input.map { Int($0.pointee.line) } ?? 1 }

  private static func at(_ user: UnsafeMutableRawPointer?) -> Relay? {
    user.map { Unmanaged<Relay>.fromOpaque($0).takeUnretainedValue() }
  }

  private func refuse(_ expected: String) {
    guard refusal == nil else { return }
    refusal = (line, expected)
    xmlStopParser(context)
  }

  private func open(
    _ name: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>? = nil,
    _ namespace: UnsafePointer<xmlChar>? = nil, attributes: MarkupElement.Attributes
  ) {
    guard refusal == nil, let name else { return }
    depth += 1
    guard depth <= MarkupParser.deepest else {
      return refuse("at most \(MarkupParser.deepest) elements inside each other")
    }
    receiver.open(
      MarkupElement(
        name: String(cString: name), prefix: prefix.map { String(cString: $0) },
        namespace: namespace.map { String(cString: $0) }, line: line, attributes: attributes))
  }

  private func close(_ name: UnsafePointer<xmlChar>?) {
    guard refusal == nil, let name else { return }
    depth -= 1
    receiver.close(String(cString: name))
  }

  private func text(_ start: UnsafePointer<xmlChar>?, _ count: Int32) {
    guard refusal == nil, let start, count > 0 else { return }
    receiver.text(UnsafeBufferPointer(start: start, count: Int(count)), line: line)
  }

  /// Nothing else is handled, so that no tree is built and nothing is loaded.
  static var html: xmlSAXHandler {
    var handler = xmlSAXHandler()
    handler.startElement = { Relay.at($0)?.open($1, attributes: .html($2)) }
    handler.endElement = { Relay.at($0)?.close($1) }
    handler.characters = { Relay.at($0)?.text($1, $2) }
    handler.ignorableWhitespace = { Relay.at($0)?.text($1, $2) }
    return handler
  }

  static var xml: xmlSAXHandler {
    var handler = xmlSAXHandler()
    // What marks a handler with namespaces.
    handler.initialized = 0xDEED_BEAF
    handler.startElementNs = { user, name, prefix, namespace, _, _, count, _, attributes in
      Relay.at(user)?.open(name, prefix, namespace, attributes: .xml(attributes, count: Int(count)))
    }
    handler.endElementNs = { user, name, _, _ in Relay.at(user)?.close(name) }
    handler.characters = { Relay.at($0)?.text($1, $2) }
    handler.cdataBlock = { Relay.at($0)?.text($1, $2) }
    handler.entityDecl = { user, _, _, _, _, _ in
      Relay.at(user)?.refuse("no declarations of entities")
    }
    return handler
  }
}
