import Foundation
import HTTP
import Individuals

/// `/api/individuals`: what the page asks for, and whoever wants more than a conversation.
extension Service {
  func individuals(_ request: Request, _ segments: [String]) throws -> Response {
    guard segments.first == "individuals" else { throw ServiceError.notFound(request) }
    if segments.count == 1 {
      switch request.method {
      case "GET":
        return .json(["individuals": try household.names.map { Summary(named: $0, household) }])
      case "POST":
        struct New: Decodable { var name: String }
        let name = try ServiceJSON.decode(New.self, from: request).name
        return .json(try Summary(household.create(name)), status: 201)
      default: throw ServiceError.method(request, allowed: "GET and POST")
      }
    }
    let resident = try household.resident(segments[1])
    let rest = Array(segments.dropFirst(2))
    switch rest.first {
    case nil:
      try require("GET", request)
      return .json(try Summary(resident))
    case "conversations": return try conversations(request, resident, Array(rest.dropFirst()))
    case "episodes", "notes", "timeline", "search", "people":
      return try days(request, resident, rest)
    case "tonight", "sleep", "briefs", "recall", "memory", "rollback", "forgetting", "forget":
      return try nights(request, resident, rest)
    default: throw ServiceError.notFound(request)
    }
  }

  func require(_ method: String, _ request: Request) throws {
    guard request.method == method else { throw ServiceError.method(request, allowed: method) }
  }

  /// A number in a path.
  func number(_ text: String, _ request: Request) throws -> Int {
    guard let number = Int(text), number >= 0 else { throw ServiceError.notFound(request) }
    return number
  }
}

/// What is seen of an individual at a glance.
struct Summary: Encodable {
  enum Activity: String, Encodable { case awake, asleep }

  var name: String
  @OrNull var createdAt: Date?
  @OrNull var core: String?
  @OrNull var currentNight: Int?
  var nights = 0
  var waitingEpisodes = 0
  var activity = Activity.awake
  /// Why it cannot be talked with, in words.
  @OrNull var problem: String?

  init(_ resident: Resident) throws {
    self = try resident.with { individual in
      var summary = Summary(name: individual.name)
      summary.createdAt = individual.createdAt
      summary.core = individual.core.identifier
      summary.currentNight = individual.currentNight
      summary.nights = try individual.lineage().count { !$0.isSeason }
      summary.waitingEpisodes = try individual.unsleptEpisodes().count
      if individual.holder != nil { summary.activity = .asleep }
      return summary
    }
    if resident.sleep.state.state != .idle { activity = .asleep }
  }

  /// One of a damaged home is listed with its damage.
  init(named name: String, _ household: Household) {
    do { self = try Summary(household.resident(name)) } catch {
      self.init(name: name)
      problem = "\(error)"
    }
  }

  private init(name: String) { self.name = name }
}
