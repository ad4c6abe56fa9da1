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
  /// One connection to the journal, used by one request at a time.
  private let individual: Mutex<Individual>
  private let mind = Mutex<AwakeMind?>(nil)
  private let tools: JournalTools
  let sleep: SleepRun
  /// Conversations that somebody waits for a reply in.
  let answered = Mutex<Set<Episode.ID>>([])

  /// Where what was read before the program ended lies; it may be deleted at any time.
  private var contextsFile: URL { folder.appendingPathComponent("contexts.safetensors") }

  init(_ name: String, in home: Home, program: SleepRun.Program) throws {
    let opened = try Individual.open(name: name, in: home, access: .appending)
    self.name = name
    folder = opened.folder
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
      return woken
    }
  }

  /// What is awake, without waking anybody.
  var awakeMind: AwakeMind? { mind.withLock { $0 } }

  /// Lets go of the model, and keeps what has been read.
  func rest() {
    mind.withLock { mind in
      if let mind { try? mind.contexts.write(to: contextsFile, owner: mind.owner) }
      mind = nil
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
