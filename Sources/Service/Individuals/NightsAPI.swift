import Briefs
import Foundation
import HTTP
import Individuals
import Lens
import Sleep

/// What is about to be learned, the nights, and what came of them.
extension Service {
  func nights(_ request: Request, _ resident: Resident, _ segments: [String]) throws -> Response {
    switch (request.method, segments[0], segments.count) {
    case ("GET", "tonight", 1): return .json(try Tonight(resident, home: household.home))
    case ("GET", "sleep", 1): return .json(resident.sleep.state)
    case ("POST", "sleep", 1):
      return try sleep(ServiceJSON.decode(SleepRequest.self, from: request), resident)
    case ("DELETE", "sleep", 1):
      resident.sleep.stop()
      return .json(resident.sleep.state, status: 202)
    case ("GET", "sleep", 2) where segments[1] == "events": return sleepEvents(resident)
    case ("GET", "briefs", 1): return .json(["briefs": try briefs(resident)])
    case ("GET", "briefs", 2):
      return try brief(number(segments[1], request), request.query["form"], resident)
    case ("GET", "recall", 1): return .json(try recall(resident))
    case ("GET", "memory", 1):
      return .json(["levels": try resident.with { try MemoryLevel.all(of: $0) }])
    case ("POST", "rollback", 1):
      struct Back: Decodable { var night: Int }
      return try rollback(to: ServiceJSON.decode(Back.self, from: request).night, resident)
    case ("GET", "forgetting", 1):
      return .json(try Forgetting(request.query["saying"] ?? "", resident))
    case ("POST", "forget", 1):
      struct Forget: Decodable { var episodes: [Int] }
      return try forget(ServiceJSON.decode(Forget.self, from: request).episodes, resident)
    default: throw ServiceError.notFound(request)
    }
  }

  // MARK: Sleep

  private struct SleepRequest: Decodable {
    var season: Bool?
    var suppress, amplify: [Int]?
  }

  private func sleep(_ request: SleepRequest, _ resident: Resident) throws -> Response {
    let (waiting, hasNight) = try resident.with {
      (try $0.unsleptEpisodes().count, try !$0.lineage().isEmpty)
    }
    guard request.season == true ? hasNight : waiting > 0 else {
      throw ServiceError(
        409, "\(resident.name) has nothing to sleep on: read something to it, or talk with it",
        code: "nothing_to_sleep_on")
    }
    var command = ["sleep", resident.name]
    if request.season == true { command.append("--season") }
    for feature in request.suppress ?? [] { command += ["--suppress", "\(feature)"] }
    for feature in request.amplify ?? [] { command += ["--amplify", "\(feature)"] }
    try start(command, resident)
    return .json(resident.sleep.state, status: 202)
  }

  private func start(_ command: [String], _ resident: Resident) throws {
    if let holder = try resident.with({ $0.holder }) {
      throw ServiceError(409, "\(resident.name) is asleep: \(holder)", code: "asleep")
    }
    try resident.sleep.start(command)
  }

  private func sleepEvents(_ resident: Resident) -> Response {
    EventStream.response { events in
      var version = -1
      do {
        while !self.isClosing, !events.isDisconnected {
          let now = resident.sleep.state(after: version, atMost: 5)
          if now.version == version {
            try events.heartbeat()
          } else {
            try events.send(event: "sleep", data: ServiceJSON.text(now.state))
          }
          version = now.version
          if now.state.state == .idle { return }
        }
      } catch {
        // Nobody listens any more; the night goes on.
      }
    }
  }

  // MARK: Briefs and exams

  private struct BriefHead: Encodable {
    var night: Int
    var at: Date
    var insights: Int
    var title: String
  }

  private func briefs(_ resident: Resident) throws -> [BriefHead] {
    try resident.with { try $0.briefs() }.reversed().map {
      BriefHead(
        night: $0.night, at: $0.date, insights: $0.insights.count,
        title: $0.day.titles.joined(separator: ", "))
    }
  }

  private func brief(_ night: Int, _ form: String?, _ resident: Resident) throws -> Response {
    let brief = try resident.with { individual in
      _ = try individual.night(night)
      return Brief.read(in: individual.folder(ofNight: night))
    }
    guard let brief else {
      throw ServiceError(404, "night \(night) has no brief: it was a season", code: "not_found")
    }
    switch form {
    case nil, "json": return .json(brief)
    case "md":
      return Response(
        headers: [("Content-Type", "text/markdown; charset=utf-8")],
        body: .data(Data(brief.markdown.utf8)))
    case "html":
      // A page of its own with a style sheet in it, and nothing that runs.
      return Response(
        headers: [
          ("Content-Type", "text/html; charset=utf-8"),
          (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
          ),
        ], body: .data(Data(brief.html.utf8)))
    default:
      throw ServiceError(400, "form is html, md or json", parameter: "form")
    }
  }

  private func recall(_ resident: Resident) throws -> RecallReport? {
    try resident.with { individual in
      guard let night = individual.currentNight else { return nil }
      return try RecallReport.read(ofNight: night, individual)
    }
  }

  // MARK: Going back and forgetting

  /// Moves the pointer; the one thing that needs the right to change nights, for an instant.
  private func rollback(to night: Int, _ resident: Resident) throws -> Response {
    guard resident.sleep.state.state == .idle else {
      throw ServiceError(409, "\(resident.name) is asleep", code: "asleep")
    }
    let individual = try Individual.open(name: resident.name, in: household.home)
    try individual.rollback(to: night == 0 ? nil : night)
    try individual.writeFeed()
    return .json(try Summary(resident))
  }

  /// What would go with the episodes that say something.
  private struct Forgetting: Encodable {
    struct Item: Encodable {
      var id: Int
      var title, kind: String
      var at: Date
    }
    var episodes: [Item]
    /// The nights that learned them or came after one that did: they are slept again without them.
    var nights: [Int]

    init(_ phrase: String, _ resident: Resident) throws {
      (episodes, nights) = try resident.with { individual in
        let found = try individual.journal.episodes(saying: phrase)
        let ids = Set(found.map(\.id))
        let lineage = try individual.lineage()
        let first = lineage.firstIndex { !ids.isDisjoint(with: $0.episodes) }
        return (
          found.map {
            Item(id: $0.id, title: $0.shownTitle, kind: $0.kind.rawValue, at: $0.readAt)
          },
          first.map { lineage[$0...].map(\.number) } ?? []
        )
      }
    }
  }

  private func forget(_ episodes: [Int], _ resident: Resident) throws -> Response {
    guard !episodes.isEmpty else {
      throw ServiceError(
        400, "'episodes' is empty: name what is to be forgotten", parameter: "episodes")
    }
    try resident.with { individual in
      for id in episodes { _ = try individual.journal.episode(id) }
    }
    resident.forgetContexts()
    try start(
      ["forget", resident.name, "--yes"] + episodes.flatMap { ["--episode", "\($0)"] }, resident)
    return .json(resident.sleep.state, status: 202)
  }
}
