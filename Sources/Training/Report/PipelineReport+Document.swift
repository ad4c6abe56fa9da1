import Foundation

extension PipelineReport {
  /// The report for people.
  public var document: ReportDocument {
    var blocks: [ReportDocument.Block] = [
      .paragraph("Written \(ReportNumber.date(Date())) on this machine: \(machine)."),
      .heading("Stages"), .table(stageTable),
      .heading("What each stage gained"), .list(gains.map(\.sentence)),
      .paragraph(
        "Better and worse are differences of more than two standard errors of what was asked; of a "
          + "loss, such as bits per byte, any difference. The first stage is compared with chance, each "
          + "other one with the stage evaluated before it."
      ),
      .heading("Evaluation"),
    ]
    if evaluation.measures.isEmpty {
      blocks.append(.paragraph("No stage has been evaluated yet."))
    } else {
      blocks += [
        .table(evaluationTable),
        .paragraph(
          "Beside each value: the change from the stage evaluated before. The best of a row is bold. "
            + "Lower is better for bits, errors and false refusals."),
      ]
    }
    blocks += [.heading("Reinforcement"), reinforcement]
    for stage in stages {
      blocks.append(.heading("Curves of \(stage.stage.command)"))
      let plots = stage.plots
      blocks +=
        plots.isEmpty
        ? [.paragraph("There are no metrics of this stage yet.")] : plots.map { .plot($0) }
    }
    blocks += [
      .heading("Commands"),
      commands.isEmpty ? .paragraph("No stage is finished.") : .commands(commands),
    ]
    return ReportDocument("The pipeline, stage by stage", blocks)
  }

  private var stageTable: ReportTable {
    let rows = stages.map { record -> [ReportTable.Cell] in
      func cell<Value>(_ value: Value?, _ text: (Value) -> String) -> ReportTable.Cell {
        .init(value.map(text) ?? "-")
      }
      let summary = record.summary
      return [
        .init(record.stage.command), .init(state(of: record)),
        cell(record.date, ReportNumber.date),
        cell(summary?.steps ?? record.lastStep, ReportNumber.grouped),
        cell(summary?.tokens, ReportNumber.grouped),
        cell(summary?.seconds) { ReportNumber.fixed($0 / 60, 1) },
        cell(record.tokensPerSecond) { ReportNumber.fixed($0, 0) },
        cell(summary?.parameters, ReportNumber.grouped),
        cell(summary?.precision) { $0 },
        cell(summary?.seed) { String($0) },
      ]
    }
    return ReportTable(
      "The stages of training, in order",
      [
        .text("stage"), .text("state"), .text("date"), .number("steps"), .number("tokens"),
        .number("minutes"), .number("tokens/s"), .number("parameters"), .text("precision"),
        .number("seed"),
      ], rows: rows)
  }

  private func state(of record: StageRecord) -> String {
    guard record.state == .unfinished, let last = record.lastStep else {
      return record.state.rawValue
    }
    return "unfinished, at step \(last)"
  }

  private var evaluationTable: ReportTable {
    func number(_ value: Double?) -> ReportTable.Cell {
      .init(value.map { ReportNumber.fixed($0, 3) } ?? "-")
    }
    let changes = Dictionary(
      uniqueKeysWithValues: gains.map { gain in
        (gain.stage, Dictionary(gain.changes.map { ($0.name, $0) }) { first, _ in first })
      })
    let rows = evaluation.measures.map { measure -> [ReportTable.Cell] in
      let texts = measure.values.mapValues { ReportNumber.fixed($0.value, 3) }
      let values = measure.values.values.map(\.value)
      let best = (measure.lowerIsBetter ? values.min() : values.max())
        .map { ReportNumber.fixed($0, 3) }
      // Where all are the same, none is best.
      let isTold = Set(texts.values).count > 1
      let cells = PipelineStage.allCases.map { stage -> ReportTable.Cell in
        guard let text = texts[stage] else { return "-" }
        let gain = evaluation.predecessor(of: stage) == nil ? nil : changes[stage]?[measure.name]
        return .init(
          text, isBest: isTold && text == best,
          detail: gain.map { ReportNumber.signed($0.after - $0.before, 3) })
      }
      let counts = Set(measure.values.values.map(\.count)).sorted()
      return [.init(measure.name), number(measure.chance)] + cells + [
        number(measure.ceiling), .init(counts.map(String.init).joined(separator: " or ")),
      ]
    }
    let columns = PipelineStage.allCases.map { ReportTable.Column.number($0.rawValue) }
    return ReportTable(
      "What each stage can do, on worlds that it has never seen",
      [.text("measure"), .number("chance")] + columns + [.number("ceiling"), .number("asked")],
      rows: rows)
  }

  private var reinforcement: ReportDocument.Block {
    guard let armMeasure, !arms.isEmpty else {
      return .paragraph("No arms were compared: there is no \(ReinforcementArms.fileName).")
    }
    func number(_ value: Double) -> String { ReportNumber.fixed(value, 3) }
    let best = arms.map(\.mean).max().map(number)
    let rows = arms.map { arm -> [ReportTable.Cell] in
      [
        .init(arm.name), .init(String(arm.seeds)), .init(number(arm.before)),
        .init(number(arm.mean), isBest: arms.count > 1 && number(arm.mean) == best),
        .init("\(number(arm.lowest)) to \(number(arm.highest))"),
        .init(ReportNumber.signed(arm.gain, 3)),
      ]
    }
    return .table(
      ReportTable(
        "\(armMeasure), by what is learned from",
        [
          .text("arm"), .number("seeds"), .number("tuned"), .number("mean"),
          .number("lowest to highest"), .number("gain over tuned"),
        ], rows: rows))
  }
}

extension StageRecord {
  /// Numbers of every step that tell of the machine and the schedule rather than of learning.
  private static let unplotted: Set = ["steps", "rate", "tokensPerSecond", "gigaflops"]
  /// Points on a curve of every step.
  private static let most = 200
  /// Curves in one drawing.
  private static let mostCurves = 7

  /// The stage's curves: the numbers of every step, then what was measured on the way.
  public var plots: [LinePlot] {
    guard let curves else { return [] }
    let name = stage.command
    let everyStep = curves.everyStep.filter {
      !Self.unplotted.contains($0.name) && !$0.name.hasPrefix("seconds")
    }
    // The loss first, the others by name.
    let ordered = everyStep.filter { $0.name == "loss" } + everyStep.filter { $0.name != "loss" }
    let plots = ordered.map { curve in
      let (series, neighbours) = curve.averaged(to: Self.most)
      let label = curve.name == "loss" ? "loss, nats a token" : Self.words(curve.name)
      let means = neighbours > 1 ? ", means of \(neighbours) steps" : ""
      return LinePlot(
        "\(name): \(Self.words(curve.name))\(means)", xLabel: "step", yLabel: label,
        [.init(Self.words(curve.name), series.points)])
    }
    let isShare = { (curve: LinePlot.Series) in curve.points.allSatisfy { (0...1).contains($0.y) } }
    let shares = curves.measures.filter(isShare)
    let count = (shares.count + Self.mostCurves - 1) / Self.mostCurves
    let groups = (0..<count).map { index in
      Array(shares[(index * shares.count / count)..<((index + 1) * shares.count / count)])
    }
    let skills = groups.enumerated().map { index, group in
      LinePlot(
        "\(name): answers given word for word" + (count > 1 ? ", \(index + 1) of \(count)" : ""),
        xLabel: "step", yLabel: "share of answers", yIncludes: 0...1, group)
    }
    let others = curves.measures.filter { !isShare($0) }.map { curve in
      LinePlot("\(name): \(curve.name)", xLabel: "step", yLabel: curve.name, [curve])
    }
    return plots + others + skills
  }

  /// "meanReward" as "mean reward".
  private static func words(_ name: String) -> String {
    name.reduce(into: "") { text, letter in
      let startsWord = letter.isUppercase && !(text.last?.isUppercase ?? true)
      text += startsWord ? " " + letter.lowercased() : String(letter)
    }
  }
}
