import Foundation
import HTTP
import Individuals
import Service
import TestSupport
import Testing

@Suite struct IndividualsAPITests {
  @Test func individualsAreMadeAndListed() throws {
    let fixture = try ServiceFixture()
    #expect(fixture.ask("GET", "/api/individuals").json["individuals"] as? [Any] != nil)
    let made = fixture.ask("POST", "/api/individuals", ["name": "ada"])
    #expect(made.status == 201 && made.json["name"] as? String == "ada")
    #expect(made.json["activity"] as? String == "awake" && made.json["nights"] as? Int == 0)
    #expect(fixture.ask("POST", "/api/individuals", ["name": "ada"]).status == 409)
    #expect(fixture.ask("POST", "/api/individuals", ["name": "../ada"]).status == 400)
    #expect(fixture.ask("POST", "/api/individuals", [:]).status == 400)
    #expect(fixture.ask("GET", "/api/individuals/bert").status == 404)
    let list = fixture.ask("GET", "/api/individuals").json["individuals"] as? [[String: Any]]
    #expect(list?.map { $0["name"] as? String } == ["ada"])
    #expect(fixture.ask("DELETE", "/api/individuals").status == 405)
  }

  @Test func aDamagedHomeIsListedWithItsDamage() throws {
    let fixture = try ServiceFixture()
    _ = fixture.born()
    let other = try ServiceFixture()
    try FileManager.default.copyItem(
      at: fixture.home.root.appendingPathComponent("ada"),
      to: other.home.root.appendingPathComponent("ada"))
    let manifest = other.home.root.appendingPathComponent("ada/individual.json")
    try Data("{}".utf8).write(to: manifest)
    let list = other.ask("GET", "/api/individuals").json["individuals"] as? [[String: Any]]
    #expect((list?.first?["problem"] as? String)?.contains("individual.json") == true)
  }

  @Test func aTurnIsInTheJournalBeforeItsReplyAndTheReplyAfterIt() throws {
    let fixture = try ServiceFixture()
    let ada = fixture.born()
    let id = fixture.ask("POST", ada + "/conversations").json["id"] as! Int
    let answer = fixture.ask(
      "POST", ada + "/conversations/\(id)/turns", ["text": "What is 12 * 7?", "temperature": 0])
    let events = answer.events
    #expect(events.first?.name == "turn" && events.last?.name == "reply")
    #expect(events.contains { $0.name == "call" } && events.contains { $0.name == "result" })
    let turns = fixture.ask("GET", ada + "/conversations/\(id)").json["turns"] as! [[String: Any]]
    #expect(turns.map { $0["role"] as! String } == ["user", "assistant"])
    #expect((turns[1]["text"] as! String).contains("84"))
    let list = fixture.ask("GET", ada + "/conversations").json["conversations"] as! [[String: Any]]
    #expect(list.first?["title"] as? String == "What is 12 * 7?")
    #expect(fixture.ask("POST", ada + "/conversations/\(id)/turns", ["text": " "]).status == 400)
    #expect(fixture.ask("POST", ada + "/conversations/99/turns", ["text": "x"]).status == 404)
  }

  @Test func aTurnIsSaidOtherwiseOrAnsweredAnew() throws {
    let fixture = try ServiceFixture()
    let ada = fixture.born()
    let id = fixture.ask("POST", ada + "/conversations").json["id"] as! Int
    let path = ada + "/conversations/\(id)"
    func turns() -> [[String: Any]] { fixture.ask("GET", path).json["turns"] as! [[String: Any]] }
    fixture.ask("POST", path + "/turns", ["text": "My cat is called Quillon."])
    let first = turns()
    fixture.ask("POST", path + "/turns", ["regenerate": true])
    let again = turns()
    #expect(again.count == 2 && again[0]["id"] as! Int == first[0]["id"] as! Int)
    #expect(again[1]["id"] as! Int != first[1]["id"] as! Int)
    fixture.ask(
      "POST", path + "/turns",
      ["text": "My cat is called Tamsin.", "replacing": first[0]["id"] as! Int])
    #expect(turns().count == 2 && turns()[0]["text"] as! String == "My cat is called Tamsin.")
    #expect(
      (fixture.ask("GET", ada + "/search", query: ["q": "Quillon"]).json["hits"] as! [Any]).isEmpty)
    let wrong = fixture.ask(
      "POST", path + "/turns", ["text": "x", "replacing": turns()[1]["id"] as! Int])
    #expect(wrong.status == 404)
  }

  @Test func aConversationThatANightHasTakenGoesOnAsANewOne() throws {
    let fixture = try ServiceFixture()
    let ada = fixture.born()
    let id = fixture.ask("POST", ada + "/conversations").json["id"] as! Int
    let path = ada + "/conversations/\(id)/turns"
    fixture.ask("POST", path, ["text": "Hello"])
    let person = try Individual.open(name: "ada", in: fixture.home, access: .appending)
    try person.journal.endConversations()
    #expect(fixture.ask("POST", path, ["regenerate": true]).status == 409)
    let events = fixture.ask("POST", path, ["text": "And now?"]).events
    let other = events.first?.data["conversation"] as! Int
    #expect(other != id && events.last?.data["conversation"] as! Int == other)
    #expect(try person.journal.turns(of: id).count == 2)
    #expect(try person.journal.turns(of: other).map(\.text).first == "And now?")
  }

  @Test func whatIsReadIsFoundSearchedAndForgotten() throws {
    let fixture = try ServiceFixture()
    let ada = fixture.born()
    let file = Data("# Mill\n\nOona grinds flour for the Copper Kettle bakery.\n".utf8)
    let read = fixture.ask("POST", ada + "/episodes", query: ["name": "../x/mill.md"], body: file)
    #expect(read.status == 201)
    let episode = (read.json["episodes"] as! [[String: Any]])[0]
    #expect(episode["isNew"] as? Bool == true)
    let id = episode["id"] as! Int
    let again = fixture.ask("POST", ada + "/episodes", query: ["name": "mill.md"], body: file)
    #expect((again.json["episodes"] as! [[String: Any]])[0]["isNew"] as? Bool == false)
    #expect(fixture.ask("POST", ada + "/episodes", body: Data()).status == 400)
    #expect(
      (fixture.ask("GET", ada + "/episodes/\(id)").json["text"] as! String).contains("Copper"))
    #expect(fixture.ask("GET", ada + "/episodes/99").status == 404)
    fixture.ask("POST", ada + "/notes", ["text": "Buy flour."])
    let entries = fixture.ask("GET", ada + "/timeline").json["entries"] as! [[String: Any]]
    #expect(Set(entries.map { $0["kind"] as! String }) == ["document", "note"])
    let hits = fixture.ask("GET", ada + "/search", query: ["q": "bakery"]).json["hits"] as! [Any]
    #expect(hits.count == 1)
    let tonight = fixture.ask("GET", ada + "/tonight").json
    #expect((tonight["episodes"] as! [Any]).count == 2)
    #expect(!(tonight["remarks"] as! [Any]).isEmpty)
    let preview = fixture.ask("GET", ada + "/forgetting", query: ["saying": "copper kettle"]).json
    #expect((preview["episodes"] as! [[String: Any]]).map { $0["id"] as! Int } == [id])
    #expect((preview["nights"] as! [Int]).isEmpty)
  }

  @Test func nobodySeesAnotherIndividual() throws {
    let fixture = try ServiceFixture()
    let (ada, bert) = (fixture.born("ada"), fixture.born("bert"))
    fixture.ask("POST", ada + "/notes", ["text": "The secret is Arlesby."])
    #expect(
      (fixture.ask("GET", bert + "/search", query: ["q": "Arlesby"]).json["hits"] as! [Any]).isEmpty
    )
    #expect((fixture.ask("GET", bert + "/timeline").json["entries"] as! [Any]).isEmpty)
  }

  @Test func thePageIsServedAndNothingBesideIt() throws {
    let fixture = try ServiceFixture()
    let page = fixture.service.respond(to: Request("GET", "/"))
    #expect(page.status == 200 && page.header("Content-Type") == "text/html; charset=utf-8")
    let tag = page.header("ETag")!
    let again = fixture.service.respond(
      to: Request("GET", "/", headers: ["If-None-Match": tag]))
    #expect(again.status == 304)
    #expect(fixture.ask("GET", "/assets/style.css").status == 200)
    for path in ["/assets/../Service.swift", "/assets/", "/assets/nothing.js", "/style.css"] {
      #expect(fixture.ask("GET", path).status == 404)
    }
    #expect(fixture.service.publicPaths.contains("/health"))
    #expect(!fixture.service.publicPaths.contains("/metrics"))
    #expect(fixture.ask("GET", "/metrics").text.contains("circadian_requests_total"))
  }

  @Test func aTokenIsMadeOnceAndIsNobodyElses() throws {
    let folder = try TemporaryFolder()
    let token = try AccessToken.read(in: folder.url)
    #expect(token.count == 64)
    #expect(try AccessToken.read(in: folder.url) == token)
    let attributes = try FileManager.default.attributesOfItem(
      atPath: AccessToken.file(in: folder.url).path)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    let other = try TemporaryFolder()
    #expect(try AccessToken.read(in: other.url) != token)
  }
}
