import Foundation
import Training

/// What this engine's work costs as models, contexts, texts and a life of nights grow.
struct Growth: Comparison, Plotted {
  /// How far to go, and what is given from outside.
  struct Limits {
    var folder: String?
    /// Millions of parameters.
    var largest = 124
    /// Tokens of context.
    var longest = 8192
    /// Millions of bytes of text.
    var most = 100
    var vocabulary = 32_768
    /// A JSON array of the seconds that each night took.
    var nights: String?
    /// Text for tokenizers; without any, none is trained.
    var files: [String] = []
  }

  let date: Date
  let machine: Machine
  let models: ModelGrowth
  let contexts: ContextGrowth
  let texts: TextGrowth?
  /// Seconds of one night after another.
  let nights: [Double]?

  static func measured(
    _ limits: Limits, rounds: Int, progress: (String) -> Void
  ) throws -> Growth {
    // What can be wrong with files shows before hours of measuring.
    let nights = try limits.nights.map { path in
      let data = try? Data(contentsOf: URL(filePath: path))
      guard let seconds = data.flatMap({ try? JSONDecoder().decode([Double].self, from: $0) })
      else { throw UsageError.badValue(option: "--nights", value: path) }
      return seconds
    }
    let text = limits.files.isEmpty ? nil : try GrowingText(limits.files, most: limits.most)
    return Growth(
      date: .now, machine: .current,
      models: try .measured(upTo: limits.largest, rounds: rounds, progress: progress),
      contexts: try .measured(upTo: limits.longest, rounds: rounds, progress: progress),
      texts: try text.map {
        try .measured($0, vocabulary: limits.vocabulary, rounds: rounds, progress: progress)
      }, nights: nights)
  }

  var text: String {
    let night = nights.flatMap { seconds in
      seconds.last.map { last in
        "\(seconds.count) nights: the first \(seconds[0].fixed(1)) s, the last \(last.fixed(1)) s"
      }
    }
    let parts = [machine.description, models.text, contexts.text, texts?.text, night]
    return parts.compactMap { $0?.trimmingCharacters(in: .newlines) }.joined(separator: "\n\n")
  }

  /// Writes `growth.json`, `growth.txt` and the plots into `folder`.
  func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Compare.write(self, to: folder.appending(path: "growth.json"))
    try Data((text + "\n").utf8).write(to: folder.appending(path: "growth.txt"))
    var plots = models.plots + contexts.plots + (texts?.plots ?? [])
    if let nights {
      plots.append(
        (
          "nights",
          LinePlot(
            "Nights of a life", xLabel: "night", yLabel: "seconds", yIncludes: 0...0,
            [.init("night", nights.enumerated().map { .init(Double($0 + 1), $1) })])
        ))
    }
    for (name, plot) in plots {
      try Data((plot.svg + "\n").utf8).write(to: folder.appending(path: "growth-\(name).svg"))
    }
  }
}

/// A plot and the name of its file, without "growth-" and ".svg".
typealias NamedPlot = (name: String, plot: LinePlot)
