import Foundation
import Individuals
import Tensors

/// How nights become a season.
public struct SeasonSettings: Sendable, Codable, Equatable {
  /// After how many nights; 0 for never.
  public var nights = 7
  public var memory = MemoryKind.gated
  /// The least; it grows with the text.
  public var rank = 64
  /// The most.
  public var mostRank = 256
  /// How often the text is gone through; twice as often where it outweighs the questions.
  public var passes = 6.0
  public var questionPasses = 10.0
  public var answerVisits = 32.0
  public var stepQuestions = 96
  /// Where the text outweighs the questions AdamW's rate is at most this, a quarter of a night's: more destroys what the
  /// season begins with.
  public var textRate: Float = 1e-3
  /// In how many ways a thing is asked, at most.
  public var mostWordings = 100
  /// Whether the memory begins with the strongest keys of the nights.
  public var beginsWithNights = true

  public init() {}
}

/// Everything that decides how a night is spent; `Documentation/Sleep.md` says what is measured behind which default.
public struct NightSettings: Sendable, Codable, Equatable {
  public var memory = MemoryKind.gated
  /// The most: of a short day the rank is smaller.
  public var size = MemorySize()
  /// How often the day's text is gone through.
  public var passes = 16.0
  /// Tokens per study window.
  public var window = 128
  /// Study windows of the day per step.
  public var dayWindows = 12
  /// Windows of earlier days per step, when there are any.
  public var rehearsalWindows = 12
  /// Tokens per window of neutral text, as far as the core's context allows: what is not kept at the
  /// far positions of a context is lost there.
  public var neutralWindow = 512
  /// Windows of neutral text per step of a night on text; fewer, but two, where questions make it longer.
  public var neutralWindows = 6
  /// Conversations about made-up worlds per step, which keep what the core can do with a text in front of it.
  public var keptConversations = 3
  /// How many questions about people whom nobody knows are drawn for the night.
  public var keptStrangers = 300
  /// Of these, how many are asked per step.
  public var stepStrangers = 8
  /// The weight of the loss on neutral text and conversations.
  public var neutralWeight: Float = 2
  /// How much of a target is the teacher's belief; the rest is the text itself.
  public var teacherShare: Float = 0.3
  /// Whether slots begin as the keys and values of the day's own passages.
  public var slotsFromPassages = true
  /// How often the day is reflected on, each time with other borders between passages and other requests.
  public var reflectionRounds = 6
  /// Of a long day there are fewer rounds: so many passages are reflected on in all, or each once.
  public var reflections = 120
  public var reflectionTemperature: Float = 1
  /// In how many ways a thing is asked, where that many are known from this day or earlier ones.
  public var wordings = 8
  /// How many times every question is asked about somebody else.
  public var swapsPerQuestion = 4
  /// Abstentions to study for every question that the day answers.
  public var abstentionShare = 0.6
  /// How often every question is gone through, and how much of its targets is the teacher's belief.
  public var questionPasses = 16.0
  /// How often a thing is gone through at most, in whatever words.
  public var answerVisits = 50.0
  public var questionTeacherShare: Float = 0.5
  /// The weight of a question's loss, token by token, beside that of text.
  public var questionWeight: Float = 1
  /// Questions of earlier nights per step, for every one of this night's.
  public var questionRehearsal = 2.0
  /// Of all questions of earlier nights so many are drawn for the night; of these, the half forgotten ones are asked
  /// most.
  public var rehearsedQuestions = 1000
  /// In how many ways a thing that is known is asked again, at most.
  public var rehearsedWordings = 2
  /// Of the text of earlier days so many tokens are drawn for a night or a season, anew every time: all would make every night
  /// longer than the one before.
  public var rehearsedTokens = 131_072
  /// Questions of the night per step.
  public var stepQuestions = 48
  /// AdamW's rates for the low-rank change and for the slots.
  public var adapterRate: Float = 4e-3
  public var slotRate: Float = 5e-2
  /// How many earlier nights a night's exam asks about: all would make every night longer than the one before.
  public var examinedNights = 8
  /// And about how many bytes of the text of each.
  public var examinedBytes = 16_384
  public var season = SeasonSettings()
  public var seed: UInt64 = 1337
  public var precision = Precision.fastest

  public init() {}

  /// What makes a night with these settings impossible, in words; nil when there is nothing.
  public var problem: String? {
    let least: [(String, Double, Double)] = [
      ("size.rank", Double(size.rank), 1), ("size.slotCount", Double(size.slotCount), 1),
      ("size.firstBlock", Double(size.firstBlock), 0), ("passes", passes, 0),
      ("window", Double(window), 1), ("dayWindows", Double(dayWindows), 1),
      ("rehearsalWindows", Double(rehearsalWindows), 0),
      ("neutralWindow", Double(neutralWindow), 1), ("neutralWindows", Double(neutralWindows), 0),
      ("keptConversations", Double(keptConversations), 0),
      ("keptStrangers", Double(keptStrangers), 0), ("stepStrangers", Double(stepStrangers), 0),
      ("neutralWeight", Double(neutralWeight), 0), ("teacherShare", Double(teacherShare), 0),
      ("reflectionRounds", Double(reflectionRounds), 0), ("reflections", Double(reflections), 0),
      ("reflectionTemperature", Double(reflectionTemperature), 0),
      ("wordings", Double(wordings), 0), ("swapsPerQuestion", Double(swapsPerQuestion), 0),
      ("abstentionShare", abstentionShare, 0), ("questionPasses", questionPasses, 0),
      ("answerVisits", answerVisits, 0), ("questionTeacherShare", Double(questionTeacherShare), 0),
      ("questionWeight", Double(questionWeight), 0), ("questionRehearsal", questionRehearsal, 0),
      ("rehearsedQuestions", Double(rehearsedQuestions), 0),
      ("rehearsedWordings", Double(rehearsedWordings), 0),
      ("stepQuestions", Double(stepQuestions), 1), ("adapterRate", Double(adapterRate), 0),
      ("slotRate", Double(slotRate), 0), ("examinedNights", Double(examinedNights), 0),
      ("rehearsedTokens", Double(rehearsedTokens), 0),
      ("examinedBytes", Double(examinedBytes), 1),
      ("season.nights", Double(season.nights), 0), ("season.rank", Double(season.rank), 0),
      ("season.mostRank", Double(season.mostRank), 0), ("season.passes", season.passes, 0),
      ("season.questionPasses", season.questionPasses, 0),
      ("season.answerVisits", season.answerVisits, 0),
      ("season.stepQuestions", Double(season.stepQuestions), 1),
      ("season.textRate", Double(season.textRate), 0),
      ("season.mostWordings", Double(season.mostWordings), 0),
    ]
    for (name, value, least) in least where !(value >= least && value.isFinite) {
      return "\(name) is \(value), expected a number from \(least) on"
    }
    for (name, share) in [
      ("teacherShare", teacherShare), ("questionTeacherShare", questionTeacherShare),
    ] where share > 1 {
      return "\(name) is \(share), expected a share from 0 to 1"
    }
    return nil
  }

  /// A season's, in the place of a night's.
  func ofSeason() -> NightSettings {
    var settings = self
    settings.memory = season.memory
    settings.passes = season.passes
    settings.questionPasses = season.questionPasses
    settings.answerVisits = season.answerVisits
    settings.stepQuestions = season.stepQuestions
    return settings
  }

  /// The same with fewer passes where so many questions have few answers between them.
  func fitted(toQuestions questions: Int, answers: Int) -> NightSettings {
    var fitted = self
    fitted.questionPasses = min(
      questionPasses, answerVisits * Double(answers) / Double(max(questions, 1)))
    return fitted
  }

  /// The same with windows that fit into a context of `length` tokens.
  func fitted(toContext length: Int) -> NightSettings {
    var fitted = self
    fitted.window = min(window, length)
    fitted.neutralWindow = min(neutralWindow, length)
    return fitted
  }

  /// The same with smaller steps where a night would have few: it learns more from as many tokens.
  package func fitted(toDay tokens: Int, questions: Int) -> NightSettings {
    let steps = steps(dayTokens: tokens, questions: questions)
    let isOnText = isOnText(dayTokens: tokens, questions: questions)
    let share = Double(steps) / Double(isOnText ? Self.leastTextSteps : Self.leastSteps)
    guard share < 1 else { return self }
    func scaled(_ count: Int, atLeast least: Int) -> Int {
      min(max(Int((Double(count) * share).rounded(.up)), least), count)
    }
    var fitted = self
    fitted.dayWindows = scaled(dayWindows, atLeast: 4)
    fitted.rehearsalWindows = scaled(rehearsalWindows, atLeast: 2)
    fitted.neutralWindows = scaled(neutralWindows, atLeast: Self.leastNeutralWindows)
    fitted.keptConversations = scaled(keptConversations, atLeast: 1)
    fitted.stepQuestions = scaled(stepQuestions, atLeast: 8)
    fitted.stepStrangers = scaled(stepStrangers, atLeast: 2)
    return fitted
  }

  /// Whether the text of a day outweighs its questions.
  private func isOnText(dayTokens tokens: Int, questions: Int) -> Bool {
    steps(dayTokens: tokens, questions: questions) == steps(dayTokens: tokens, questions: 0)
  }

  /// A season's settings, with twice the passes and the rate for text where that is most of what it goes through.
  package func fitted(toSeason tokens: Int, questions: Int) -> NightSettings {
    var fitted = self
    guard isOnText(dayTokens: tokens, questions: questions) else { return fitted }
    fitted.passes *= 2
    fitted.adapterRate = min(adapterRate, season.textRate)
    return fitted
  }

  /// The rank of a season that holds `tokens` tokens of text.
  package func seasonRank(textTokens tokens: Int) -> Int {
    max(season.rank, min(season.mostRank, tokens / Self.textTokensPerSeasonRank))
  }

  /// Text is kept in proportion to the keys that there are for it.
  private static let textTokensPerSeasonRank = 600
  private static let leastSteps = 64
  /// Text is learned less from few steps than questions are.
  private static let leastTextSteps = 128

  /// The memory for a day of `tokens` tokens on a model of `blocks` blocks: every night's change is computed at every
  /// token ever after, and the upper blocks are enough for a short day.
  func size(dayTokens tokens: Int, blocks: Int) -> MemorySize {
    var fitted = size
    fitted.rank = min(size.rank, max(tokens / Self.tokensPerRank, Self.leastRank))
    if tokens < Self.shortDay { fitted.firstBlock = max(size.firstBlock, blocks / 2) }
    return fitted
  }

  private static let tokensPerRank = 40
  private static let leastRank = 16
  /// Tokens of a day whose memory is kept in the upper half of the blocks.
  private static let shortDay = 1024
  private static let leastNeutralWindows = 2

  /// How much of a text's windows a step takes where questions make the night longer than its text would: `windows`
  /// of a step without questions, at least `least`.
  func share(of windows: Int, atLeast least: Int, dayTokens tokens: Int, steps: Int) -> Int {
    let textSteps = Double(self.steps(dayTokens: tokens, questions: 0))
    let share = (Double(windows) * min(textSteps / Double(steps), 1)).rounded(.up)
    return min(max(Int(share), least), windows)
  }

  /// Windows of neutral text in each of `steps` steps.
  func neutralWindows(dayTokens tokens: Int, steps: Int) -> Int {
    share(
      of: neutralWindows, atLeast: Self.leastNeutralWindows, dayTokens: tokens, steps: steps)
  }

  /// The number of steps for a day of `tokens` tokens and so many questions.
  package func steps(dayTokens tokens: Int, questions: Int) -> Int {
    let forText = passes * Double(tokens) / Double(dayWindows * window)
    let forQuestions = questionPasses * Double(questions) / Double(stepQuestions)
    return max(Int(max(forText, forQuestions).rounded(.up)), 1)
  }
}
