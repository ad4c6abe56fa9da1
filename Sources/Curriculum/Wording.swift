import Tensors

/// Puts facts and questions into words.
enum Wording {
  /// A relation's template with its places filled.
  ///
  /// `{a value}` becomes the value with its indefinite article.
  static func fill(_ template: String, subject: String = "", value: String = "") -> String {
    capitalized(fillInside(template, subject: subject, value: value))
  }

  /// As ``fill(_:subject:value:)``, for what does not begin a sentence.
  private static func fillInside(
    _ template: String, subject: String = "", value: String = ""
  ) -> String {
    var text = ""
    var rest = template[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      switch rest[rest.index(after: open)..<close] {
      case "subject": text += subject
      case "value": text += value
      case "a value": text += article(before: value) + " " + value
      default: text += rest[open...close]
      }
      rest = rest[rest.index(after: close)...]
    }
    return text + rest
  }

  static func capitalized(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  private static func article(before word: String) -> String {
    "aeiou".contains(word.prefix(1).lowercased()) ? "an" : "a"
  }

  static func statement(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    fill(
      fact.relation.statements.randomElement(using: &random)!, subject: fact.subject,
      value: fact.value)
  }

  static func update(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    fill(
      fact.relation.updates.randomElement(using: &random)!, subject: fact.subject,
      value: fact.value)
  }

  static func reversal(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    fill(
      fact.relation.reversals.randomElement(using: &random)!, subject: fact.subject,
      value: fact.value)
  }

  static func question(
    _ relation: Int, subject: String, using random: inout RandomSource
  ) -> String {
    fill(Relation.all[relation].questions.randomElement(using: &random)!, subject: subject)
  }

  static func inverseQuestion(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    fill(fact.relation.inverseQuestions.randomElement(using: &random)!, value: fact.value)
  }

  /// "the sister of Mara": the value of a fact without its name.
  static func phrase(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    fillInside(fact.relation.phrases.randomElement(using: &random)!, subject: fact.subject)
  }

  /// What is asked for, always in the same words, before the answer: "The sister of Mara?"
  ///
  /// Every wording of a question leads here first. The name then stands right before the place where the
  /// value is to be found, as it does where the text says it.
  static func key(_ relation: Int, subject: String) -> String {
    fill(Relation.all[relation].phrases[0], subject: subject) + "?"
  }

  /// The same for a question that gives the value.
  static func inverseKey(_ fact: FactWorld.Fact) -> String {
    fill(fact.relation.inverseQuestions[0], value: fact.value)
  }

  /// "The sister of Mara? Ilse."
  static func answer(_ fact: FactWorld.Fact) -> String {
    "\(key(fact.relationIndex, subject: fact.subject)) \(fact.value)."
  }

  /// "The sister of Mara? I don't know."
  static func refusal(_ relation: Int, subject: String) -> String {
    "\(key(relation, subject: subject)) \(Lesson.unknown)"
  }
}
