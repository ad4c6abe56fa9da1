import Foundation

extension LinePlot {
  /// Colours that stand out from white and from black alike, so that a page may be light or dark.
  package static let colors = [
    "#2a7fd4", "#d9661f", "#2e9457", "#c2479b", "#8466d0", "#94791a", "#1b93a0", "#808890",
  ]
  /// Lines differ without their colours, too: dots and gaps in units of the drawing.
  private static let dashes = ["", "7 4", "2 3", "10 3 2 3"]

  /// The place of everything, in units of the drawing.
  private enum Layout {
    static let width = 480.0
    static let (left, right, top, height) = (56.0, 456.0, 30.0, 226.0)
    static let bottom = top + height
    static let legendTop = bottom + 52
    static let legendLine = 20.0
    /// Of a letter, generously; nothing here can measure type.
    static let letterWidth = 7.4
    static let sampleWidth = 26.0
  }

  /// More points than this are a line alone, without a dot at each.
  private static let mostDots = 40

  /// The plot as one SVG element, which stands in a page or, saved to a file, by itself.
  public var svg: String {
    let drawable = series.map { $0.points.filter(isDrawable) }
    let xAxis = PlotAxis(covering: drawable.joined().map(\.x), scale: xScale)
    let included = yIncludes.map { [$0.lowerBound, $0.upperBound] } ?? []
    let yAxis = PlotAxis(covering: drawable.joined().map(\.y) + included, toRoundNumbers: true)
    func x(_ value: Double) -> String {
      Self.unit(Layout.left + xAxis.position(value) * (Layout.right - Layout.left))
    }
    func y(_ value: Double) -> String {
      Self.unit(Layout.bottom - yAxis.position(value) * Layout.height)
    }
    var parts: [String] = []
    for tick in yAxis.ticks {
      parts.append(
        """
        <path d="M\(Self.unit(Layout.left)) \(y(tick))H\(Self.unit(Layout.right))" \
        stroke="currentColor" stroke-opacity=".18"/>
        <text x="\(Self.unit(Layout.left - 6))" y="\(y(tick))" dy=".32em" \
        text-anchor="end">\(yAxis.label(tick).markup)</text>
        """)
    }
    for tick in xAxis.ticks {
      parts.append(
        """
        <path d="M\(x(tick)) \(Self.unit(Layout.bottom))v5" stroke="currentColor"/>
        <text x="\(x(tick))" y="\(Self.unit(Layout.bottom + 19))" \
        text-anchor="middle">\(xAxis.label(tick).markup)</text>
        """)
    }
    parts.append(
      """
      <path d="M\(Self.unit(Layout.left)) \(Self.unit(Layout.bottom))H\(Self.unit(Layout.right))" \
      stroke="currentColor"/>
      <text x="4" y="16">\(yLabel.markup)</text>
      <text x="\(Self.unit(Layout.right))" y="\(Self.unit(Layout.bottom + 38))" \
      text-anchor="end">\(xLabel.markup)</text>
      """)
    if drawable.allSatisfy(\.isEmpty) {
      parts.append(
        """
        <text x="\(Self.unit((Layout.left + Layout.right) / 2))" \
        y="\(Self.unit(Layout.top + Layout.height / 2))" text-anchor="middle">no data</text>
        """)
    }
    for (index, series) in series.enumerated() {
      let segments = segments(of: series)
      let lines = segments.filter { $0.count > 1 }.map { segment in
        "M" + segment.map { "\(x($0.x)) \(y($0.y))" }.joined(separator: "L")
      }
      if !lines.isEmpty {
        parts.append("<path d=\"\(lines.joined())\" \(Self.stroke(index))/>")
      }
      let hasDots = drawable[index].count <= Self.mostDots
      let dots = segments.filter { hasDots || $0.count == 1 }
      parts += dots.joined().map { point in
        "<circle cx=\"\(x(point.x))\" cy=\"\(y(point.y))\" r=\"2.6\" fill=\"\(Self.color(index))\"/>"
      }
    }
    let (legend, end) = legend()
    return """
      <svg xmlns="http://www.w3.org/2000/svg" \
      viewBox="0 0 \(Self.unit(Layout.width)) \(Self.unit(end))" width="\(Self.unit(Layout.width))" height="\(Self.unit(end))" role="img" \
      aria-label="\("\(title). \(summary)".markup)" font-family="system-ui, sans-serif" \
      font-size="13" fill="currentColor">
      <title>\(title.markup)</title>
      <desc>\(summary.markup)</desc>
      \((parts + legend).joined(separator: "\n"))
      </svg>
      """
  }

  /// The names of the series below the plot, and where the drawing ends; one series needs no legend.
  private func legend() -> (parts: [String], end: Double) {
    guard series.count > 1 else { return ([], Layout.bottom + 48) }
    var (left, top) = (Layout.left, Layout.legendTop)
    var parts: [String] = []
    for (index, series) in series.enumerated() {
      let name = series.name.count <= 48 ? series.name : series.name.prefix(47) + "…"
      let width = Layout.sampleWidth + 22 + Double(name.count) * Layout.letterWidth
      if left > Layout.left, left + width > Layout.width {
        (left, top) = (Layout.left, top + Layout.legendLine)
      }
      parts.append(
        """
        <path d="M\(Self.unit(left)) \(Self.unit(top + 8))h\(Self.unit(Layout.sampleWidth))" \
        \(Self.stroke(index))/>
        <text x="\(Self.unit(left + Layout.sampleWidth + 6))" \
        y="\(Self.unit(top + 8))" dy=".32em">\(name.markup)</text>
        """)
      left += width
    }
    return (parts, top + Layout.legendLine + 4)
  }

  private static func color(_ index: Int) -> String { colors[index % colors.count] }

  private static func stroke(_ index: Int) -> String {
    let dash = dashes[index % dashes.count]
    return "fill=\"none\" stroke=\"\(color(index))\" stroke-width=\"2\" stroke-linejoin=\"round\""
      + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
  }

  /// A length in the drawing, to a tenth.
  private static func unit(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : String(format: "%.1f", Double(tenths) / 10)
  }
}
