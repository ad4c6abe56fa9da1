/// A table of a report.
public struct ReportTable: Sendable {
  public struct Column: Sendable {
    public var title: String
    public var isNumber: Bool

    public static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
    public static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
  }

  public struct Cell: Sendable, ExpressibleByStringLiteral {
    public var text: String
    /// Whether it is the best of its row.
    public var isBest: Bool
    /// What is said beside it, smaller.
    public var detail: String?

    public init(_ text: String, isBest: Bool = false, detail: String? = nil) {
      self.text = text
      self.isBest = isBest
      self.detail = detail
    }

    public init(stringLiteral text: String) { self.init(text) }
  }

  public var caption: String
  public var columns: [Column]
  /// Each as long as `columns`; the first cell names the row.
  public var rows: [[Cell]]

  public init(_ caption: String, _ columns: [Column], rows: [[Cell]]) {
    self.caption = caption
    self.columns = columns
    self.rows = rows
  }
}

extension ReportTable {
  var markdown: String {
    let lines =
      [
        columns.map { $0.title.markdown },
        columns.map { $0.isNumber ? "--:" : ":--" },
      ]
      + rows.map { row in
        row.map { cell in
          let text = cell.text.markdown
          return (cell.isBest ? "**\(text)**" : text)
            + (cell.detail.map { " " + $0.markdown } ?? "")
        }
      }
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// Wide tables scroll by themselves, so that the page does not.
  var html: String {
    func kind(_ index: Int) -> String { columns[index].isNumber ? " class=\"number\"" : "" }
    let head = columns.indices.map {
      "<th scope=\"col\"\(kind($0))>\(columns[$0].title.markup)</th>"
    }.joined()
    let body = rows.map { row in
      let cells = zip(row, columns.indices).map { cell, index in
        let text = cell.isBest ? "<b>\(cell.text.markup)</b>" : cell.text.markup
        let detail = cell.detail.map { " <small>\($0.markup)</small>" } ?? ""
        return index == 0
          ? "<th scope=\"row\"\(kind(index))>\(text)\(detail)</th>"
          : "<td\(kind(index))>\(text)\(detail)</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    return """
      <div class="wide" tabindex="0" role="region" aria-label="\(caption.markup)"><table>
      <caption>\(caption.markup)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody></table></div>
      """
  }
}
