import CommandLineInterface
import Testing

@Suite("Tables and column widths")
struct TextTableTests {
  @Test(
    "columns that characters fill",
    arguments: [
      ("", 0), ("abc", 3), ("naïve", 5), ("e\u{301}", 1), ("日本語", 6), ("한국", 4), ("ｆｕｌｌ", 8),
      ("🦉", 2), ("👩‍👩‍👧", 2), ("🇨🇭", 2), ("❤️", 2), ("❤", 1), ("👍🏽", 2), ("a\u{200B}b", 2), ("\u{7}", 0),
      ("─━…·", 4), ("Ωд", 2),
    ])
  func width(text: String, columns: Int) {
    #expect(text.displayWidth == columns)
  }

  @Test("text is cut where the column ends, never in a character")
  func truncation() {
    #expect("abcdef".truncated(toWidth: 6) == "abcdef")
    #expect("abcdef".truncated(toWidth: 5) == "abcd…")
    #expect("日本語".truncated(toWidth: 5) == "日本…")
    #expect("日本語".truncated(toWidth: 4) == "日…")
    #expect("abc".truncated(toWidth: 0) == "")
  }

  private var table: TextTable {
    var table = TextTable("who", .trailing("bits/byte"), "note")
    table.append("ada", "0.9", "first night")
    table.append("日本🦉", "12.25", "a|b\nc")
    table.append("zoë")
    return table
  }

  @Test("aligned text")
  func text() {
    #expect(
      table.text == """
        who     bits/byte  note
        ──────  ─────────  ───────────
        ada           0.9  first night
        日本🦉      12.25  a|b c
        zoë

        """)
  }

  @Test("Markdown")
  func markdown() {
    #expect(
      table.markdown == """
        | who    | bits/byte | note        |
        | ------ | --------: | ----------- |
        | ada    |       0.9 | first night |
        | 日本🦉 |     12.25 | a\\|b c      |
        | zoë    |           |             |

        """)
  }

  @Test("a table without rows keeps its titles")
  func empty() {
    #expect(TextTable("a", "b").text == "a  b\n─  ─\n")
    #expect(TextTable("a", .trailing("b")).markdown == "| a   |   b |\n| --- | --: |\n")
  }
}
