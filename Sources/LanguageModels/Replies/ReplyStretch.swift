import Foundation
import Tensors
import Tokenizers
import Tools

/// What a model writes without being asked anew: a reply, or what comes before a call and after it.
struct ReplyStretch {
  private let writer: ReplyWriter
  private let request: ReplyRequest
  private var sampler: Sampler
  private var generator: Generator?
  private var json: JSONConstraint?
  /// Rows of the model's head that are no tokens.
  private let padding: [Int32]
  private let special: Set<Int32>
  private(set) var scores: [TokenScore] = []
  private(set) var heldTokens = 0
  private(set) var writtenTokens = 0

  init(_ writer: ReplyWriter, _ request: ReplyRequest) {
    self.writer = writer
    self.request = request
    sampler = Sampler(request.sampling, seed: request.seed)
    json = request.isJSON ? JSONConstraint() : nil
    let rows = Int32(writer.contexts.configuration.vocabularySize)
    padding = Array(min(Int32(writer.tokenizer.vocabularySize), rows)..<rows)
    special = Set(writer.tokenizer.specialTokens.values)
  }

  /// Gives the context to whoever goes on from it.
  func keepContext() {
    if let generator { writer.contexts.keep(generator.held) }
  }

  private typealias Emit = (Conversation.Part) -> Void
  private typealias Score = (TokenScore) -> Void

  /// Reads what of `tokens` is new, and writes.
  mutating func write(
    after tokens: [Int32], prompt: String, isInterrupted: () -> Bool,
    emit: (Conversation.Part) -> Void, score: (TokenScore) -> Void
  ) -> WrittenReply.Ending {
    read(tokens)
    let writing = (writer.reader as? BatchingReader)?.writing()
    defer { withExtendedLifetime(writing) {} }
    if request.continuesText { return writePlainly(isInterrupted, emit, score) }
    switch writer.style {
    case .turns(let format): return write(format, isInterrupted, emit, score)
    case .template(let chat): return write(chat, prompt, isInterrupted, emit, score)
    case .plain: return writePlainly(isInterrupted, emit, score)
    }
  }

  private mutating func read(_ tokens: [Int32]) {
    if generator == nil {
      let held = writer.contexts.context(
        for: tokens, capacity: tokens.count + request.tokens)
      heldTokens = held.tokens.count
      generator = Generator(writer.reader, writer.tokenizer, continuing: held)
    }
    let context = generator!.context
    let common = zip(tokens, context).prefix { $0 == $1 }.count
    // The last token is read again where nothing is new: what follows it is known only then.
    generator!.rewind(to: min(common, tokens.count - 1))
    // What tools gave back may need more room than was asked for.
    if generator!.room < tokens.count - generator!.context.count + 1 {
      writer.contexts.keep(generator!.held)
      let held = writer.contexts.context(for: tokens, capacity: tokens.count + request.tokens)
      generator = Generator(writer.reader, writer.tokenizer, continuing: held)
    }
    generator!.read(Array(tokens.dropFirst(generator!.context.count)))
  }

  /// Why no further token is to be drawn; nil where one is.
  private func ending(_ isInterrupted: () -> Bool, leaving places: Int) -> WrittenReply.Ending? {
    if json?.isComplete == true { return .endOfText }
    if writtenTokens >= request.tokens { return .length }
    if generator!.room <= places { return .contextFull }
    return isInterrupted() ? .interrupted : nil
  }

  /// Draws the next token, which is not read yet.
  private mutating func draw(
    masked: [Int32], ends: Set<Int32> = [], _ score: (TokenScore) -> Void
  ) -> Int32 {
    let logits = generator!.nextLogits!
    var masked = masked + padding
    if json != nil { masked += ends.union(special) }
    var token = generator!.next(&sampler, masked: masked)
    if let constraint = json, !constraint.accepts(writer.tokenizer.bytes(for: token)) {
      let rows = 0..<Int32(writer.contexts.configuration.vocabularySize)
      let known = Set(masked)
      let refused = rows.filter { !constraint.accepts(writer.tokenizer.bytes(for: $0)) }
      // Without any token that fits, what is written cannot become JSON any more.
      if rows.count > known.union(refused).count {
        token = generator!.next(&sampler, masked: masked + refused)
      } else {
        json = nil
      }
    }
    let bytes = writer.tokenizer.bytes(for: token)
    json?.read(bytes)
    writtenTokens += 1
    if let count = request.alternatives, !ends.contains(token) {
      let scored = TokenScore(token, logits, count, writer.tokenizer)
      scores.append(scored)
      score(scored)
    }
    return token
  }

  /// In turns, with tools that answer where they are called.
  private mutating func write(
    _ format: ChatFormat, _ isInterrupted: () -> Bool, _ emit: Emit, _ score: Score
  ) -> WrittenReply.Ending {
    var loop = ToolLoop(format, request.tools.toolbox)
    var stream = ChatStream(format)
    func tell(_ event: ChatSession.Event) {
      switch event {
      case .text(let text): emit(.text(text))
      case .call(let text): emit(.call(text))
      case .result(let text): emit(.result(text))
      }
    }
    var ending = WrittenReply.Ending.endOfText
    drawing: while true {
      if let reason = self.ending(isInterrupted, leaving: 1) {
        ending = reason
        break
      }
      let token = draw(masked: loop.masked, ends: [format.end], score)
      // A call of anything else is answered here: that there is no such tool.
      if case .callers(let offered) = request.tools, token == format.endCall,
        let name = loop.openCallName, offered.contains(where: { $0.name == name })
      {
        stream.append(token, to: tell)
        generator!.read([token])
        return .call
      }
      var read = [token]
      switch loop.take(token, room: generator!.room) {
      case .goOn: break
      case .insert(let result): read += result
      case .end: break drawing
      case .full:
        ending = .contextFull
        break drawing
      }
      generator!.read(read)
      for token in read { stream.append(token, to: tell) }
    }
    stream.finish(tell)
    generator!.rewind(to: generator!.context.count - loop.abandonCall())
    if generator!.room > 0 { generator!.read([format.end]) }
    return ending
  }

  /// As a template's model writes, up to the end of a turn or a call.
  private mutating func write(
    _ chat: PublishedChat, _ prompt: String, _ isInterrupted: () -> Bool, _ emit: Emit,
    _ score: Score
  ) -> WrittenReply.Ending {
    let format = chat.template.replyFormat
    var reader = TokenReplyReader(
      format, writer.tokenizer, isReasoning: format.opensReasoning(prompt))
    var called = false
    func tell(_ events: [ReplyEvent]) {
      for event in events {
        if case .call = event { called = true }
        emit(event.part)
      }
    }
    var ending = WrittenReply.Ending.endOfText
    while true {
      if let reason = self.ending(isInterrupted, leaving: 0) {
        ending = reason
        break
      }
      let token = draw(masked: [], ends: chat.endTokens, score)
      if chat.endTokens.contains(token) { break }
      tell(reader.append(token))
      generator!.read([token])
    }
    tell(reader.finish())
    if case .none = request.tools { return ending }
    return called ? .call : ending
  }

  /// As a text goes on; of a dialogue, a line.
  private mutating func writePlainly(
    _ isInterrupted: () -> Bool, _ emit: Emit, _ score: Score
  ) -> WrittenReply.Ending {
    var stream = StreamingDecoder(writer.tokenizer, continuingText: true)
    var watch = StopWatch(request.continuesText ? [] : ["\nuser:", "\n"])
    var isAtStart = !request.continuesText
    func tell(_ text: String) {
      let words = isAtStart ? String(text.drop(while: \.isWhitespace)) : text
      guard !words.isEmpty else { return }
      isAtStart = false
      emit(.text(words))
    }
    let ends = Set([writer.tokenizer.endOfText].compactMap(\.self))
    while true {
      if let reason = ending(isInterrupted, leaving: 0) {
        tell(watch.pass(stream.finish()) + watch.finish())
        return reason
      }
      let token = draw(masked: [], ends: ends, score)
      if ends.contains(token) {
        tell(watch.pass(stream.finish()) + watch.finish())
        return .endOfText
      }
      tell(watch.pass(stream.append(token)))
      if watch.isStopped { return .endOfText }
      generator!.read([token])
    }
  }
}

extension OfferedTools {
  /// The tools for a loop that asks before it runs them; the caller's are never run.
  fileprivate var toolbox: Toolbox {
    switch self {
    case .none: Toolbox()
    case .own(let toolbox): toolbox
    case .callers(let definitions): Toolbox(definitions.map { CallersTool(name: $0.name) })
    }
  }
}

/// A tool that only its caller can run.
private struct CallersTool: Tool {
  struct NotHere: Error {}
  let name: String
  func run(_ argument: String) throws -> String { throw NotHere() }
}

extension TokenScore {
  init(_ token: Int32, _ logits: Tensor, _ count: Int, _ tokenizer: any Tokenizer) {
    let values = logits.values
    let highest = values.max() ?? 0
    let total = values.reduce(Float(0)) { $0 + exp($1 - highest) }
    let normalizer = highest + log(total)
    func score(_ token: Int) -> Float { values[token] - normalizer }
    let best = values.indices.sorted {
      values[$0] != values[$1] ? values[$0] > values[$1] : $0 < $1
    }.prefix(count)
    self.init(
      bytes: tokenizer.bytes(for: token), logProbability: score(Int(token)),
      alternatives: best.map {
        Alternative(bytes: tokenizer.bytes(for: Int32($0)), logProbability: score($0))
      })
  }
}
