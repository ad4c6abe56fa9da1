import CommandLineInterface
import Individuals
import Training

/// A person's appearances over time as columns, in one SVG element.
///
/// Where no dates are known, the columns are the words of each appearance, in the order of their titles.
struct AppearanceChart {
  let title: String
  private let columns: [(name: String, value: Int)]

  /// In units of the drawing, which a phone shows at about one to one.
  private static let (width, height, left, right) = (360.0, 120.0, 4.0, 356.0)
  private static let (top, bottom) = (18.0, 100.0)
  /// More names than this would run into each other.
  private static let mostNames = 6
  /// More columns than this leave no room for the numbers on them.
  private static let mostNumbers = 12

  init(_ profile: PersonProfile) {
    let timeline = profile.timeline
    if timeline.periods.isEmpty {
      title = "Words by appearance, without dates"
      columns = profile.talks.enumerated().map { ("\($0 + 1)", $1.appearance.words) }
    } else {
      title = "Appearances by \(timeline.unit.rawValue)"
      columns = timeline.periods.map { ($0.name, $0.appearances) }
    }
  }

  var svg: String {
    let most = max(columns.map(\.value).max() ?? 1, 1)
    let step = (Self.right - Self.left) / Double(max(columns.count, 1))
    let width = min(step * 0.7, 40)
    let interval = (columns.count + Self.mostNames - 1) / Self.mostNames
    var parts = [
      "<path d=\"M\(Self.unit(Self.left)) \(Self.unit(Self.bottom))H\(Self.unit(Self.right))\" "
        + "stroke=\"currentColor\" stroke-opacity=\".4\"/>"
    ]
    for (index, column) in columns.enumerated() {
      let middle = Self.left + (Double(index) + 0.5) * step
      let length = (Self.bottom - Self.top) * Double(column.value) / Double(most)
      if column.value > 0 {
        parts.append(
          """
          <rect x="\(Self.unit(middle - width / 2))" y="\(Self.unit(Self.bottom - length))" \
          width="\(Self.unit(width))" height="\(Self.unit(length))" fill="var(--accent)"/>
          """)
        if columns.count <= Self.mostNumbers {
          parts.append(text("\(column.value)", middle, Self.bottom - length - 4))
        }
      }
      if index % max(interval, 1) == 0 { parts.append(text(column.name, middle, Self.height - 5)) }
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.unit(Self.width)) \
      \(Self.unit(Self.height))" role="img" aria-label="\(summary.markup)" \
      font-family="system-ui, sans-serif" font-size="11" fill="currentColor">
      <title>\(summary.markup)</title>
      \(parts.joined(separator: "\n"))
      </svg>
      """
  }

  private var summary: String {
    "\(title): "
      + columns.filter { $0.value > 0 }.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
  }

  private func text(_ text: String, _ x: Double, _ y: Double) -> String {
    "<text x=\"\(Self.unit(x))\" y=\"\(Self.unit(y))\" text-anchor=\"middle\">\(text.markup)</text>"
  }

  /// A length in the drawing, to a tenth.
  private static func unit(_ value: Double) -> String { value.fixed(1) }
}
