import Foundation
import HTTP
import Individuals
import Service
import TestSupport

/// A service in memory, with a program in place of nights.
final class ServiceFixture: Sendable {
  let folder: TemporaryFolder
  let service: Service
  let home: Home

  /// - Parameter night: A shell script that is run for a night, given the command's words.
  init(night: String = "exit 0") throws {
    folder = try TemporaryFolder()
    home = Home(root: folder / "home")
    try FileManager.default.createDirectory(at: home.root, withIntermediateDirectories: true)
    let script = try folder.script("#!/bin/sh\n\(night)\n", name: "night.sh")
    service = try Service(home, version: "test", sleeper: .init(script))
  }

  struct Answer {
    var status: Int
    var body: Data

    var text: String { String(decoding: body, as: UTF8.self) }

    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:]
    }

    /// The events of a stream, in their order.
    var events: [(name: String, data: [String: Any])] {
      text.components(separatedBy: "\n\n").compactMap { block in
        var (name, data) = ("", "")
        for line in block.split(separator: "\n") {
          if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
          if line.hasPrefix("data: ") { data += line.dropFirst(6) }
        }
        guard !data.isEmpty else { return nil }
        let value = try? JSONSerialization.jsonObject(with: Data(data.utf8))
        return (name, value as? [String: Any] ?? ["text": data])
      }
    }
  }

  @discardableResult
  func ask(
    _ method: String, _ path: String, _ json: [String: Any]? = nil, query: [String: String] = [:],
    body: Data? = nil
  ) -> Answer {
    let data = json.map { try! JSONSerialization.data(withJSONObject: $0) } ?? body ?? Data()
    let response = service.respond(to: Request(method, path, query: query, body: data))
    return Answer(status: response.status, body: response.collectedBody())
  }

  /// A newborn individual.
  func born(_ name: String = "ada") -> String {
    ask("POST", "/api/individuals", ["name": name])
    return "/api/individuals/\(name)"
  }
}
