import CommandLineInterface
import Corpora
import Files
import Foundation
import Tokenizers

/// The options that name files of conversations, and what they hold.
struct ConversationFiles: Sendable {
  let chats = CommandLineInterface.Option<[String]>(
    "chat", completion: .files,
    help: "Conversations in JSONL, {\"messages\": [...]} a line; may be repeated.")
  let babi = CommandLineInterface.Option<[String]>(
    "babi", completion: .files, help: "Stories and questions as in bAbI; may be repeated.")
  let gsm8k = CommandLineInterface.Option<[String]>(
    "gsm8k", completion: .files, help: "Word problems as in GSM8K's JSONL; may be repeated.")
  let share = CommandLineInterface.Option(
    "conversation-share", default: 0.1, must: .be(in: 0...0.9),
    help: "The share of rows that are from these files, where there are any.")

  var section: Section {
    Section("Conversations") {
      chats
      babi
      gsm8k
      share
    }
  }

  /// Every conversation of all files.
  ///
  /// - Throws: `DocumentError`, which names the file and the line.
  func read(_ invocation: Invocation) throws -> [Conversation] {
    guard invocation[share] > 0 else { return [] }
    var conversations: [Conversation] = []
    if !invocation[chats].isEmpty {
      let reader = ShardReader(try TextShards(invocation[chats]))
      while let document = try reader.next() {
        guard case .conversation(let conversation) = document else { continue }
        conversations.append(conversation)
      }
      guard !conversations.isEmpty else {
        throw CommandError(
          "\(invocation[chats].joined(separator: ", ")): no conversation in it; expected "
            + "{\"messages\": [...]} a line", exitCode: .badData)
      }
    }
    for file in invocation[babi] {
      conversations += try BabiFile.read(file).map(\.conversation)
    }
    for file in invocation[gsm8k] {
      conversations += try GSM8KFile.read(file).map(\.conversation)
    }
    return conversations
  }

  /// A number that other conversations would hardly have.
  func digest(_ conversations: [Conversation]) throws -> UInt64 {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var digest = StableDigest()
    for conversation in conversations { digest.add(try encoder.encode(conversation)) }
    return digest.value
  }
}
