import Foundation

/// A socket that waits for connections.
struct ListeningSocket: ~Copyable {
  let port: UInt16
  let isIPv6: Bool
  private let descriptor: Int32

  init(host: String, port: UInt16) throws(HTTPError) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, String(port), &hints, &list) == 0, let first = list else {
      throw .unknownHost(host)
    }
    defer { freeaddrinfo(list) }
    let chosen =
      sequence(first: first, next: { $0.pointee.ai_next })
      // A name may mean addresses of both kinds, and "localhost" is most often reached by the older.
      .first { $0.pointee.ai_family == AF_INET } ?? first
    let info = chosen.pointee
    let descriptor = socket(
      info.ai_family,
      Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard descriptor >= 0 else { throw .cannotListen(host: host, port: port, code: errno) }
    var one: Int32 = 1
    // Without it a port stays taken for a minute after a server has ended.
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, info.ai_addr, info.ai_addrlen) == 0, listen(descriptor, 128) == 0 else {
      let code = errno
      close(descriptor)
      throw .cannotListen(host: host, port: port, code: code)
    }
    var address = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let bound: UInt16 = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = getsockname(descriptor, $0, &size)
      }
      // The port lies at the same place in both kinds of address.
      return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        UInt16(bigEndian: $0.pointee.sin_port)
      }
    }
    self.port = bound
    isIPv6 = info.ai_family == AF_INET6
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The descriptor, which the caller closes.
  consuming func release() -> Int32 {
    let result = descriptor
    discard self
    return result
  }
}
