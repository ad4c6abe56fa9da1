import Foundation

/// Several series of points over one axis, as a drawing, a sentence and a table.
public struct LinePlot: Sendable {
  public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// Points in the order of their x; one that is not a number leaves a gap in the line.
  public struct Series: Sendable {
    public var name: String
    public var points: [Point]

    public init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  public var title: String
  public var xLabel: String
  public var yLabel: String
  public var xScale: PlotScale
  /// Numbers that the upright axis covers even where no point lies there.
  public var yIncludes: ClosedRange<Double>?
  public var series: [Series]

  public init(
    _ title: String, xLabel: String, yLabel: String, xScale: PlotScale = .linear,
    yIncludes: ClosedRange<Double>? = nil, _ series: [Series]
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xScale = xScale
    self.yIncludes = yIncludes
    self.series = series
  }

  /// The points of a series that can be drawn, parted where one cannot.
  package func segments(of series: Series) -> [[Point]] {
    series.points.split { !isDrawable($0) }.map(Array.init)
  }

  package func isDrawable(_ point: Point) -> Bool {
    PlotAxis.holds(point.x, xScale) && PlotAxis.holds(point.y, .linear)
  }

  /// What the drawing shows, in words, for those who do not see it.
  public var summary: String {
    let sentences = series.map { series in
      let points = series.points.filter(isDrawable)
      guard let first = points.first, let last = points.last,
        let lowest = points.min(by: { $0.y < $1.y }), let highest = points.max(by: { $0.y < $1.y })
      else { return "\(series.name): no data." }
      func place(_ point: Point) -> String { "\(Self.digits(point.y)) at \(Self.digits(point.x))" }
      if points.count == 1 { return "\(series.name): \(place(first))." }
      return "\(series.name): from \(place(first)) to \(place(last)), "
        + "lowest \(place(lowest)), highest \(place(highest))."
    }
    let subject = "\(yLabel) over \(xLabel)."
    return ([subject] + (series.isEmpty ? ["No data."] : sentences)).joined(separator: " ")
  }

  /// The points as a table of at most `maximumRows` rows, first and last among them.
  public func table(maximumRows: Int = 12) -> ReportTable {
    let points = series.map { series in
      Dictionary(series.points.filter(isDrawable).map { ($0.x, $0.y) }) { $1 }
    }
    let all = Set(points.flatMap(\.keys)).sorted()
    let rows = Self.spread(all, maximumRows).map { x in
      [ReportTable.Cell(Self.digits(x))]
        + points.map { ReportTable.Cell($0[x].map(Self.digits) ?? "") }
    }
    return ReportTable(
      title, [.number(xLabel)] + series.map { .number($0.name) }, rows: rows)
  }

  private static func spread<Element>(_ all: [Element], _ count: Int) -> [Element] {
    guard all.count > count, count > 1 else { return all }
    return (0..<count).map { all[$0 * (all.count - 1) / (count - 1)] }
  }

  /// Four significant digits; whole numbers below a thousand million as they are.
  package static func digits(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e9
      ? String(Int(value)) : String(format: "%.4g", value)
  }

  /// The course of a series in eight heights, for text: "▇▅▃▂▁".
  public static func sparkline(_ points: [Point], width: Int = 16) -> String {
    let values = points.map(\.y).filter { PlotAxis.holds($0, .linear) }
    guard let low = values.min(), let high = values.max() else { return "" }
    let heights = Array("▁▂▃▄▅▆▇█")
    return String(
      spread(values, width).map { value in
        high > low ? heights[Int((value - low) / (high - low) * 7.999)] : heights[3]
      })
  }
}
