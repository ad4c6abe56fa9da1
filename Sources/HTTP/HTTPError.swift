import Foundation

/// Why a server did not start.
public enum HTTPError: Error, CustomStringConvertible, Equatable {
  case unknownHost(String)
  case cannotListen(host: String, port: UInt16, code: Int32)
  case cannotStart

  public var description: String {
    switch self {
    case .unknownHost(let host): "\(host) is no address of this machine"
    case .cannotListen(let host, let port, let code):
      "cannot listen on \(host), port \(port): \(String(cString: strerror(code)))"
    case .cannotStart: "the server's threads could not be started"
    }
  }
}
