import Foundation

/// Settings as a night's record keeps them: a name and a value for each, "season.rank" for one within another.
extension NightSettings {
  package var described: [String: String] {
    func described(_ values: [String: Any], _ prefix: String) -> [String: String] {
      values.reduce(into: [:]) { all, entry in
        if let part = entry.value as? [String: Any] {
          all.merge(described(part, prefix + entry.key + ".")) { $1 }
        } else {
          all[prefix + entry.key] =
            Self.isFlag(entry.value) ? "\(entry.value as? Bool == true)" : "\(entry.value)"
        }
      }
    }
    return described(values, "")
  }

  /// The settings that a record describes; one that it does not know is as it is by default.
  public init(described: [String: String]) {
    func value(_ text: String, like known: Any) -> Any {
      if known is String { return text }
      if Self.isFlag(known) { return text == "true" || text == "1" }
      return Int(text) ?? Double(text) ?? known
    }
    func filled(_ values: [String: Any], _ prefix: String) -> [String: Any] {
      Dictionary(
        uniqueKeysWithValues: values.map { key, known in
          if let part = known as? [String: Any] { return (key, filled(part, prefix + key + ".")) }
          return (key, described[prefix + key].map { value($0, like: known) } ?? known)
        })
    }
    self.init()
    let all = filled(values, "")
    if let data = try? JSONSerialization.data(withJSONObject: all),
      let settings = try? JSONDecoder().decode(NightSettings.self, from: data)
    {
      self = settings
    }
  }

  /// Whether a JSON value is true or false: in Foundation these are numbers as well.
  private static func isFlag(_ value: Any) -> Bool {
    let data = try? JSONSerialization.data(withJSONObject: [value])
    return data.map { ["[true]", "[false]"].contains(String(decoding: $0, as: UTF8.self)) } ?? false
  }

  private var values: [String: Any] {
    let data = try? JSONEncoder().encode(self)
    let object = data.flatMap { try? JSONSerialization.jsonObject(with: $0) }
    return object as? [String: Any] ?? [:]
  }
}
