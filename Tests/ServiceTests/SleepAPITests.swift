import Foundation
import Individuals
import TestSupport
import Testing

@Suite struct SleepAPITests {
  private func waiting(_ night: String) throws -> (fixture: ServiceFixture, path: String) {
    let fixture = try ServiceFixture(night: night)
    let path = fixture.born()
    fixture.ask("POST", path + "/notes", ["text": "Something to sleep on."])
    return (fixture, path)
  }

  /// The states that a night goes through, as the events tell them.
  private func states(_ fixture: ServiceFixture, _ path: String) -> [[String: Any]] {
    fixture.ask("GET", path + "/sleep/events").events.map(\.data)
  }

  @Test func aNightTellsItsStepsAndWhatCameOfIt() throws {
    let (fixture, path) = try waiting(
      """
      echo "$@" > "$(dirname "$0")/words"
      echo '{"stage":"learning","step":1,"steps":3,"loss":2.5}' >&2
      until test -e "$(dirname "$0")/go-on"; do sleep 0.02; done
      echo '{"stage":"learning","step":2,"steps":3,"loss":2.25}' >&2
      sleep 1
      echo '[{"night":{"number":4}}]'
      """)
    let started = fixture.ask("POST", path + "/sleep", ["suppress": [3]])
    #expect(started.status == 202 && started.json["state"] as? String == "running")
    #expect(fixture.ask("POST", path + "/sleep", [:]).status == 409)
    #expect(fixture.ask("POST", path + "/rollback", ["night": 0]).status == 409)
    try Data().write(to: fixture.folder / "go-on")
    let states = states(fixture, path)
    #expect(states.contains { $0["step"] as? Int == 2 && $0["loss"] as? Double == 2.25 })
    #expect(states.contains { $0["secondsLeft"] as? Double ?? 0 > 0 })
    #expect(states.last?["state"] as? String == "idle")
    let outcome = states.last?["outcome"] as? [String: Any]
    #expect(outcome?["result"] as? String == "kept" && outcome?["night"] as? Int == 4)
    let words = try String(contentsOf: fixture.folder / "words", encoding: .utf8)
    #expect(
      words == "sleep ada --suppress 3 --events --json --home \(fixture.home.root.path)\n")
  }

  @Test(arguments: [(1, "refused"), (65, "refused"), (74, "failed"), (130, "interrupted")])
  func anExitCodeIsAnOutcome(_ code: Int, _ result: String) throws {
    let (fixture, path) = try waiting("echo 'error: the disk is full' >&2; exit \(code)")
    fixture.ask("POST", path + "/sleep", [:])
    let outcome = states(fixture, path).last?["outcome"] as? [String: Any]
    #expect(outcome?["result"] as? String == result)
    #expect(outcome?["message"] as? String == "error: the disk is full")
  }

  @Test func aNightIsStopped() throws {
    let (fixture, path) = try waiting(
      "trap 'exit 130' INT; echo '{\"stage\":\"learning\"}' >&2; while true; do sleep 0.05; done")
    fixture.ask("POST", path + "/sleep", [:])
    while fixture.ask("GET", path + "/sleep").json["stage"] as? String != "learning" {
      Thread.sleep(forTimeInterval: 0.01)
    }
    #expect(fixture.ask("DELETE", path + "/sleep").json["state"] as? String == "stopping")
    let last = states(fixture, path).last
    #expect((last?["outcome"] as? [String: Any])?["result"] as? String == "interrupted")
  }

  @Test func withoutADayThereIsNoNight() throws {
    let fixture = try ServiceFixture()
    let path = fixture.born()
    #expect(fixture.ask("POST", path + "/sleep", [:]).status == 409)
    #expect(fixture.ask("POST", path + "/sleep", ["season": true]).status == 409)
    #expect(fixture.ask("GET", path + "/sleep").json["state"] as? String == "idle")
    #expect(fixture.ask("GET", path + "/recall").text == "null")
    #expect(fixture.ask("GET", path + "/briefs/1").status == 404)
    #expect(
      (fixture.ask("GET", path + "/memory").json["levels"] as! [[String: Any]])
        .map { $0["name"] as! String } == ["context", "journal", "core"])
  }

  /// Somebody at the command line holds the right to change nights.
  @Test func whoSleepsElsewhereIsNotWoken() throws {
    let (fixture, path) = try waiting("exit 0")
    let sleeper = try Individual.open(name: "ada", in: fixture.home)
    #expect(fixture.ask("GET", path).json["activity"] as? String == "asleep")
    #expect(fixture.ask("POST", path + "/sleep", [:]).status == 409)
    #expect(fixture.ask("POST", path + "/rollback", ["night": 0]).status == 409)
    // Talking goes on.
    let id = fixture.ask("POST", path + "/conversations").json["id"] as! Int
    let events = fixture.ask("POST", path + "/conversations/\(id)/turns", ["text": "Hello"]).events
    #expect(events.last?.name == "reply")
    withExtendedLifetime(sleeper) {}
  }
}
