import Foundation
import Sleep
import Tensors
import Training

/// A language model that learns what the generation before it wrote forgets how people write; if their texts stay in the data it does
/// not (2404.01413).
public struct LanguageCollapse: Study {
  /// Whether the arm that is to keep everything does; false makes both replace.
  package var keepsAll = true
  /// Letters and steps of a generation, and how many follow the first.
  package var full = (letters: 200_000, steps: 1500, generations: 10)
  package var quick = (letters: 50_000, steps: 500, generations: 4)

  public init() {}

  public let name = "language-collapse"
  public let claim = Claim(
    "A language model that is trained on its own writing loses its breadth",
    words:
      "you can't just keep scaling reflections on the same amount of prompt information and then get returns from that. So any individual sample will look "
      + "okay, but the distribution of it is quite terrible.", place: "004, 53:33",
    published: [
      "Perplexity on real text rises with every generation that learns the last one's writing (Shumailov et al. 2024, Nature 631), and stays where all "
        + "that came before is kept (Gerstgrasser et al., 2404.01413, figure 2)."
    ])
  public let setup = """
    A model of letters (eight before, one hidden layer) learns English novels and writes as much as it has read; the next generation, from \
    nothing, learns that alone or that with all before it, in as many steps. Ten generations, written at a temperature of 0.8 as models are \
    commonly made to write, and once more at 1; bits a letter on the novels' later pages, and how different from each other two hundred \
    written passages are. The quick form: four generations of a quarter.
    """

  private static let (replacing, adding, replacingAtOne) = (
    "replacing", "adding", "replacing, temperature 1"
  )

  /// What a generation is like.
  private struct Generation {
    var bits: Double
    var diversity: Diversity
  }

  public func run(_ setting: StudySetting) throws -> StudyOutcome {
    let (letters, steps, generations) = setting.pick(full, quick: quick)
    let all = try StudyText.letters(letters + 50_000)
    let (text, heldOut) = (Array(all.prefix(letters)), Array(all.suffix(50_000)))
    var arms: [String: [[Generation]]] = [:]
    for seed in setting.seeds {
      for (arm, keepsAll, temperature) in [
        (Self.replacing, false, Float(0.8)), (Self.adding, keepsAll, 0.8),
        (Self.replacingAtOne, false, 1),
      ] {
        var data = text
        var course: [Generation] = []
        for generation in 0...generations {
          let model = try LetterModel(seed: seed &+ UInt64(generation) &* 1000)
          try model.train(on: data, steps: steps, seed: seed &+ UInt64(generation))
          var random = RandomSource(seed: seed, name: "\(arm) \(generation)")
          let written = model.texts(
            500, length: letters / 500, from: data, temperature: temperature, &random)
          course.append(
            Generation(
              bits: try model.bitsPerLetter(heldOut),
              diversity: Diversity(of: written.prefix(200).map(StudyText.string))))
          data = (keepsAll ? data : []) + written.flatMap { $0 }
        }
        arms[arm, default: []].append(course)
        setting.note(
          "seed \(seed), \(arm): \(LinePlot.digits(course[0].bits)) to \(LinePlot.digits(course[generations].bits)) bits a letter"
        )
      }
    }
    let (replacing, adding) = (arms[Self.replacing]!, arms[Self.adding]!)
    let replacingAtOne = arms[Self.replacingAtOne]!
    func gain(_ arm: [[Generation]], _ value: (Generation) -> Double) -> [Double] {
      arm.map { value($0[generations]) - value($0[0]) }
    }
    func plot(_ title: String, _ y: String, _ value: (Generation) -> Double) -> LinePlot {
      .of(
        title, x: "generation", y: y,
        arms.sorted { $0.key > $1.key }.map { arm, courses in
          (
            arm,
            (0...generations).map { generation in
              let values = courses.map { value($0[generation]) }
              return (Double(generation), values.reduce(0, +) / Double(values.count))
            }
          )
        })
    }
    let lost = zip(gain(replacing, \.bits), gain(adding, \.bits))
    return StudyOutcome(
      [
        Finding("bits a letter lost by replacing", gain(replacing, \.bits), .atLeast(0.1)),
        Finding("of that, lost by adding", lost.map { $1 / $0 }, .atMost(0.5)),
        Finding(
          "entropy of the words, change by replacing (bits)",
          gain(replacing, \.diversity.entropy), .atMost(-0.5)),
        Finding("the same by adding", gain(adding, \.diversity.entropy)),
        Finding(
          "Vendi score, change by replacing", gain(replacing, \.diversity.vendi), .atMost(-1)),
        Finding("the same by adding", gain(adding, \.diversity.vendi)),
        Finding(
          "different words among all, change by replacing", gain(replacing, \.diversity.distinct1)),
        Finding("self-BLEU, change by replacing", gain(replacing, \.diversity.selfBLEU)),
        Finding(
          "at temperature 1, bits a letter lost by replacing", gain(replacingAtOne, \.bits),
          .atLeast(0.1)),
        Finding(
          "at temperature 1, entropy of the words, change (bits)",
          gain(replacingAtOne, \.diversity.entropy)),
      ],
      [
        .plot(plot("What is forgotten of real text", "bits a letter", \.bits)),
        .plot(plot("Entropy of what is written", "bits a word", \.diversity.entropy)),
        .plot(plot("How many passages there are in effect", "Vendi score", \.diversity.vendi)),
      ])
  }
}
