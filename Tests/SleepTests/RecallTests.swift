import Foundation
import Individuals
import LanguageModels
import Sleep
import TestSupport
import Testing
import Tokenizers

@Suite struct RecallTests {
  @Test func wordsAreSpelledByTheirTokens() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let text = try Fixture.text(TinyCore.day, core, folder)
    #expect(text.words.count > 100)
    for word in text.words {
      let spelled = core.tokenizer.decode(text.tokens[word.tokens])
      #expect(spelled.trimmingCharacters(in: .whitespacesAndNewlines) == text.text(word.bytes))
    }
    #expect(text.offsets.last == TinyCore.day.utf8.count)
  }

  /// Between ideographs stand no spaces: a paragraph would be a word longer than any context.
  @Test func wordsAreShortInEveryScript() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let sentence = "灯台守は毎晩ランプに火をともし、霧の夜には鐘を鳴らした。"
    let text = try Fixture.text(
      TinyCore.day + "\n" + String(repeating: sentence, count: 20) + " Über die Brücke.", core,
      folder)
    #expect(text.words.allSatisfy { $0.tokens.count <= 16 })
    let last = try #require(text.words.last)
    #expect(text.text(last.bytes) == "Brücke")
    #expect(!text.words.contains { text.text($0.bytes).contains("。") })
  }

  @Test(.enabled(if: SharedData.isPresent)) func wordsOfASentencePieceTokenizer() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let individual = try Fixture.individual(core, folder, reading: TinyCore.day)
    let tokenizer = try TokenizerFile.load(
      SharedData.stories.appendingPathComponent("tok512.bin").path)
    let text = DayText(try individual.journal.episodes()[0], tokenizer)
    #expect(text.words.count > 100 && text.offsets.last == TinyCore.day.utf8.count)
    for word in text.words {
      let spelled = text.tokens[word.tokens].flatMap { tokenizer.bytes(for: $0) }
      #expect(
        String(decoding: spelled, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
          == text.text(word.bytes))
    }
  }

  @Test func wordsThatDoNotFitTheContextAreNotAsked() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let text = try Fixture.text(TinyCore.day, core, folder)
    let losses = [Float](repeating: 1, count: text.tokens.count - 1)
    #expect(Recall.surprisingWords(text, losses: losses, contextLength: 31).isEmpty)
    let asked = Recall.surprisingWords(text, losses: losses, contextLength: 33)
    #expect(!asked.isEmpty && asked.allSatisfy { $0.tokens.count <= 2 })
  }

  @Test func mostSurprisingTenthIsAsked() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let text = try Fixture.text(TinyCore.day, core, folder)
    var losses = [Float](repeating: 1, count: text.tokens.count - 1)
    let late = text.words.filter { $0.tokens.lowerBound >= 32 }
    let planted = [late[3], late[40], late[77]]
    for word in planted { losses[word.tokens.lowerBound - 1] = 50 }
    let asked = Recall.surprisingWords(text, losses: losses)
    #expect(asked.count == Int((Double(late.count) * 0.1).rounded()))
    #expect(planted.allSatisfy(asked.contains))
    #expect(asked.allSatisfy { $0.tokens.lowerBound >= 32 })
  }

  /// On a text that the core half knows, many words are begun right and not ended right.
  @Test func clozeAsksForEveryTokenOfAWord() throws {
    let folder = try TemporaryFolder()
    let core = try TinyCore(in: folder)
    let text = try Fixture.text(TinyCore.neutral, core, folder)
    let words = text.words.filter { $0.tokens.lowerBound >= 32 }
    let answers = try Recall.cloze(core.model, text, words)
    for (word, isRecalled) in zip(words, answers) {
      var context = Array(text.tokens[(word.tokens.lowerBound - 32)..<word.tokens.lowerBound])
      var hits = 0
      for token in text.tokens[word.tokens] {
        let hidden = core.model.hidden(.init(indices: context, shape: [1, context.count]))
        hits += core.model.nextLogits(hidden).argmax() == [Int(token)] ? 1 : 0
        context.append(token)
      }
      #expect(isRecalled == (hits == word.tokens.count))
    }
  }
}

/// What several suites need.
enum Fixture {
  static func individual(
    _ core: TinyCore, _ folder: TemporaryFolder, reading texts: String...
  ) throws -> Individual {
    let individual = try Individual.create(
      name: "ada", core: .opening(core.folder.path), in: Home(root: folder / "home"))
    for (index, text) in texts.enumerated() {
      _ = try individual.journal.appendDocument(title: "day \(index + 1)", text: text)
    }
    return individual
  }

  static func text(
    _ text: String, _ core: TinyCore, _ folder: TemporaryFolder
  ) throws -> DayText {
    let individual = try individual(core, folder, reading: text)
    return DayText(try individual.journal.episodes()[0], core.tokenizer)
  }

  static let neutral = NeutralText(keep: TinyCore.neutral, heldOut: TinyCore.neutral)

  /// A night of a second.
  static func settings(_ memory: MemoryKind = .lora, passes: Double = 30) -> NightSettings {
    var settings = NightSettings()
    settings.memory = memory
    settings.passes = passes
    settings.window = 64
    settings.dayWindows = 4
    settings.rehearsalWindows = 2
    settings.neutralWindows = 2
    settings.neutralWindow = 64
    settings.size.rank = 8
    settings.size.slotCount = 16
    settings.precision = .float32
    return settings
  }
}
