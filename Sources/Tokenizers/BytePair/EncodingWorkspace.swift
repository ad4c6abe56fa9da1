import Synchronization

/// The memory that one `encode` call works in: the merger's lists and the cache of pieces.
struct EncodingWorkspace: Sendable {
  var merger = PieceMerger()
  var cache = PieceCache()
}

/// Lends a workspace to each `encode` call, so that calls on many threads never wait.
final class WorkspacePool: Sendable {
  private let idle = Mutex<[EncodingWorkspace]>([])
  private static let idleLimit = 64

  func withWorkspace<Result>(_ body: (inout EncodingWorkspace) -> Result) -> Result {
    var workspace = idle.withLock { $0.popLast() } ?? EncodingWorkspace()
    let result = body(&workspace)
    if workspace.merger.isOversized { workspace.merger = PieceMerger() }
    idle.withLock { if $0.count < Self.idleLimit { $0.append(workspace) } }
    return result
  }
}
