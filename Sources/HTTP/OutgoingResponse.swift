import CMicroHTTPD
import Foundation

/// A response as the library sends it.
struct OutgoingResponse: ~Copyable {
  private let raw: OpaquePointer
  private let status: Int

  private static let own: Set = ["content-length", "transfer-encoding", "connection", "date"]
  private static let blockSize = 64 << 10

  /// - Parameters:
  ///   - exchange: Where the body is taken from; nil sends the response's own data.
  ///   - isForHead: Whether only the headers are wanted.
  ///   - isLast: Whether the connection is closed behind it.
  init?(_ response: Response, exchange: Exchange?, isForHead: Bool, isLast: Bool) {
    var response = response
    // A line break in a header would let whoever chose its text write headers of their own.
    let areSayable = response.headers.allSatisfy { name, value in
      !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }
        && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
    let isSayable = areSayable && (200...599).contains(response.status)
    if !isSayable {
      exchange?.lose()
      response = Refusal.unsayable.response
    }
    status = response.status
    let created: OpaquePointer?
    if isSayable, let exchange {
      let size = if case .data(let data) = response.body { UInt64(data.count) } else { UInt64.max }
      created = MHD_create_response_from_callback(
        size, Self.blockSize,
        { exchange, _, buffer, count in
          guard let exchange, let buffer else { return -2 }
          return Unmanaged<Exchange>.fromOpaque(exchange).takeUnretainedValue()
            .take(into: buffer, count: count)
        }, Unmanaged.passRetained(exchange).toOpaque(),
        { exchange in
          if let exchange { Unmanaged<Exchange>.fromOpaque(exchange).release() }
        })
    } else {
      created = response.collectedBody().withUnsafeBytes {
        MHD_create_response_from_buffer(
          $0.count, UnsafeMutableRawPointer(mutating: $0.baseAddress), .RESPMEM_MUST_COPY)
      }
    }
    guard let created else { return nil }
    raw = created
    for (name, value) in response.headers where !Self.own.contains(name.lowercased()) {
      MHD_add_response_header(raw, name, value)
    }
    // Where a stream's body must not be sent, the library would still send the end of its chunks, which the client would
    // take for the next answer's beginning.
    if isForHead || status == 304, case .stream = response.body { circadian_leave_out_chunks(raw) }
    if isLast { MHD_add_response_header(raw, "Connection", "close") }
  }

  deinit { MHD_destroy_response(raw) }

  func queue(on connection: OpaquePointer) -> MHD_Result {
    MHD_queue_response(connection, UInt32(status), raw)
  }
}

extension Refusal {
  static let unsayable = Refusal(
    status: 500, code: "internal_error", message: "the answer cannot be sent as it is")
}
