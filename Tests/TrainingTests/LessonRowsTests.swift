import Curriculum
import Foundation
import LanguageModels
import Layers
import Tensors
import Testing
import Tokenizers
import Training

@Suite struct LessonRowsTests {
  private let format: ChatFormat
  private let text: [Int32]

  init() throws {
    let lessons = (0..<60).map { Curriculum(seed: 1).lesson(named: "t\($0)").conversation }
    let words = lessons.flatMap(\.turns).map(\.text)
    let trainer = BytePairTrainer(vocabularySize: 700, specialTokens: ChatFormat.specialTokens)
    format = try ChatFormat(trainer.train(on: words))
    text = format.tokenizer.encode(words.joined(separator: "\n"))
  }

  private func rows(contextWeight: Float = 0.1) -> LessonRows {
    LessonRows(Curriculum(seed: 4), format, length: 128, contextWeight: contextWeight)
  }

  @Test func textMayCountLess() {
    let text = TextRows((0..<200).map(Int32.init), length: 16, weight: 0.25, seed: 4)
    let isLight = text.rows(step: 3, count: 8).allSatisfy {
      $0.weights == [0] + Array(repeating: 0.25, count: 16)
    }
    #expect(isLight)
    let full = TextRows((0..<200).map(Int32.init), length: 16, seed: 4)
    #expect(text.fingerprint != full.fingerprint)
  }

  @Test func rowsAreFullAndBeginWithATextsBeginning() throws {
    for step in 0..<20 {
      let batch = try rows().rows(step: step, count: 8)
      #expect(batch.count == 8)
      for row in batch {
        #expect(row.tokens.count == 129 && row.weights.count == 129)
        #expect(row.tokens[0] == format.beginning && row.weights[0] == 0)
        #expect(row.weights.contains(1))
      }
    }
  }

  @Test func lessonsGrowToTheirWholeBreadth() throws {
    let growing = LessonRows(
      Curriculum(seed: 4), format, length: 128, contextWeight: 0.1, growth: 10)
    #expect(growing.fingerprint != rows().fingerprint)
    for step in 0..<10 {
      let isSame = try growing.rows(step: step, count: 8) == rows().rows(step: step, count: 8)
      #expect(!isSame, "step \(step)")
    }
    for step in 10..<13 {
      let isSame = try growing.rows(step: step, count: 8) == rows().rows(step: step, count: 8)
      #expect(isSame, "step \(step)")
    }
  }

  @Test func aShareOfTheRowsIsText() throws {
    let mixed = try MixedRows(
      rows(), others: [(TextRows(text, length: 128, repeatShare: 0, seed: 4), 0.25)])
    let batch = try mixed.rows(step: 3, count: 8)
    let isText = batch.map { $0.weights.dropFirst().allSatisfy { $0 == 1 } }
    #expect(batch.count == 8 && isText.count { $0 } == 2)
  }

  @Test func sharesMustLeaveLessonsAndGiveRows() throws {
    let text = TextRows(text, length: 128, repeatShare: 0, seed: 4)
    for share in [1, 1.5] {
      #expect(throws: TrainingError.self) { try MixedRows(rows(), others: [(text, share)]) }
    }
    let mixed = try MixedRows(rows(), others: [(text, 0.1)])
    #expect(throws: TrainingError.self) { try mixed.rows(step: 0, count: 4) }
    let batch = try mixed.rows(step: 0, count: 5)
    #expect(batch.count == 5)
  }

  @Test func theWeightsAreThoseOfWhoSpeaks() throws {
    let row = try rows(contextWeight: 0).rows(step: 0, count: 1)[0]
    var speaker = format.beginning
    for (token, weight) in zip(row.tokens, row.weights) {
      if [format.system, format.user, format.assistant].contains(token) { speaker = token }
      if weight == 1 { #expect(speaker == format.assistant) }
      if token == format.end { speaker = format.beginning }
    }
  }

  @Test func aStepIsTheSameWheneverItIsAskedFor() throws {
    #expect(try rows().rows(step: 7, count: 5) == rows().rows(step: 7, count: 5))
    #expect(try rows().rows(step: 7, count: 5) != rows().rows(step: 8, count: 5))
    #expect(rows().fingerprint != rows(contextWeight: 0).fingerprint)
  }

  @Test func readingAnAnswerTellsWhetherGreedyDecodingWritesIt() throws {
    var configuration = TransformerConfiguration.gpt(
      depth: 1, vocabularySize: format.tokenizer.vocabularySize, contextLength: 256)
    configuration.width = 32
    configuration.headCount = 2
    configuration.keyHeadCount = 2
    configuration.hiddenWidth = 64
    let model = try Transformer(configuration, in: ParameterScope(seed: 2))
    // A few lessons by heart, so that some answers are right and some are not.
    let curriculum = Curriculum(mixture: .init([.smallTalk: 1]), seed: 6)
    let rows = LessonRows(curriculum, format, length: 64, contextWeight: 0)
    let plan = TrainingPlan(configuration, steps: 60, batch: 8, seed: 1, precision: .float32)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try TrainingRun(plan, model: model, origin: "test", rows: rows)
      .run(checkpoint: folder.appending(path: "run")) { _ in }
    let lessons = (0..<40).map { curriculum.lesson(named: "exam \($0)") }
    let accuracy = try AnswerAccuracy.measure(model, format, lessons)
    let counted = try #require(accuracy.bySkill[.smallTalk])
    var written = 0
    for lesson in lessons {
      for answer in lesson.answers {
        let continuations = try BatchGenerator(model, stops: [format.end]).continuations(of: [
          .init(format.prompt(lesson.prompt(for: answer)), limit: 60)
        ])
        if format.parts(continuations[0].tokens) == lesson.turn(of: answer).parts { written += 1 }
      }
    }
    #expect(counted.right == written)
    #expect(counted.right > 0 && counted.right < counted.all, "\(counted)")
  }
}
