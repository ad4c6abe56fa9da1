import Briefs
import Foundation
import Individuals
import LanguageModels
import Tensors
import Tokenizers
import Training

/// Measures what an individual recalls with an empty context, day by day, always from scratch.
public struct Examination {
  private let individual: Individual
  private let neutral: NeutralText
  private let precision: Precision

  /// A memory that is examined before it is committed.
  struct Candidate {
    let number: Int
    let memory: URL
    /// What it learned; nothing where it is a season's.
    var episodes: [Episode] = []
    var sheet = StudySheet()
    /// The nights whose memories it would replace.
    var standsFor: [Int] = []
  }

  public init(_ individual: Individual, neutral: NeutralText, precision: Precision = .fastest) {
    self.individual = individual
    self.neutral = neutral
    self.precision = precision
  }

  /// What the individual recalls of every day of its lineage.
  public func report() throws -> RecallReport { try report(with: nil).0 }

  /// The report, and the texts of the candidate's day with what they cost before and now.
  ///
  /// Of earlier days only `sample` are examined where one is given, each by `bytes` of its texts, drawn anew every night.
  func report(
    with candidate: Candidate?, sample: Int = .max, bytes: Int = .max
  ) throws -> (RecallReport, [ReadText]) {
    try precision.run {
      let now = try Mind.wake(individual)
      var last = now.model
      if let candidate {
        let awake = try Mind.wake(individual, without: candidate.standsFor)
        try NightMemory.attach(candidate.memory, to: awake.model)
        last = awake.model
      }
      let format = try? ChatFormat(now.tokenizer)
      var days: [DayRecall] = []
      var sheets: [StudySheet] = []
      func examine(
        _ night: Int, _ episodes: [Episode], _ sheet: StudySheet, before: Mind, isEarlier: Bool,
        isLast: Bool
      ) throws -> [ReadText] {
        var (recall, texts) = try day(
          night, episodes, before: before, lastNight: isEarlier ? now.model : nil, now: last)
        recall.questions = try format.flatMap {
          try QuestionExam.recall(
            sheet, $0, before: before.model, lastNight: now.model, now: last,
            withCeiling: isLast || candidate == nil)
        }
        days.append(recall)
        sheets.append(sheet)
        return texts
      }
      let all = try StudySheet.all(of: now.nights, individual, and: candidate?.sheet)
      let standing = Dictionary(uniqueKeysWithValues: zip(now.nights.map(\.number), all))
      let examined = Self.sample(sample, of: now.nights, number: candidate?.number ?? 0)
      for night in examined {
        var random = RandomSource(seed: UInt64(candidate?.number ?? 0), name: "examined texts")
        let episodes = try night.episodes.map {
          try individual.journal.heard(individual.journal.episode($0))
            .part(of: bytes / night.episodes.count, using: &random)
        }
        _ = try examine(
          night.number, episodes, standing[night.number] ?? StudySheet(),
          before: Mind.wake(individual, upTo: night.parent), isEarlier: candidate != nil,
          isLast: candidate?.episodes.isEmpty == true && night == examined.last)
      }
      var texts: [ReadText] = []
      if let candidate, !candidate.episodes.isEmpty {
        texts = try examine(
          candidate.number, candidate.episodes, candidate.sheet, before: now, isEarlier: false,
          isLast: true)
      }
      let core = try Mind.wake(individual, upTo: .some(nil))
      let heldOut = now.tokenizer.encode(neutral.heldOut)
      let bytes = neutral.heldOut.utf8.count
      let neutralCore = try neutralBits(core.model, heldOut, bytes)
      let neutralNow = try neutralBits(last, heldOut, bytes)
      let report = RecallReport(
        individual: individual.name, currentNight: candidate?.number ?? individual.currentNight,
        days: days, neutralBitsPerByteCore: neutralCore, neutralBitsPerByteNow: neutralNow,
        drift: neutralNow / neutralCore - 1,
        abstention: try format.flatMap { try QuestionExam.abstention(sheets, $0, last) },
        cacheBytesPerToken: core.model.configuration.cacheBytesPerToken,
        memoryBytes: try memoryBytes(now.nights, candidate),
        bitsPerPretrainingToken: core.pretrainingTokens.map {
          16 * Double(core.model.parameters.count) / Double($0)
        })
      return (report, texts)
    }
  }

  /// So many of the nights that learned a day, first to last.
  private static func sample(
    _ count: Int, of nights: [NightRecord], number: Int
  ) -> [NightRecord] {
    var random = RandomSource(seed: UInt64(number), name: "examined nights")
    return nights.filter { !$0.isSeason }.shuffled(using: &random).prefix(count)
      .sorted { $0.number < $1.number }
  }

  private func neutralBits(_ model: Transformer, _ tokens: [Int32], _ bytes: Int) throws -> Double {
    try BitsPerByte.measure(
      model, tokens, bytes: bytes, window: Recall.window)
  }

  /// One day's recall: `before` chooses the words that surprise and sets the ceiling, `now` is asked.
  private func day(
    _ night: Int, _ episodes: [Episode], before: Mind, lastNight: Transformer?, now: Transformer
  ) throws -> (recall: DayRecall, texts: [ReadText]) {
    var sums = DaySums()
    var texts: [ReadText] = []
    for episode in episodes {
      let text = DayText(episode, before.tokenizer)
      guard text.tokens.count > 1 else { continue }
      let lossesBefore = try Recall.losses(before.model, text)
      let lossesNow = try Recall.losses(now, text)
      let words = Recall.surprisingWords(
        text, losses: lossesBefore,
        contextLength: before.model.configuration.contextLength)
      let recalled = try Recall.cloze(now, text, words)
      sums.add(
        text, before: lossesBefore,
        lastNight: try lastNight.map { try Recall.losses($0, text) }, now: lossesNow,
        ceiling: try Teacher.lossesInContext(before.model, text.tokens), asked: words.count,
        clozeBefore: try Recall.cloze(before.model, text, words), clozeNow: recalled,
        clozeCeiling: try Recall.clozeInContext(before.model, text, words))
      texts.append(
        ReadText(
          text, before: lossesBefore, now: lossesNow,
          asked: zip(words, recalled).map { ($0, $1) }))
    }
    return (sums.recall(night: night, titles: episodes.map(\.title)), texts)
  }

  private func memoryBytes(_ nights: [NightRecord], _ candidate: Candidate?) throws -> Int {
    let files =
      nights.standing.filter { candidate?.standsFor.contains($0.number) != true }.map {
        individual.folder(ofNight: $0.number).appendingPathComponent(Mind.memoryFileName)
      } + (candidate.map { [$0.memory] } ?? [])
    return try files.reduce(0) {
      $0 + (try $1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
    }
  }
}

/// Adds up a day that may have several episodes.
private struct DaySums {
  private var tokens = 0
  private var bytes = 0
  private var nats = (before: 0.0, now: 0.0, ceiling: 0.0)
  private var natsLastNight: Double?
  private var asked = 0
  private var hits = (before: 0, now: 0, ceiling: 0)

  mutating func add(
    _ text: DayText, before: [Float], lastNight: [Float]?, now: [Float], ceiling: [Float],
    asked: Int,
    clozeBefore: [Bool], clozeNow: [Bool], clozeCeiling: [Bool]
  ) {
    func sum(_ losses: [Float]) -> Double { losses.reduce(0) { $0 + Double($1) } }
    func hits(_ answers: [Bool]) -> Int { answers.count { $0 } }
    tokens += text.tokens.count - 1
    bytes += text.predictedBytes
    nats.before += sum(before)
    nats.now += sum(now)
    if let lastNight { natsLastNight = (natsLastNight ?? 0) + sum(lastNight) }
    nats.ceiling += sum(ceiling)
    self.asked += asked
    self.hits.before += hits(clozeBefore)
    self.hits.now += hits(clozeNow)
    self.hits.ceiling += hits(clozeCeiling)
  }

  func recall(night: Int, titles: [String]) -> DayRecall {
    func perByte(_ nats: Double) -> Double { nats / log(2) / Double(max(bytes, 1)) }
    func share(_ hits: Int) -> Double { asked == 0 ? 0 : Double(hits) / Double(asked) }
    return DayRecall(
      night: night, titles: titles, tokens: tokens, bytes: bytes,
      bitsPerByteBefore: perByte(nats.before), bitsPerByteNow: perByte(nats.now),
      bitsPerByteLastNight: natsLastNight.map(perByte), bitsPerByteCeiling: perByte(nats.ceiling),
      askedWords: asked,
      clozeBefore: share(hits.before), clozeNow: share(hits.now),
      clozeCeiling: share(hits.ceiling),
      bitsPerToken: (nats.before - nats.now) / log(2) / Double(max(tokens, 1)))
  }
}

extension Episode {
  /// A part of its text of about so many bytes, from word to word; all of it where it is not longer.
  fileprivate func part(of bytes: Int, using random: inout RandomSource) -> Episode {
    let text = Array(self.text.utf8)
    guard text.count > bytes else { return self }
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x0A }
    let from = random.integer(in: 0..<text.count - bytes + 1)
    let start = text[from...].firstIndex(where: isSpace).map { $0 + 1 } ?? from
    let end = text[..<min(start + bytes, text.count)].lastIndex(where: isSpace) ?? text.count
    return saying(String(decoding: text[start..<max(start, end)], as: UTF8.self))
  }
}
