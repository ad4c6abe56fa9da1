import Foundation
import Individuals
import LanguageModels
import Synchronization
import Tokenizers
import Tools

/// One individual while it is served.
///
/// It never holds the right to change nights: whoever sleeps, here or from the command line, does so beside it, and it
/// wakes anew when it sees another night.
final class Resident: Sendable {
  let name: String
  let folder: URL
  private let contextsFile: URL
  /// One connection to the journal, used by one request at a time.
  private let individual: Mutex<Individual>
  private let mind = Mutex<AwakeMind?>(nil)
  /// Known without waiting for somebody who is just waking.
  private let hasMind = Atomic(false)
  private let tools: JournalTools
  let sleep: SleepRun
  /// Conversations that somebody waits for a reply in.
  let answered = Mutex<Set<Episode.ID>>([])

  init(_ name: String, in home: Home, program: SleepRun.Program) throws {
    // Opened once as its only owner, where nobody else is, what a crash left undone is made whole.
    do { _ = try Individual.open(name: name, in: home) } catch IndividualError.inUse {}
    let opened = try Individual.open(name: name, in: home, access: .appending)
    self.name = name
    folder = opened.folder
    contextsFile = opened.contextsFile
    tools = try JournalTools(opened)
    individual = Mutex(opened)
    sleep = SleepRun(name, home: home, program: program)
  }

  /// Does something with the individual as it is now.
  func with<Result: Sendable>(_ body: (Individual) throws -> Result) throws -> Result {
    try individual.withLock { individual in
      try individual.refresh()
      return try body(individual)
    }
  }

  /// The mind of the current night; waking takes as long as opening the core.
  func awake() throws -> AwakeMind {
    try mind.withLock { mind in
      let owner = try with { AwakeMind.owner($0) }
      if let mind, mind.owner == owner { return mind }
      let woken = try with { try AwakeMind($0) }
      if FileManager.default.fileExists(atPath: contextsFile.path) {
        // Only what would have to be read again is lost with a file that is damaged.
        try? woken.contexts.read(contextsFile, owner: owner)
      }
      mind = woken
      hasMind.store(true, ordering: .relaxed)
      return woken
    }
  }

  var isAwake: Bool { hasMind.load(ordering: .relaxed) }

  /// What is held of contexts, without waking anybody.
  var heldBytes: Int { isAwake ? mind.withLock { $0?.contexts.counts.bytes ?? 0 } : 0 }

  /// Lets go of the model, and keeps what has been read.
  func rest() {
    letGo { try? $0.contexts.write(to: contextsFile, owner: $0.owner) }
  }

  /// Lets go of the model and of all that it has read: something of it is to be forgotten.
  func forgetContexts() {
    letGo { _ in }
    unlink(contextsFile.path)
  }

  private func letGo(_ body: (AwakeMind) -> Void) {
    mind.withLock { mind in
      if let mind { body(mind) }
      mind = nil
      hasMind.store(false, ordering: .relaxed)
    }
  }

  /// The tools that an individual has in a conversation.
  var toolbox: Toolbox { Toolbox([Calculator(), tools.lookup, tools.note]) }

  /// The tools that it has in a conversation that is not to become a part of its day: none that writes.
  var readingToolbox: Toolbox { Toolbox([Calculator(), tools.lookup]) }

  /// What it reads up on for what was said; a skill that cannot be read says nothing.
  func background(for text: String) -> String {
    (try? with { try $0.skills().relevant(to: text)?.body }) ?? ""
  }
}
