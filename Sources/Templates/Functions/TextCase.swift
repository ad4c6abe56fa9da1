/// Upper and lower case, character by character, with the marks of quoted characters.
enum TextCase {
  static func upper(_ text: Text) -> Text {
    Text(points: text.points.flatMap(upper))
  }

  static func lower(_ text: Text) -> Text {
    Text(points: text.points.flatMap(lower))
  }

  /// The first character in upper case, the rest in lower case.
  static func capitalized(_ text: Text) -> Text {
    guard let first = text.points.first else { return text }
    return Text(points: title(first)) + lower(text[1..<text.count])
  }

  /// Every word capitalised: what follows a character that `isInWord` does not hold for.
  static func title(_ text: Text, isInWord: (UInt32) -> Bool) -> Text {
    var points: [UInt32] = []
    var isInside = false
    for point in text.points {
      points += isInside ? lower(point) : title(point)
      isInside = isInWord(point)
    }
    return Text(points: points)
  }

  static func isCased(_ point: UInt32) -> Bool { Text.scalar(point).properties.isCased }

  private static func upper(_ point: UInt32) -> [UInt32] {
    let value = Text.plain(point)
    if value < 0x80 { return [(0x61...0x7A).contains(value) ? point - 0x20 : point] }
    return Text.marked(Text.scalar(point).properties.uppercaseMapping, like: point)
  }

  private static func lower(_ point: UInt32) -> [UInt32] {
    let value = Text.plain(point)
    if value < 0x80 { return [(0x41...0x5A).contains(value) ? point + 0x20 : point] }
    return Text.marked(Text.scalar(point).properties.lowercaseMapping, like: point)
  }

  private static func title(_ point: UInt32) -> [UInt32] {
    Text.marked(Text.scalar(point).properties.titlecaseMapping, like: point)
  }
}
