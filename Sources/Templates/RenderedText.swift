/// What a template wrote, in which its own words can be told from those of people and tools.
///
/// Every character of a ``TemplateValue/quoted(_:)`` text keeps its mark through whatever the template
/// does with the text: trimming, splitting, joining, JSON.
public struct RenderedText: Sendable, Hashable {
  /// A stretch that is wholly quoted, or not at all.
  public struct Run: Sendable, Hashable {
    public var text: String
    public var isQuoted: Bool

    public init(_ text: String, isQuoted: Bool) {
      self.text = text
      self.isQuoted = isQuoted
    }
  }

  /// The stretches in their order; neighbours differ in whether they are quoted.
  public let runs: [Run]

  public var string: String { runs.map(\.text).joined() }

  init(_ text: Text) {
    var runs: [Run] = []
    var scalars = String.UnicodeScalarView()
    var isQuoted = false
    for point in text.points {
      let isNextQuoted = point & Text.quoteMark != 0
      if isNextQuoted != isQuoted {
        if !scalars.isEmpty { runs.append(Run(String(scalars), isQuoted: isQuoted)) }
        scalars = String.UnicodeScalarView()
        isQuoted = isNextQuoted
      }
      scalars.append(Text.scalar(point))
    }
    if !scalars.isEmpty { runs.append(Run(String(scalars), isQuoted: isQuoted)) }
    self.runs = runs
  }
}
