import Foundation
import Synchronization

/// The client is gone, has taken nothing for too long, or the server is stopping.
public struct Disconnected: Error, CustomStringConvertible {
  public init() {}
  public var description: String { "the client is gone" }
}

/// The way to a client that may be slow, or gone.
///
/// Several threads may write; what one call writes stays together.
public final class StreamWriter: Sendable {
  private let sink: any ByteSink

  init(_ sink: any ByteSink) { self.sink = sink }

  /// Blocks while the client is behind.
  ///
  /// - Throws: `Disconnected` when nobody takes the bytes; nothing that is written afterwards arrives.
  public func write(_ bytes: Data) throws(Disconnected) { try sink.write(bytes) }

  /// A client that has closed its sending half counts as gone.
  public var isDisconnected: Bool { sink.isDisconnected }
}

/// Where streamed bytes go.
protocol ByteSink: AnyObject, Sendable {
  func write(_ bytes: Data) throws(Disconnected)
  var isDisconnected: Bool { get }
}

/// Keeps all that is written.
final class CollectingSink: ByteSink {
  private let bytes = Mutex(Data())

  func write(_ bytes: Data) { self.bytes.withLock { $0.append(bytes) } }
  var isDisconnected: Bool { false }
  var collected: Data { bytes.withLock { $0 } }
}
