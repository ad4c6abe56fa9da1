import Tensors

/// The little that is said before and after.
enum SmallTalkLesson {
  static func make(using random: inout RandomSource) -> Lesson {
    var lesson = Lesson()
    for exchange in Phrases.smallTalk.shuffled(using: &random).prefix(random.integer(in: 1..<4)) {
      lesson.ask(exchange.said.randomElement(using: &random)!, .smallTalk, exchange.reply)
    }
    return lesson
  }
}
