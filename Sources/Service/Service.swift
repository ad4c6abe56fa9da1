import Files
import Foundation
import HTTP
import Individuals
import LanguageModels
import Synchronization

/// Everything that is served: OpenAI's endpoints, the individuals' own, and the page.
///
/// One individual's request never sees another's: each is looked up by the name that the request says.
public final class Service: Handler {
  let household: Household
  let metrics = Metrics()
  let version: String
  private let isStopping = Atomic(false)
  private let page: PageAssets

  /// What starts a night beside the service.
  public struct Sleeper: Sendable {
    public var executable: URL
    public var arguments: [String]

    public init(_ executable: URL, arguments: [String] = []) {
      (self.executable, self.arguments) = (executable, arguments)
    }
  }

  /// - Throws: `FileSystemError` where the page's files are missing.
  public init(_ home: Home, version: String, sleeper: Sleeper) throws {
    household = Household(
      home, program: .init(executable: sleeper.executable, arguments: sleeper.arguments))
    self.version = version
    page = try PageAssets()
  }

  /// What anybody may see without a token: whether it is well, and the page, which asks for one.
  public var publicPaths: Set<String> { page.paths.union(["/health"]) }

  public static let contentSecurityPolicy = PageAssets.contentSecurityPolicy

  /// The largest body: what is read is sent whole, everything else is short.
  public static func bodyLimit(of path: String) -> Int {
    path.hasSuffix("/episodes") ? 64 << 20 : 4 << 20
  }

  /// Ends replies at their next token and nights at their next step, and keeps what has been read.
  public func close() {
    isStopping.store(true, ordering: .relaxed)
    household.close()
  }

  /// Ends replies at their next token; what they said is in the journal.
  public func beginStopping() { isStopping.store(true, ordering: .relaxed) }

  var isClosing: Bool { isStopping.load(ordering: .relaxed) }

  public func respond(to request: Request) -> Response {
    let start = ContinuousClock.now
    let route = Route(request)
    let response: Response
    do { response = try answer(request, route) } catch {
      response = ServiceError(error).response
    }
    metrics.count(route: route.label, status: response.status, duration: start.duration(to: .now))
    return response
  }

  private func answer(_ request: Request, _ route: Route) throws -> Response {
    if let asset = page.response(to: request) { return asset }
    switch (request.method, route.segments[...]) {
    case ("GET", ["health"]):
      return .json(["status": isClosing ? "stopping" : "ok", "version": version])
    case ("GET", ["metrics"]): return metrics.response(household)
    case (_, let segments) where segments.first == "v1":
      return try openAI(request, Array(segments.dropFirst()))
    case (_, let segments) where segments.first == "api":
      return try individuals(request, Array(segments.dropFirst()))
    default: throw ServiceError.notFound(request)
    }
  }
}

/// Where a request goes.
struct Route {
  let segments: [String]

  init(_ request: Request) { segments = request.segments }

  /// The same for all individuals, conversations and files, so that counts stay few.
  var label: String {
    let known: Set<String> = [
      "health", "metrics", "v1", "models", "chat", "completions", "embeddings", "api",
      "individuals", "conversations", "turns", "episodes", "notes", "timeline", "search", "tonight",
      "sleep", "events", "briefs", "recall", "memory", "people", "rollback", "forgetting", "forget",
      "assets",
    ]
    return "/" + segments.prefix(6).map { known.contains($0) ? $0 : "*" }.joined(separator: "/")
  }
}

extension ServiceError {
  static func notFound(_ request: Request) -> ServiceError {
    ServiceError(404, "there is nothing at \(request.method) \(request.path)", code: "not_found")
  }

  static func method(_ request: Request, allowed: String) -> ServiceError {
    ServiceError(405, "\(request.path) takes \(allowed), not \(request.method)", code: "method")
  }
}
