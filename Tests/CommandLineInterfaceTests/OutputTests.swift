import CommandLineInterface
import Foundation
import Testing

@Suite("Results, messages and the home")
struct OutputTests {
  @Test("with --json, standard output is one document with sorted keys and nothing else")
  func json() async throws {
    let outcome = try await run("probe", "ada", "-r", "3", "--json", "a/b.txt")
    #expect(
      outcome.output == """
        {
          "bf16" : true,
          "files" : [
            "a/b.txt"
          ],
          "home" : "/homes/circadian/",
          "individual" : "ada",
          "isQuiet" : false,
          "isStrict" : true,
          "layers" : [

          ],
          "memory" : "slots",
          "overwrite" : false,
          "prompt" : "",
          "rank" : 3,
          "rate" : 0.5,
          "seed" : 1337
        }

        """)
    #expect(outcome.messages == "probing\n")
  }

  @Test("without it, the text; with --quiet, no messages")
  func text() async throws {
    let outcome = try await run("probe", "ada", "-r", "3", "-q")
    #expect(outcome.output == "rank 3\n")
    #expect(outcome.messages.isEmpty)
  }

  @Test("numbers that are not finite, and dates, have a place in JSON")
  func nonFinite() throws {
    struct Document: Encodable {
      let losses = [Double.nan, .infinity, -.infinity, 0.5]
      let date = Date(timeIntervalSince1970: 0)
    }
    let text = try JSONDocument.text(Document())
    let compact = text.filter { !$0.isWhitespace }
    #expect(
      compact
        == #"{"date":"1970-01-01T00:00:00Z","losses":["NaN","Infinity","-Infinity",0.5]}"#)
    #expect(text.hasSuffix("}\n"))
  }

  @Test("the home: --home, the tool's variable, the platform's data folder")
  func home() {
    func home(_ environment: [String: String]) -> String {
      CommonOptions.defaultHome(tool: "circadian", environment: environment).path()
    }
    #expect(home(["CIRCADIAN_HOME": "/there", "HOME": "/home/ada"]) == "/there/")
    #if canImport(Darwin)
      #expect(
        home(["HOME": "/home/ada"]).hasSuffix("ada/Library/Application%20Support/circadian/"))
    #else
      #expect(home(["HOME": "/home/ada"]) == "/home/ada/.local/share/circadian/")
      #expect(home(["HOME": "/home/ada", "XDG_DATA_HOME": "/data"]) == "/data/circadian/")
      #expect(
        home(["HOME": "/home/ada", "XDG_DATA_HOME": "data"])
          == "/home/ada/.local/share/circadian/")
      #expect(home(["CIRCADIAN_HOME": "", "XDG_DATA_HOME": "/data"]) == "/data/circadian/")
    #endif
  }

  @Test("a full disk is told, and a closed pipe ends quietly")
  func failures() async throws {
    if FileManager.default.fileExists(atPath: "/dev/full") {
      let full = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
      #expect(throws: OutputError.failed(reason: "No space left on device")) {
        try Terminal(fileDescriptor: full.fileDescriptor).write("text")
      }
    }
    await #expect(processExitsWith: .exitCode(141)) {
      signal(SIGPIPE, SIG_IGN)
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let closed = Terminal(fileDescriptor: pipe.fileHandleForWriting.fileDescriptor)
      let code = await sampleTool().run(["--help"], output: closed)
      exit(code.rawValue)
    }
  }

  @Test("lines of input end at line breaks, with or without a carriage return")
  func lines() throws {
    let pipe = Pipe()
    let long = String(repeating: "x", count: 10_000)
    try pipe.fileHandleForWriting.write(contentsOf: Data("one\r\n\nzwölf\n\(long)\nlast".utf8))
    try pipe.fileHandleForWriting.close()
    var lines = InputLines(fileDescriptor: pipe.fileHandleForReading.fileDescriptor)
    var read: [String] = []
    while let line = try lines.next() { read.append(line) }
    #expect(read == ["one", "", "zwölf", long, "last"])
    #expect(try lines.next() == nil)
  }

  @Test("input that is not text, or has no end of line, is refused")
  func notLines() throws {
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data([0x61, 0x0A, 0xFF, 0x0A]))
    var lines = InputLines(fileDescriptor: pipe.fileHandleForReading.fileDescriptor)
    #expect(try lines.next() == "a")
    #expect(throws: InputError.notText(line: 2)) { try lines.next() }

    if FileManager.default.fileExists(atPath: "/dev/zero") {
      let zero = try FileHandle(forReadingFrom: URL(filePath: "/dev/zero"))
      var endless = InputLines(fileDescriptor: zero.fileDescriptor)
      #expect(throws: InputError.tooLong(line: 1)) { try endless.next() }
    }
    var folder = InputLines(fileDescriptor: .max)
    #expect(throws: InputError.unreadable(reason: "Bad file descriptor")) { try folder.next() }
  }
}
