/// Rows of cells in aligned columns, for a terminal or as Markdown.
///
/// ```swift
/// var table = TextTable("night", .trailing("bits/byte"))
/// table.append("1", "0.912")
/// ```
public struct TextTable: Sendable {
  public struct Column: Sendable, ExpressibleByStringLiteral {
    package let title: String
    package let isTrailing: Bool

    public static func leading(_ title: String) -> Column {
      Column(title: title, isTrailing: false)
    }

    /// Aligned at the right, for numbers.
    public static func trailing(_ title: String) -> Column {
      Column(title: title, isTrailing: true)
    }

    public init(stringLiteral title: String) {
      self.init(title: title, isTrailing: false)
    }

    private init(title: String, isTrailing: Bool) {
      self.title = title
      self.isTrailing = isTrailing
    }
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  public init(_ columns: Column...) {
    self.columns = columns
  }

  public mutating func append(_ cells: String...) {
    append(cells)
  }

  /// Adds a row; cells that are missing are empty.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count <= columns.count, "a row has more cells than the table has columns")
    let padding = Array(repeating: "", count: columns.count - cells.count)
    rows.append((cells + padding).map(Self.oneLine))
  }

  /// A line break in a cell would break the table.
  private static func oneLine(_ cell: String) -> String {
    cell.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .joined(separator: " ")
  }

  /// The table with a rule under the titles; every line ends in a line break.
  public var text: String {
    let widths = widths(rows: [columns.map(\.title)] + rows)
    let rule = widths.map { String(repeating: "─", count: $0) }
    return ([columns.map(\.title), rule] + rows)
      .map { row in
        var line = aligned(row, widths: widths).joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line + "\n"
      }
      .joined()
  }

  /// The table in GitHub's Markdown; every line ends in a line break.
  public var markdown: String {
    let cells = ([columns.map(\.title)] + rows).map { row in
      row.map { $0.replacing("|", with: "\\|") }
    }
    let widths = widths(rows: cells).map { max($0, 3) }
    let rule = zip(columns, widths).map { column, width in
      String(repeating: "-", count: width - 1) + (column.isTrailing ? ":" : "-")
    }
    return (cells.prefix(1) + [rule] + cells.dropFirst())
      .map { "| " + aligned($0, widths: widths).joined(separator: " | ") + " |\n" }
      .joined()
  }

  private func widths(rows: [[String]]) -> [Int] {
    columns.indices.map { column in rows.map { $0[column].displayWidth }.max() ?? 0 }
  }

  private func aligned(_ row: [String], widths: [Int]) -> [String] {
    columns.indices.map { index in
      let gap = String(repeating: " ", count: widths[index] - row[index].displayWidth)
      return columns[index].isTrailing ? gap + row[index] : row[index] + gap
    }
  }
}
