import Corpora
import Foundation
import TestSupport
import Testing
import Tokenizers

@Suite struct TaskFileTests {
  private func problems(_ text: String) throws -> [GSM8KProblem] {
    var problems: [GSM8KProblem] = []
    try Fixtures.withFile(Array(text.utf8), named: "a.jsonl") {
      problems = try GSM8KFile.read($0)
    }
    return problems
  }

  private func stories(_ text: String) throws -> [BabiStory] {
    var stories: [BabiStory] = []
    try Fixtures.withFile(Array(text.utf8), named: "a.txt") { stories = try BabiFile.read($0) }
    return stories
  }

  @Test func annotationsBecomeCalls() throws {
    let problem = try #require(
      problems(
        #"""
        {"question": "How much?", "answer": "It is 1/2 = $<<1/2=.5>>0.5 each.\nAll: <<2*600 = 1200>>1200.\n#### 1,200"}
        """#
      ).first)
    #expect(problem.answer == "1200")
    #expect(
      problem.conversation
        == Conversation([
          .system("Tools: calculator."), .user("How much?"),
          .init(
            .assistant,
            [
              .text("It is 1/2 = $"), .call("calculator 1/2"), .result(".5"),
              .text("0.5 each.\nAll:"), .call("calculator 2*600"), .result("1200"),
              .text("1200.\n#### 1,200"),
            ]),
        ]))
  }

  @Test func storiesBecomeConversations() throws {
    let stories = try stories(
      """
      1 Mary moved to the hall.
      2 John left.
      3 Where is Mary? \thall\t1
      4 Mary took a pear.
      5 What has she?\tpear,hat\t4 1
      1 A cat sleeps.
      2 Who sleeps?\tcat\t1

      """)
    #expect(stories.count == 2)
    let story = try #require(stories.first)
    #expect(story.questions.map(\.supportingStatements) == [[0], [2, 0]])
    #expect(
      story.conversation
        == Conversation([
          .user("Mary moved to the hall. John left. Where is Mary?"), .assistant("hall"),
          .user("Mary took a pear. What has she?"), .assistant("pear,hat"),
        ]))
    #expect(
      story.conversation(asking: story.questions[1])
        == Conversation([
          .user("Mary moved to the hall. John left. Mary took a pear. What has she?"),
          .assistant("pear,hat"),
        ]))
  }

  @Test(arguments: [
    ("x Mary moved.", 1), ("1 Mary moved.\n3 John left.", 2), ("2 Mary moved.", 1),
    ("1 Mary moved.\n2 Where?\t\t1", 2), ("1 Mary moved.\n2 Where?\thall\t2", 2),
    ("1 Mary moved.\n2 Where?\thall\tone", 2), ("1 A.\n2 Q?\ta\t1\n3 Q?\ta\t2", 3), ("1  \t", 1),
  ])
  func brokenStoriesAreNamed(_ text: String, _ line: Int) throws {
    let error = #expect(throws: DocumentError.self) { try stories(text) }
    guard case .malformed(_, line, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    #"{"question": "q"}"#, #"{"question": "q", "answer": "5"}"#,
    #"{"question": "q", "answer": " #### "}"#, "[]",
  ])
  func brokenProblemsAreNamed(_ text: String) throws {
    let good = #"{"question": "q", "answer": " #### 5"}"# + "\n"
    let error = #expect(throws: DocumentError.self) { try problems(good + text) }
    guard case .malformed(_, 2, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(.enabled(if: Fixtures.hasData)) func allRealProblemsAreRead() throws {
    for (name, count) in [("train", 7_473), ("test", 1_319)] {
      let url = Fixtures.data.appendingPathComponent("text/gsm8k/\(name).jsonl")
      let problems = try GSM8KFile.read(url.path)
      #expect(problems.count == count)
      let annotations = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        .ranges(of: "<<").count
      let calls = problems.flatMap(\.solution).count {
        if case .call = $0 { true } else { false }
      }
      #expect(calls == annotations)
      #expect(problems.allSatisfy { Double($0.answer) != nil })
    }
  }

  @Test(.enabled(if: Fixtures.hasData)) func allRealStoriesAreRead() throws {
    let folder = Fixtures.data.appendingPathComponent("text/babi/en")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.count == 40)
    for name in names {
      let stories = try BabiFile.read(folder.appendingPathComponent(name).path)
      #expect(stories.map(\.questions.count).reduce(0, +) == 1_000, "\(name)")
      for story in stories {
        for question in story.questions {
          #expect(question.supportingStatements.allSatisfy { $0 < question.statementCount })
        }
      }
    }
  }

  private func intents(_ files: [String: String]) throws -> [Intent] {
    let folder = try TemporaryFolder()
    for (name, text) in files {
      try text.write(to: folder / name, atomically: true, encoding: .utf8)
    }
    return try withExtendedLifetime(folder) { try IntentFiles.read(in: folder.url.path) }
  }

  @Test func intentsOfCommaSeparatedValues() throws {
    let read = try intents([
      "train.csv": "text,category\r\n\"Where, \"\"please\"\",\nis it?\",card_arrival\r\nHi,a_b\n\n",
      "test.csv": "text,category\nNow?,card_arrival",
    ])
    #expect(
      read == [
        Intent(name: "a b", examples: ["Hi"], questions: []),
        Intent(
          name: "card arrival", examples: ["Where, \"please\",\nis it?"], questions: ["Now?"]),
      ])
  }

  @Test func intentsOfJSON() throws {
    let json =
      #"{"train": [["hi", "greet_me"]], "test": [["ho", "greet_me"]], "oos_val": [["x", "oos"]]}"#
    #expect(
      try intents(["data_full.json": json])
        == [Intent(name: "greet me", examples: ["hi"], questions: ["ho"])])
  }

  @Test(arguments: [
    (["train.csv": "text,category\na,b,c", "test.csv": "text,category\na,b"], "line 2"),
    (["train.csv": "text,category\n\"a,b", "test.csv": "text,category\na,b"], "line 2"),
    (["train.csv": "text,category\n\"a\"x,b", "test.csv": "text,category\na,b"], "line 2"),
    (["train.csv": "a,b", "test.csv": "text,category\na,b"], "text,category"),
    (["data_full.json": "{}"], "\"train\""), (["data_full.json": "["], "an object of arrays"),
    ([:], "Banking77"),
  ])
  func brokenIntents(_ files: [String: String], _ expected: String) throws {
    let error = #expect(throws: DocumentError.self) { try intents(files) }
    #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
  }

  @Test(.enabled(if: SharedData.isPresent)) func publishedIntents() throws {
    let clinc = try IntentFiles.read(in: SharedData.folder.path + "/text/clinc150")
    #expect(clinc.count == 150)
    #expect(clinc.allSatisfy { $0.examples.count == 100 && $0.questions.count == 30 })
    let banking = try IntentFiles.read(in: SharedData.folder.path + "/text/banking77")
    #expect(banking.count == 77)
    #expect(banking.reduce(0) { $0 + $1.examples.count } == 10_003)
    #expect(banking.allSatisfy { $0.questions.count == 40 })
  }
}
