import Tensors
import Tokenizers

/// Letters of words: spelling, spelling backwards, counting.
enum SpellingLesson {
  static func make(using random: inout RandomSource) -> Lesson {
    var lesson = Lesson()
    for _ in 0..<random.integer(in: 2..<6) {
      let (question, answer) = exercise(using: &random)
      lesson.ask(question, .spelling, answer)
    }
    return lesson
  }

  private static func exercise(using random: inout RandomSource) -> (String, String) {
    let word = word(using: &random)
    let letters = word.map(String.init)
    let spelled = letters.joined(separator: " ")
    switch random.integer(in: 0..<4) {
    case 0:
      let question = [
        "Spell \(word).", "How is \(word) spelled?", "Spell the word \(word).",
        "Which letters make up \(word)?",
      ].randomElement(using: &random)!
      return (question, "\(spelled).")
    case 1:
      let question = [
        "Spell \(word) backwards.", "Write \(word) from its end to its beginning.",
        "What is \(word) when read backwards?",
      ].randomElement(using: &random)!
      return (question, "\(spelled): \(letters.reversed().joined(separator: " ")).")
    case 2:
      let question = [
        "How many letters has \(word)?", "Count the letters of \(word).", "How long is \(word)?",
      ].randomElement(using: &random)!
      let counted = letters.enumerated().map { "\($1) \($0 + 1)" }.joined(separator: ", ")
      return (question, "\(counted): \(letters.count).")
    default:
      let letter =
        random.uniform() < 0.8
        ? letters.randomElement(using: &random)!
        : "abcdefghijklmnopqrstuvwxyz".map(String.init).randomElement(using: &random)!
      let question = [
        "How many times does \(letter) occur in \(word)?", "How many \(letter) are in \(word)?",
        "Count the letter \(letter) in \(word).",
      ].randomElement(using: &random)!
      // Every letter is written down, with a running count behind each hit.
      var count = 0
      let counted = letters.map { each -> String in
        guard each == letter else { return each }
        count += 1
        return "\(each) \(count)"
      }.joined(separator: ", ")
      return (question, "\(counted): \(count).")
    }
  }

  private static func word(using random: inout RandomSource) -> String {
    random.uniform() < 0.5
      ? WordKind.allCases.randomElement(using: &random)!.words.randomElement(using: &random)!
      : NameMaker.word(syllables: random.integer(in: 1..<4), using: &random).lowercased()
  }
}
