import Curriculum
import Tokenizers

/// Lets through what holds: the teacher with the passage in front of it has to agree.
package struct StudyGuard {
  let respondent: Respondent
  /// Questions in words that are not to be studied.
  let isReserved: @Sendable (String) -> Bool
  private var known: Set<String> = []

  init(_ respondent: Respondent, isReserved: @escaping @Sendable (String) -> Bool) {
    self.respondent = respondent
    self.isReserved = isReserved
  }

  /// Judges drafts: an answer holds when the passage has its words, and the names of its question, and the teacher gives
  /// it as well.
  mutating func judge(_ drafts: [Reflection.Draft]) throws -> [StudyEntry] {
    let entries = drafts.map { draft in
      StudyEntry(
        .question, draft.item.question, answer: draft.item.answer, passage: draft.passage.text,
        episode: draft.passage.episode,
        sentence: draft.passage.sentence(holding: draft.item.answer))
    }
    return try judge(entries) { entry, answer in
      guard !Lesson.isRefusal(answer), Lesson.finalWord(of: answer) == entry.answer,
        entry.sentence != nil, !Names.areForeign(inQuestion: entry.question, to: entry.passage)
      else { return .ungrounded }
      entry.answer = answer
      return .kept
    }
  }

  /// Judges what the user asked: what the teacher answers has to stand in what the journal says about it.
  mutating func judge(_ exchanges: [Exchange]) throws -> [StudyEntry] {
    let entries = exchanges.map { exchange in
      StudyEntry(
        .question, exchange.question, answer: "", passage: exchange.evidence,
        episode: exchange.conversation)
    }
    return try judge(entries) { entry, answer in
      entry.answer = answer
      guard !Lesson.isRefusal(answer), entry.passage.contains(entry.finalWord),
        !Names.areForeign(inQuestion: entry.question, to: entry.passage)
      else { return .ungrounded }
      return .kept
    }
  }

  /// Judges known answers asked for in other words: the teacher has to give them again.
  mutating func judge(rewordings: [StudyEntry]) throws -> [StudyEntry] {
    try judge(rewordings) { entry, answer in
      guard !Lesson.isRefusal(answer), Lesson.finalWord(of: answer) == entry.finalWord else {
        return .ungrounded
      }
      entry.answer = answer
      return .kept
    }
  }

  /// Judges questions about others: what the teacher answers has to stand in the passage; where it says that it does
  /// not know, that is what is to be learned.
  mutating func judge(
    _ questions: [StudyEntry], from substitution: Substitution
  ) throws -> [StudyEntry] {
    try judge(questions) { entry, answer in
      entry.answer = answer
      if Lesson.isRefusal(answer) { return .kept }
      guard entry.kind == .nearMiss,
        let sentence = substitution.sentence(holding: entry.finalWord, of: entry)
      else { return .ungrounded }
      entry.kind = .question
      entry.sentence = sentence
      return .kept
    }
  }

  /// Asks the teacher what is new and not reserved; `verdict` is given an entry and the teacher's answer.
  private mutating func judge(
    _ entries: [StudyEntry],
    verdict: (inout StudyEntry, _ answer: String) -> StudyEntry.Verdict
  ) throws -> [StudyEntry] {
    var entries = entries
    for index in entries.indices {
      if isReserved(entries[index].question) {
        entries[index].verdict = .reserved
      } else if !known.insert(entries[index].question).inserted {
        entries[index].verdict = .duplicate
      }
    }
    let asked = entries.indices.filter { entries[$0].verdict == .kept }
    let answers = try respondent.replies(
      to: asked.map {
        Respondent.conversation(asking: entries[$0].question, about: entries[$0].passage)
      }, limit: Respondent.answerLimit)
    for (index, answer) in zip(asked, answers) {
      entries[index].verdict = answer.map { verdict(&entries[index], $0) } ?? .ungrounded
    }
    return entries
  }

  /// Of several answers to one key, the one that was said last stands, and what has an answer is not declined; of what is
  /// studied and of what is set aside.
  package static func settle(_ entries: inout [StudyEntry]) {
    func counts(_ entry: StudyEntry) -> Bool { entry.verdict == .kept || entry.verdict == .exam }
    func place(_ entry: StudyEntry) -> (Int, Int) { (entry.episode ?? 0, entry.sentence ?? 0) }
    var last: [String: StudyEntry] = [:]
    for entry in entries where counts(entry) && entry.kind == .question {
      guard let key = entry.key else { continue }
      if let known = last[key], place(known) >= place(entry) { continue }
      last[key] = entry
    }
    for index in entries.indices where counts(entries[index]) {
      guard let key = entries[index].key, let standing = last[key],
        standing.finalWord != entries[index].finalWord
      else { continue }
      entries[index].verdict = .contradicted
    }
  }
}
