import Foundation
import Synchronization
import Tools

/// What an individual can do with its journal while it speaks: look things up and note things down.
///
/// They have a connection of their own to the journal, so that any thread may call them.
public final class JournalTools: Sendable {
  private let journal: Mutex<Journal>

  /// - Throws: what opening the journal throws.
  public init(_ individual: Individual) throws {
    try individual.requireAppendingAccess()
    journal = Mutex(try Journal(at: individual.journalFile, access: .appending))
  }

  /// `lookup WORDS`: the sentences that say most about the words.
  public var lookup: any Tool { Lookup(owner: self) }

  /// `note TEXT`: keeps the text for the next night and for lookups.
  public var note: any Tool { Note(owner: self) }

  private struct Lookup: Tool {
    let owner: JournalTools
    let name = "lookup"
    let purpose = "Finds what stands about some words in the journal of earlier days."

    func run(_ argument: String) throws -> String {
      // What was said last is the request that the lookup is to help with.
      let found = try owner.journal.withLock {
        try $0.sentences(
          matching: argument, characters: Toolbox.usualResultLimit, ignoringLastTurn: true)
      }
      return found.isEmpty ? "nothing found" : found.joined(separator: " ")
    }
  }

  private struct Note: Tool {
    struct Empty: Error, CustomStringConvertible {
      let description = "there is nothing to note"
    }

    let owner: JournalTools
    let name = "note"
    let purpose = "Writes a sentence down, to be learned the next night."

    func run(_ argument: String) throws -> String {
      guard argument.contains(where: { !$0.isWhitespace }) else { throw Empty() }
      _ = try owner.journal.withLock { try $0.appendNote(argument) }
      return "saved"
    }
  }
}
