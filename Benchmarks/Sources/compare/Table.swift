import Foundation

/// Rows of cells in aligned columns.
struct Table {
  struct Column {
    let title: String
    let isTrailing: Bool

    static func leading(_ title: String) -> Column { Column(title: title, isTrailing: false) }

    /// Aligned at the right, for numbers.
    static func trailing(_ title: String) -> Column { Column(title: title, isTrailing: true) }
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  init(_ columns: Column...) { self.columns = columns }

  /// Adds a row; cells that are missing are empty.
  mutating func append(_ cells: [String]) {
    rows.append(cells + Array(repeating: "", count: columns.count - cells.count))
  }

  /// The table with a rule under the titles; every line ends in a line break.
  var text: String {
    let all = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let rule = widths.map { String(repeating: "─", count: $0) }
    return ([all[0], rule] + rows).map { row in
      var line = zip(columns, zip(row, widths)).map { column, cell in
        let gap = String(repeating: " ", count: cell.1 - cell.0.count)
        return column.isTrailing ? gap + cell.0 : cell.0 + gap
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

extension Double {
  /// With a fixed number of decimals.
  func fixed(_ places: Int) -> String { String(format: "%.\(places)f", self) }
}
