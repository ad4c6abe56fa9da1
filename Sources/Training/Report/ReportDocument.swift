import Foundation

/// A report of text, tables and plots that is written as Markdown and as a page of HTML.
public struct ReportDocument: Sendable {
  public enum Block: Sendable {
    case heading(String)
    case paragraph(String)
    case list([String])
    case table(ReportTable)
    /// Lines for a shell.
    case commands([String])
    case plot(LinePlot)
  }

  public var title: String
  public var blocks: [Block]

  public init(_ title: String, _ blocks: [Block]) {
    self.title = title
    self.blocks = blocks
  }

  /// In Markdown a plot is a table of where its series begin, end and go between.
  public var markdown: String {
    let parts = blocks.map { block in
      switch block {
      case .heading(let text): "## \(text.markdown)"
      case .paragraph(let text): text.markdown
      case .list(let items): items.map { "- \($0.markdown)" }.joined(separator: "\n")
      case .table(let table): table.markdown
      case .commands(let lines): Self.fenced(lines)
      case .plot(let plot): "\(plot.title.markdown):\n\n\(Self.course(of: plot).markdown)"
      }
    }
    return (["# \(title.markdown)"] + parts).joined(separator: "\n\n") + "\n"
  }

  /// A page that needs nothing else: no script, no font, no file beside it.
  public var html: String {
    let parts = blocks.map { block in
      switch block {
      case .heading(let text): "<h2>\(text.markup)</h2>"
      case .paragraph(let text): "<p>\(text.markup)</p>"
      case .list(let items):
        "<ul>\n" + items.map { "<li>\($0.markup)</li>" }.joined(separator: "\n") + "\n</ul>"
      case .table(let table): table.html
      case .commands(let lines):
        "<pre tabindex=\"0\"><code>\(lines.joined(separator: "\n").markup)</code></pre>"
      case .plot(let plot):
        """
        <figure><figcaption>\(plot.title.markup)</figcaption>
        \(plot.svg)
        <details><summary>The numbers</summary>
        \(plot.table().html)
        </details></figure>
        """
      }
    }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(title.markup)</title>
      <style>
      \(Self.style)
      </style></head><body><main>
      <h1>\(title.markup)</h1>
      \(parts.joined(separator: "\n"))
      </main></body></html>

      """
  }

  private static func fenced(_ lines: [String]) -> String {
    // A fence longer than any run of backticks inside.
    let longest = lines.joined(separator: "\n").split { $0 != "`" }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(longest + 1, 3))
    return "\(fence)sh\n\(lines.joined(separator: "\n"))\n\(fence)"
  }

  private static func course(of plot: LinePlot) -> ReportTable {
    let rows = plot.series.map { series in
      let points = series.points.filter(plot.isDrawable)
      func number(_ value: Double?) -> ReportTable.Cell {
        .init(value.map(LinePlot.digits) ?? "no data")
      }
      return [
        ReportTable.Cell(series.name), number(points.first?.y), number(points.last?.y),
        number(points.map(\.y).min()), number(points.map(\.y).max()),
        .init(LinePlot.sparkline(points)),
      ]
    }
    return ReportTable(
      plot.title,
      [
        .text(plot.yLabel), .number("first"), .number("last"), .number("lowest"),
        .number("highest"), .text("course"),
      ], rows: rows)
  }

  private static let style = """
    :root { color-scheme: light dark; --ink: #1d2125; --paper: #fdfcf8; --soft: #5b6168;
      --line: #d9d6cd; --tint: #f1efe8; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e4e2dc; --paper: #16181a; --soft: #a3a8ae;
      --line: #3a3e43; --tint: #212427; } }
    * { box-sizing: border-box; }
    body { margin: 0; color: var(--ink); background: var(--paper);
      font: 16px/1.5 system-ui, sans-serif; }
    main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
    h1 { font-size: 1.7rem; line-height: 1.2; }
    h2 { font-size: 1.25rem; margin-top: 2.5rem; }
    .wide { overflow-x: auto; margin: 1rem 0; }
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
    th, td { padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line);
      text-align: left; vertical-align: baseline; white-space: nowrap; }
    th { font-weight: 500; }
    .number { text-align: right; }
    small { color: var(--soft); }
    figure { margin: 1.5rem 0; }
    figcaption { font-weight: 600; margin-bottom: .4rem; }
    svg { display: block; width: 100%; max-width: 42rem; height: auto; }
    summary { cursor: pointer; color: var(--soft); }
    pre { overflow-x: auto; padding: .8rem; background: var(--tint); border-radius: .3rem;
      font-size: .85rem; }
    @media print { details { display: none; } }
    """
}
