import Tensors

/// Puts facts and questions into words.
struct Wording: Sendable {
  /// Of how many wordings of each kind one is chosen.
  var choices: Int

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

  private func choose(_ templates: [String], using random: inout RandomSource) -> String {
    templates[random.integer(in: 0..<min(choices, templates.count))]
  }

  static func capitalized(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  private static func article(before word: String) -> String {
    "aeiou".contains(word.prefix(1).lowercased()) ? "an" : "a"
  }

  func statement(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    Self.fill(
      choose(fact.relation.statements, using: &random), subject: fact.subject,
      value: fact.value)
  }

  func update(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    Self.fill(
      choose(fact.relation.updates, using: &random), subject: fact.subject,
      value: fact.value)
  }

  func reversal(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    Self.fill(
      choose(fact.relation.reversals, using: &random), subject: fact.subject,
      value: fact.value)
  }

  /// A question whose answer is a fact that follows from another one: "Where does the sister of Mara live?"
  func chainQuestion(
    _ chain: (first: FactWorld.Fact, second: FactWorld.Fact), using random: inout RandomSource
  ) -> String {
    Self.fill(
      choose(chain.second.relation.questions, using: &random),
      subject: phrase(chain.first, using: &random))
  }

  func question(
    _ relation: Int, subject: String, using random: inout RandomSource
  ) -> String {
    Self.fill(
      choose(Relation.all[relation].questions, using: &random), subject: subject)
  }

  func inverseQuestion(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    Self.fill(
      choose(fact.relation.inverseQuestions, using: &random), value: fact.value)
  }

  /// "the sister of Mara": the value of a fact without its name.
  func phrase(_ fact: FactWorld.Fact, using random: inout RandomSource) -> String {
    Self.fillInside(
      choose(fact.relation.phrases, using: &random), subject: fact.subject)
  }

  /// What is asked for, always in the same words, before the answer: "The sister of Mara?"
  ///
  /// Every wording of a question leads here first. The name then stands right before the place where the
  /// value is to be found, as it does where the text says it.
  static func key(_ relation: Int, subject: String) -> String {
    Self.fill(Relation.all[relation].phrases[0], subject: subject) + "?"
  }

  /// The same for a question that gives the value.
  static func inverseKey(_ fact: FactWorld.Fact) -> String {
    Self.fill(fact.relation.inverseQuestions[0], value: fact.value)
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
