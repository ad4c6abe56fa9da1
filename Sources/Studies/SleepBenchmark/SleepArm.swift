import Sleep

/// A way to live through the same days.
public enum SleepArm: String, Sendable, Codable, CaseIterable {
  case noEdit = "no-edit"
  case fullContext = "full-context"
  case lookup
  case rawLoRA = "raw-lora"
  case answersLoRA = "answers-lora"
  case distilLoRA = "distil-lora"
  case distilSlots = "distil-slots"
  case withoutRehearsal = "without-rehearsal"
  case withoutNeutral = "without-neutral"
  case withoutAbstention = "without-abstention"
  case withoutText = "without-text"
  case withoutSeasons = "without-seasons"
  case full
  case fullWithLookup = "full-with-lookup"

  public var title: String {
    switch self {
    case .noEdit: "no edit"
    case .fullContext: "full context"
    case .lookup: "lookup in the context (BM25)"
    case .rawLoRA: "raw next-token LoRA"
    case .answersLoRA: "question-answer LoRA"
    case .distilLoRA: "distilled into LoRA"
    case .distilSlots: "distilled into slots"
    case .withoutRehearsal: "the night without rehearsal"
    case .withoutNeutral: "the night without neutral text"
    case .withoutAbstention: "the night without abstentions"
    case .withoutText: "the night without the day's text"
    case .withoutSeasons: "the night without seasons"
    case .full: "the night"
    case .fullWithLookup: "the night, then lookup"
    }
  }

  /// What stands before a question.
  enum Context {
    case none
    /// As much of the day's text as the context holds, the asked sentence within it.
    case day
    /// What a search of the journal finds.
    case found
    /// The same, where the individual says that it does not know.
    case foundWhenUnknown
  }

  var context: Context {
    switch self {
    case .fullContext: .day
    case .lookup: .found
    case .fullWithLookup: .foundWhenUnknown
    default: .none
    }
  }

  /// Whether anybody sleeps.
  public var sleeps: Bool { nights(NightSettings()) != nil }

  /// How nights are slept, starting from `settings`; nil where nobody sleeps.
  ///
  /// An arm that leaves something out has no seasons: they would bring it back. Beside it stands ``withoutSeasons``.
  func nights(_ settings: NightSettings) -> NightSettings? {
    var settings = settings
    func keepNothing() {
      settings.neutralWindows = 0
      settings.keptConversations = 0
      settings.stepStrangers = 0
      settings.abstentionShare = 0
      settings.rehearsalWindows = 0
      settings.questionRehearsal = 0
    }
    switch self {
    case .noEdit, .fullContext, .lookup: return nil
    case .full, .fullWithLookup: return settings
    case .rawLoRA:
      // As many steps as the night takes with its questions, all on the text and on nothing else.
      settings.memory = .lora
      settings.reflectionRounds = 0
      settings.passes = 300
      settings.teacherShare = 0
      keepNothing()
    case .answersLoRA:
      settings.memory = .lora
      settings.passes = 0
      settings.questionTeacherShare = 0
      keepNothing()
    case .distilLoRA: settings.memory = .lora
    case .distilSlots: settings.memory = .slots
    case .withoutRehearsal:
      settings.questionRehearsal = 0
      settings.rehearsalWindows = 0
    case .withoutNeutral: settings.neutralWindows = 0
    case .withoutAbstention:
      settings.abstentionShare = 0
      settings.stepStrangers = 0
    case .withoutText: settings.passes = 0
    case .withoutSeasons: break
    }
    settings.season.nights = 0
    return settings
  }
}
