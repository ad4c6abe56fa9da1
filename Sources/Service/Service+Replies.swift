import Individuals
import LanguageModels
import Tensors
import Tokenizers

extension Service {
  /// Lets an individual answer, counting what it takes.
  func write(
    _ request: ReplyRequest, by resident: Resident, isInterrupted: () -> Bool,
    emit: (Conversation.Part) -> Void, score: (TokenScore) -> Void = { _ in }
  ) throws -> WrittenReply {
    let start = ContinuousClock.now
    var hasBegun = false
    metrics.beginReply()
    do {
      let reply = try resident.awake().writer.reply(
        to: request, isInterrupted: { isClosing || isInterrupted() },
        emit: { piece in
          if !hasBegun {
            hasBegun = true
            metrics.firstToken(after: start.duration(to: .now))
          }
          emit(piece)
        }, score: score)
      metrics.endReply(
        prompt: reply.promptTokens, held: reply.heldTokens, written: reply.writtenTokens)
      return reply
    } catch {
      metrics.endReply(prompt: 0, held: 0, written: 0)
      throw error
    }
  }
}
