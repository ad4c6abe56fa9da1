import Training

extension Brief {
  public var markdown: String { written(.markdown) }

  /// For a mail program that shows no HTML.
  package var plainText: String { written(.none) }

  /// How a form of text marks what is what.
  private struct Marks: Sendable {
    var title, heading, quote: String
    var escaped: @Sendable (String) -> String
    /// Answers stand under the questions, or apart from them.
    var hidesAnswers: Bool

    static let markdown = Marks(
      title: "# ", heading: "## ", quote: "> ", escaped: { $0.markdown }, hidesAnswers: false)
    static let none = Marks(
      title: "", heading: "", quote: "    ", escaped: { $0 }, hidesAnswers: true)
  }

  private func written(_ marks: Marks) -> String {
    func list(_ lines: [String]) -> String { lines.map { "- \($0)" }.joined(separator: "\n") }
    let escaped = marks.escaped
    var blocks = [marks.title + escaped(heading), escaped(summary)]
    if insights.isEmpty { blocks.append(Self.nothingNew) }
    for (index, insight) in insights.enumerated() {
      blocks.append(
        "\(marks.heading)\(index + 1). \(escaped(insight.remark.source.description))")
      blocks.append(marks.quote + escaped(insight.remark.quote))
      blocks.append(
        escaped(
          [insight.expectation, insight.learned, insight.recalled, insight.fondness]
            .compactMap { $0 }.joined(separator: " ")))
      if !insight.related.isEmpty {
        blocks.append(Insight.relatedTitle + ":")
        blocks.append(
          list(
            insight.related.map {
              escaped("“\($0.remark.quote)” (\($0.remark.source.description), night \($0.night))")
            }))
      }
    }
    for section in sections {
      blocks += [marks.heading + section.title, list(section.lines.map(escaped))]
    }
    if !questions.isEmpty {
      blocks.append(marks.heading + Self.questionsTitle)
      if marks.hidesAnswers {
        blocks.append(list(questions.map(\.question)))
        blocks.append("Answers: " + questions.map(\.answer).joined(separator: "; "))
      } else {
        blocks.append(list(questions.map { "\(escaped($0.question)) *\(escaped($0.answer))*" }))
      }
    }
    return blocks.joined(separator: "\n\n") + "\n"
  }
}
