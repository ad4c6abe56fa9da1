import Corpora
import Foundation
import LanguageModels
import Layers
import Tensors
import TestSupport
import Testing
import Tokenizers
import Training

/// Tasks that others made, asked of a core.
@Suite struct FileTaskTests {
  @Test(arguments: [
    ("The sum is 18.", "18"), ("costs $1,250 now", "1250"), ("3 of 4", "4"), ("-5", "-5"),
    ("3.50 dollars.", "3.5"), ("5 - 3 =", "3"),
  ])
  func theLastNumberIsTheResult(_ text: String, _ number: String) {
    #expect(CoreEvaluation.lastNumber(in: text) == Decimal(string: number))
  }

  @Test(arguments: ["", "none", ".", "-", "- ."])
  func whatHoldsNoNumberHasNone(_ text: String) {
    #expect(CoreEvaluation.lastNumber(in: text) == nil)
  }

  /// A core that has learned one answer by heart, so that it is right exactly where that is the answer.
  @Test func anAnswerCountsWhereItIsTheRightOne() throws {
    let folder = try TemporaryFolder()
    let story = """
      1 Mara went to the garden.
      2 Where is Mara?\tgarden\t1
      3 Mara went to the office.
      4 Where is Mara?\toffice\t3
      5 Ilse went to the garden.
      6 Where is Ilse?\tgarden\t5
      """
    let stories = try BabiFile.read(folder.file(Data(story.utf8), name: "qa.txt").path)
    let conversations = stories.flatMap { story in
      story.questions.map(story.conversation(asking:))
    }
    let problem = #"{"question": "Mara has 2 pears and 3 more.", "answer": "It is 2+3.\n#### 5"}"#
    let problems = try GSM8KFile.read(folder.file(Data(problem.utf8), name: "g.jsonl").path)
    let words = (conversations + problems.map(\.conversation)).flatMap(\.turns).map(\.text)
    let trainer = BytePairTrainer(vocabularySize: 320, specialTokens: ChatFormat.specialTokens)
    let format = try ChatFormat(trainer.train(on: words))
    var configuration = tinyConfiguration
    configuration.vocabularySize = format.tokenizer.vocabularySize
    configuration.contextLength = 256
    let taught = conversations.map { Conversation([$0.turns[0], .assistant("garden")]) }
    let rows = try PackedRowSource(
      "test", length: 64, beginningOfText: format.beginning, seed: 3,
      open: { ConversationSource(taught, format, seed: 3) })
    let run = try TrainingRun(tinyPlan(steps: 60), configuration, rows: rows)
    _ = try run.run(checkpoint: folder / "run") { _ in }

    var evaluation = CoreEvaluation()
    try evaluation.addBabi("qa", stories, limit: 10, run.model, format)
    try evaluation.addBabi("first", stories, limit: 1, run.model, format)
    try evaluation.addGSM8K("g", problems, limit: 10, run.model, format)
    #expect(evaluation.rows.map(\.count) == [3, 1, 1])
    #expect(evaluation["qa"] == 2.0 / 3 && evaluation["first"] == 1 && evaluation["g"] == 0)
    #expect(evaluation.rows.map(\.chance) == [2.0 / 3, 1, 0])
    #expect(evaluation.answers.map(\.topic) == ["qa", "qa", "qa", "first", "g"])
    #expect(evaluation.answers.count { $0.isRight == true } == 3)
    #expect(
      evaluation.answers.allSatisfy { $0.prompt.turns.last?.role == .user && $0.confidence > 0 })
  }
}
