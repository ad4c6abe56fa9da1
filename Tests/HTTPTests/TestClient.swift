import Foundation
import HTTP
import Testing

/// A bare connection to a server on this machine.
final class TestClient {
  private let descriptor: Int32
  private var received: [UInt8] = []

  /// - Parameter receiveBuffer: In bytes; small ones make a client that falls behind soon.
  init(port: UInt16, receiveBuffer: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    struct Refused: Error {}
    guard code == 0 else {
      Glibc.close(descriptor)
      throw Refused()
    }
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { Glibc.close(descriptor) }

  /// - Returns: False when the connection is closed.
  @discardableResult
  func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  @discardableResult
  func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Makes the end of this client a reset, as when a machine loses its network.
  func endWithReset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  func closeSendingHalf() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// - Returns: False at the end of the connection, or after 30 seconds without a byte.
  private func receiveMore() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    received += buffer[..<count]
    return true
  }

  /// All that comes until the connection ends.
  func receiveAll() -> String {
    while receiveMore() {}
    defer { received = [] }
    return String(decoding: received, as: UTF8.self)
  }

  /// What comes until it contains a text.
  func receive(until text: String) -> String {
    while !String(decoding: received, as: UTF8.self).contains(text), receiveMore() {}
    return String(decoding: received, as: UTF8.self)
  }

  struct Answer {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// The next response, with a length or in chunks.
  func answer(hasBody: Bool = true) throws -> Answer {
    var end: Int?
    repeat {
      end = received.firstRange(of: Array("\r\n\r\n".utf8))?.lowerBound
    } while end == nil
      && receiveMore()
    let head = String(decoding: received[..<(try #require(end))], as: UTF8.self)
    received.removeFirst(try #require(end) + 4)
    let lines = head.components(separatedBy: "\r\n")
    var answer = Answer(
      status: try #require(Int(lines[0].split(separator: " ").dropFirst().first ?? ""), "\(head)"),
      headers: [:], body: [])
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      answer.headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    guard hasBody, answer.status != 100 else { return answer }
    if answer.headers["transfer-encoding"] == "chunked" {
      while true {
        let size = try #require(Int(try line(), radix: 16))
        answer.body += try bytes(size)
        _ = try line()
        if size == 0 { return answer }
      }
    }
    answer.body = try bytes(try #require(Int(answer.headers["content-length"] ?? "")))
    return answer
  }

  private func line() throws -> String {
    while received.firstRange(of: [13, 10]) == nil, receiveMore() {}
    let end = try #require(received.firstRange(of: [13, 10])).lowerBound
    defer { received.removeFirst(end + 2) }
    return String(decoding: received[..<end], as: UTF8.self)
  }

  private func bytes(_ count: Int) throws -> [UInt8] {
    while received.count < count, receiveMore() {}
    try #require(received.count >= count)
    defer { received.removeFirst(count) }
    return Array(received[..<count])
  }
}

/// A handler that is a closure.
struct Answering: Handler {
  let body: @Sendable (Request) -> Response
  init(_ body: @escaping @Sendable (Request) -> Response) { self.body = body }
  func respond(to request: Request) -> Response { body(request) }
}

extension Response {
  static func text(_ text: String) -> Response { Response(body: .data(Data(text.utf8))) }
}

/// Waits until something has come about, half a minute at most: a busy machine leaves a thread alone for seconds.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let start = ContinuousClock.now
  while ContinuousClock.now - start < .seconds(30) {
    if try condition() { return true }
    usleep(2000)
  }
  return try condition()
}
