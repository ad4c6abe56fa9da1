import Files
import Foundation
import HTTP

/// The page and its files: a fixed list that is read once, so that no path leads anywhere else.
struct PageAssets: Sendable {
  /// The page runs its own scripts and talks to its own server, and nothing else.
  static let contentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    + "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

  private struct Asset {
    var type: String
    var data: Data
    var tag: String
  }

  private static let types = [
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml", "png": "image/png",
    "webmanifest": "application/manifest+json",
  ]

  private var assets: [String: Asset] = [:]

  init() throws {
    let folder = Bundle.module.resourceURL!.appendingPathComponent("page", isDirectory: true)
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder.path) } catch {
      throw FileSystemError(operation: "read", path: folder.path, code: ENOENT)
    }
    for name in names {
      let url = folder.appendingPathComponent(name)
      guard let type = Self.types[url.pathExtension] else { continue }
      let data = try Data(contentsOf: url)
      let path = name == "index.html" ? "/" : "/assets/\(name)"
      let digest = data.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
        ($0 ^ UInt64($1)) &* 0x100_0000_01b3
      }
      assets[path] = Asset(type: type, data: data, tag: "\"\(String(digest, radix: 16))\"")
    }
  }

  var paths: Set<String> { Set(assets.keys) }

  /// Nil for what is not of the page.
  func response(to request: Request) -> Response? {
    guard request.method == "GET", let asset = assets[request.path] else { return nil }
    let headers = [
      ("Content-Type", asset.type), ("ETag", asset.tag), ("Cache-Control", "no-cache"),
    ]
    if request.header("If-None-Match") == asset.tag {
      return Response(status: 304, headers: headers)
    }
    return Response(headers: headers, body: .data(asset.data))
  }
}
