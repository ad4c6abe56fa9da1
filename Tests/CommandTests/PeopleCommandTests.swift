import Foundation
import TestSupport
import Testing

@Suite struct PeopleCommandTests {
  private let folder: TemporaryFolder
  private let circadian: CircadianProcess

  private static let mills = """
    ---
    title: "Mills </title><script>alert('title')</script>"
    show: Wheels & <b>Stones</b>
    date: 2020-05-01
    ---
    **Ines Harrowgate:** [00:00:00] What does a mill cost today? Is it dear?

    **Oona Brandle (Copper "Mill"):** [00:00:10] The copper <i>barge</i> & its crew came back to the \
    harbour at noon. A copper barge is never late, they say of it. My copper barge was built by hand.

    **Ines Harrowgate:** [00:00:40] And the wheel turned all day long, they told me. I had never seen it.

    **Host:** [00:00:50] Goodbye.
    """
  private static let looms = """
    ---
    title: Looms
    show: Threads
    date: 2021-05-01
    ---
    **Oona:** The loom is from Ostrel, and so is the thread. A loom wants oil. That loom sings.

    **Ines Harrowgate:** The wheel turned all day. I had never seen anything like it in the town.
    """

  init() throws {
    folder = try TemporaryFolder()
    circadian = CircadianProcess(home: folder / "home")
    let core = try TinyCore(in: folder)
    #expect(try circadian.run("new", "ada", "--core", core.folder.path).code == 0)
  }

  private func read(_ texts: String...) throws {
    for (index, text) in texts.enumerated() {
      let file = try folder.file(Data(text.utf8), name: "episode-\(index).md")
      #expect(try circadian.run("read", "ada", file.path).code == 0)
    }
  }

  private func json(_ arguments: String...) throws -> [String: Any] {
    let result = try circadian.run(arguments + ["--json"])
    #expect(result.code == 0, "\(result.messages)")
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(object as? [String: Any])
  }

  @Test func everybodyIsListed() throws {
    try read(Self.mills, Self.looms)
    let shown = try circadian.run("people", "ada")
    #expect(shown.code == 0)
    let lines = shown.output.split(separator: "\n").map(String.init)
    let oona = try #require(lines.first { $0.hasPrefix("Oona Brandle") })
    #expect(oona.contains("2020-05-01  2021-05-01") && oona.contains("Threads"))
    #expect(lines.contains { $0.hasPrefix("Host") })

    let list = try json("people", "ada")
    #expect(list["individual"] as? String == "ada")
    let persons = try #require(list["persons"] as? [[String: Any]])
    #expect(persons.map { $0["name"] as? String } == ["Oona Brandle", "Ines Harrowgate"])
    let first = try #require(persons.first)
    #expect(first["appearances"] as? Int == 2 && first["words"] as? Int == 46)
    #expect(first["otherNames"] as? [String] == ["Oona"])
    #expect(first["firstDate"] as? String == "2020-05-01")
    #expect(first["shows"] as? [String] == ["Threads", "Wheels & <b>Stones</b>"])
    let unnamed = try #require(list["unnamed"] as? [[String: Any]])
    #expect(unnamed.map { $0["label"] as? String } == ["Host"])
  }

  @Test func onePersonIsShown() throws {
    try read(Self.mills, Self.looms)
    let shown = try circadian.run("people", "ada", "BRANDLE")
    #expect(shown.code == 0)
    for part in ["Oona Brandle\n2 appearances in 2 shows", "also written: Oona", "2020-05-01", "█"]
    {
      #expect(shown.output.contains(part), "\(shown.output)")
    }
    let report = try json("people", "ada", "Brandle, Oona")
    #expect(report["name"] as? String == "Oona Brandle")
    let appearances = try #require(report["appearances"] as? [[String: Any]])
    #expect(appearances.map { $0["date"] as? String } == ["2020-05-01", "2021-05-01"])
    #expect(appearances.first?["minutes"] as? Double == 0.5)
    #expect(appearances.last?["minutes"] == nil)
    #expect(appearances.last?["share"] as? Double == 17.0 / 32)
    let themes = try #require(report["themes"] as? [[String: Any]])
    #expect(themes.first?["text"] as? String == "copper barge" || themes.isEmpty)
    let timeline = try #require(report["timeline"] as? [String: Any])
    #expect(timeline["unit"] as? String == "month")
    #expect((timeline["periods"] as? [Any])?.count == 13)
    #expect(report["quotes"] is [Any])
  }

  @Test func aPageHoldsNothingButText() throws {
    try read(Self.mills, Self.looms)
    let page = folder / "oona.html"
    let result = try circadian.run("people", "ada", "Oona", "--page", page.path)
    #expect(result.code == 0 && result.messages.contains("oona.html"))
    let html = try String(contentsOf: page, encoding: .utf8)
    for part in ["<script", "<i>barge", "<b>Stones", "http-equiv", "src=", "href="] {
      #expect(!html.contains(part), "\(part)")
    }
    for part in [
      "Mills &lt;/title&gt;&lt;script&gt;alert(&#39;title&#39;)&lt;/script&gt;",
      "Wheels &amp; &lt;b&gt;Stones&lt;/b&gt;", "<title>Oona Brandle</title>", "<svg",
      "prefers-color-scheme: dark", "@media print", "width=device-width",
    ] {
      #expect(html.contains(part), "\(part)")
    }
    #expect(Self.unclosed(html) == [])
  }

  /// Elements that are opened and not closed, or closed and not opened.
  private static func unclosed(_ html: String) -> [String] {
    var open: [String] = []
    for tag in html.matches(of: /<(\/?)([a-z]+[0-9]?)[^>]*?(\/?)>/) {
      let name = String(tag.2)
      if name == "meta" || !tag.3.isEmpty { continue }
      if tag.1.isEmpty {
        open.append(name)
      } else if open.last == name {
        open.removeLast()
      } else {
        open.append("/" + name)
      }
    }
    return open
  }

  @Test func whoIsMeantMustBeClear() throws {
    let nobody = try circadian.run("people", "ada")
    #expect(nobody.code == 0 && nobody.output.contains("**Name:**"))
    #expect(try circadian.run("people", "ada", "Oona").code == 64)
    try read(
      "**Chris Benwick:** Good day to you.\n\n**Chris Marlow:** And to you.\n\n**Chris Benwick:** Bye."
    )
    let several = try circadian.run("people", "ada", "chris")
    #expect(several.code == 64 && several.output.isEmpty)
    #expect(several.messages.contains("\"Chris Benwick\" or \"Chris Marlow\""))
    let unknown = try circadian.run("people", "ada", "Kris Bendick")
    #expect(unknown.code == 64 && unknown.messages.contains("Chris Benwick"))
    let far = try circadian.run("people", "ada", "Xyzzy")
    #expect(far.code == 64 && !far.messages.contains("Benwick"))
    #expect(try circadian.run("people", "ada", "--page", "x.html").code == 64)
    #expect(
      try circadian.run("people", "ada", "Benwick", "--page", "/nowhere/x.html").code == 74)
    #expect(try circadian.run("people", "nobody").code == 64)
  }
}
