/// The lines on which the elements of a list begin that a JSON object holds under one of some keys.
struct JSONElementLines {
  private(set) var lines: [Int] = []

  /// - Parameter text: Valid JSON.
  init(_ text: [UInt8], keys: [String]) {
    let keys = keys.map { Array($0.utf8) }
    var (depth, line) = (0, 1)
    var key = 0..<0
    var isInList = false
    var isElement = false
    var index = 0
    while index < text.count {
      let byte = text[index]
      if isInList, depth == 2, isElement, !byte.isSpace, byte != UInt8(ascii: "]") {
        lines.append(line)
        isElement = false
      }
      switch byte {
      case 0x0A: line += 1
      case UInt8(ascii: "\""):
        let start = index + 1
        index = JSONElementLines.end(ofTextAt: start, text)
        if depth == 1 { key = start..<index }
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        if depth == 2 {
          isInList = byte == UInt8(ascii: "[") && keys.contains { text[key].elementsEqual($0) }
          isElement = isInList
        }
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth -= 1
        if depth < 2, isInList { return }
      case UInt8(ascii: ","): isElement = depth == 2
      default: break
      }
      index += 1
    }
  }

  /// Where the quotation mark stands that ends a text.
  private static func end(ofTextAt start: Int, _ text: [UInt8]) -> Int {
    var index = start
    while index < text.count, text[index] != UInt8(ascii: "\"") {
      index += text[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(index, text.count)
  }
}
