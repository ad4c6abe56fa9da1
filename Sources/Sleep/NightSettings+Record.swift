import Foundation

/// Settings as a night's record keeps them: a name and a value for each, "season.rank" for one within another.
extension NightSettings {
  package var described: [String: String] {
    func described(_ values: [String: Any], _ prefix: String) -> [String: String] {
      values.reduce(into: [:]) { all, entry in
        if let part = entry.value as? [String: Any] {
          all.merge(described(part, prefix + entry.key + ".")) { $1 }
        } else {
          all[prefix + entry.key] = "\(entry.value)"
        }
      }
    }
    return described(values, "")
  }

  /// The settings that a record describes; one that it does not know is as it is by default.
  public init(described: [String: String]) {
    func value(_ text: String, like known: Any) -> Any {
      if known is String { return text }
      if known is Bool, let flag = Bool(text) { return flag }
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

  private var values: [String: Any] {
    let data = try? JSONEncoder().encode(self)
    let object = data.flatMap { try? JSONSerialization.jsonObject(with: $0) }
    return object as? [String: Any] ?? [:]
  }
}
