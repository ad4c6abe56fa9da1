import Training

/// A line of a study's plot: its name, and pairs of x and y.
typealias LinePlotSeries = (name: String, points: [(Double, Double)])

extension LinePlot {
  static func of(
    _ title: String, x: String, y: String, xScale: PlotScale = .linear,
    _ series: [LinePlotSeries]
  ) -> LinePlot {
    LinePlot(
      title, xLabel: x, yLabel: y, xScale: xScale,
      series.map { .init($0.name, $0.points.map { .init($0.0, $0.1) }) })
  }
}
