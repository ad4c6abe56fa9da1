import CommandLineInterface
import Files
import Foundation
import HTTP
import Individuals
import Service

struct ServeCommand: Command {
  let name = "serve"
  let abstract =
    "Serves everybody at home: a page, OpenAI's endpoints, and an interface of its own."
  let discussion = """
    The page is at the address that is printed. Clients of OpenAI's API find the individuals as models at /v1; what is \
    said to one there becomes a part of its day. On this machine's own address nobody is asked for a token; on any other \
    one every request has to bring it, and it is kept in the home's file 'token'. Ctrl-C ends replies at their next token \
    and nights at their next step.
    """
  let examples = [
    "circadian serve", "circadian serve --port 8321",
    "circadian serve --host 0.0.0.0 --allow-host ada.example.org",
  ]

  let host = CommandLineInterface.Option(
    "host", default: "127.0.0.1", help: "The address to listen on; 0.0.0.0 for all of them.")
  let port = CommandLineInterface.Option(
    "port", default: 8321, must: .be(in: 0...65535), help: "The port; 0 for any that is free.")
  let allowedHosts = CommandLineInterface.Option<[String]>(
    "allow-host", help: "A name that clients may call this machine by; may be repeated.")
  let token = Flag("token", help: "Ask for the token on this machine's own address too.")

  var parameters: ParameterList {
    host
    port
    allowedHosts
    token
  }

  private struct Report: Encodable { var address, home: String }

  func run(_ invocation: Invocation) async throws {
    let home = Home(root: invocation.home)
    try FileManager.default.createDirectory(at: home.root, withIntermediateDirectories: true)
    let program = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    let service = try Service(home, version: Circadian.version, sleeper: .init(program))
    let isOpen = !["127.0.0.1", "::1", "localhost"].contains(invocation[host])
    var policy = Policy()
    policy.hosts = Set(invocation[allowedHosts] + (isOpen ? [invocation[host]] : []))
    policy.contentSecurityPolicy = Service.contentSecurityPolicy
    policy.publicPaths = service.publicPaths
    if isOpen || invocation[token] { policy.token = try AccessToken.read(in: home.root) }
    var limits = Limits()
    limits.bodyBytes = { Service.bodyLimit(of: $0) }
    let server = try Server(
      host: invocation[host], port: UInt16(invocation[port]), limits: limits,
      handler: Guard(policy, service))
    let shown = invocation[host].contains(":") ? "[\(invocation[host])]" : invocation[host]
    let address = "http://\(shown):\(server.port)/"
    try invocation.report(Report(address: address, home: home.root.path)) {
      "serving \(home.root.path) at \(address)"
    }
    if policy.token != nil {
      invocation.note("the token is in \(AccessToken.file(in: home.root).path)")
    }
    while !Interruption.isRequested { try await Task.sleep(for: .milliseconds(200)) }
    invocation.note("stopping: replies end at their next token, nights at their next step")
    server.stopAccepting()
    service.beginStopping()
    server.stop(deadline: .seconds(10))
    service.close()
  }
}
