import Tensors
import Tools

/// How a conversation says which tools there are.
enum Toolset {
  static let names = ["calculator", "lookup", "note"]

  /// Some of the tools, perhaps none.
  static func some(using random: inout RandomSource) -> [String] {
    names.filter { _ in random.uniform() < 0.5 }
  }

  /// A listing with `tool` and perhaps others.
  static func listing(including tool: String, using random: inout RandomSource) -> String {
    let others = some(using: &random)
    return Toolbox.announcement(of: names.filter { $0 == tool || others.contains($0) })
  }
}
