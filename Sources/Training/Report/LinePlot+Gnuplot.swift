extension LinePlot {
  /// Commands with which gnuplot draws the plot into `file` as PNG, its data among them.
  public func gnuplotScript(into file: String) -> String {
    func quoted(_ text: String) -> String {
      let escaped = text.map { $0 == "\\" || $0 == "\"" ? "\\\($0)" : $0 == "\n" ? " " : "\($0)" }
      return "\"\(escaped.joined())\""
    }
    let drawn = series.filter { $0.points.contains(where: isDrawable) }
    var lines = [
      "set terminal pngcairo noenhanced size 960,600 font \"sans,11\"",
      "set output \(quoted(file))", "set title \(quoted(title))", "set xlabel \(quoted(xLabel))",
      "set ylabel \(quoted(yLabel))", "set grid", "set key below",
    ]
    if case .logarithmic = xScale { lines.append("set logscale x") }
    guard !drawn.isEmpty else {
      return
        (lines + ["set label \"no data\" at graph 0.5,0.5 center", "plot [0:1] [0:1] 2 notitle"])
        .joined(separator: "\n") + "\n"
    }
    lines.append(
      "plot "
        + drawn.map { "\"-\" with linespoints title \(quoted($0.name))" }.joined(separator: ", "))
    for series in drawn {
      // An empty line is a gap.
      lines += series.points.map { isDrawable($0) ? "\($0.x) \($0.y)" : "" } + ["e"]
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
