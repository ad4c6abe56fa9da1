extension HTMLPage {
  /// The lines with blank ones between them.
  ///
  /// - Parameter isSpeaker: Which of the names that stand out at the beginning of a line are marked as speakers.
  func text(withHeadings: Bool, isSpeaker: (String) -> Bool) -> ConvertedText {
    var text = ConvertedText()
    for line in lines where withHeadings || !line.isHeading {
      text.append(line.transcriptLine(isSpeaker: isSpeaker), line: line.number)
      text.endParagraph()
    }
    return text
  }
}
