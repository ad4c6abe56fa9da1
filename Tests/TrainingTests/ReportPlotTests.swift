import Foundation
import Testing
import Training

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Plots as drawings, as words and as tables.
@Suite struct ReportPlotTests {
  private func plot(_ series: LinePlot.Series..., scale: PlotScale = .linear) -> LinePlot {
    LinePlot("Loss", xLabel: "step", yLabel: "nats", xScale: scale, series)
  }

  /// The elements of a drawing by name, with their attributes; nil when it is no XML.
  private func elements(_ svg: String) throws -> [(name: String, attributes: [String: String])] {
    final class Reader: NSObject, XMLParserDelegate {
      var found: [(name: String, attributes: [String: String])] = []
      func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String] = [:]
      ) { found.append((name, attributes)) }
    }
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    try #require(parser.parse(), "\(svg)")
    return reader.found
  }

  @Test func drawingIsWellFormedAndInsideItsBox() throws {
    let names = [
      "a < b & \"c\"", "it's\u{1}", "third", "fourth, with a name that is far too long ",
    ]
    let series = names.enumerated().map { index, name in
      LinePlot.Series(name, (0...60).map { .init(Double($0), sin(Double($0 * index))) })
    }
    let plot = LinePlot("<title> & more", xLabel: "x", yLabel: "<y>", series)
    let elements = try elements(plot.svg)
    let box = try #require(elements.first?.attributes["viewBox"])
      .split(separator: " ").compactMap { Double($0) }
    #expect(elements.first?.attributes["role"] == "img")
    #expect(elements.map(\.name).contains("desc"))
    let paths = elements.filter { $0.name == "path" && $0.attributes["stroke-width"] != nil }
    #expect(paths.count == 2 * series.count)
    for path in paths {
      let numbers = (path.attributes["d"] ?? "").split { "ML h".contains($0) }
        .compactMap { Double($0) }
      #expect(numbers.allSatisfy { $0 >= 0 && $0 <= max(box[2], box[3]) })
    }
    // Where colours cannot be told apart, the lines can.
    #expect(Set(paths.map { $0.attributes["stroke-dasharray"] ?? "" }).count == 4)
  }

  @Test func gnuplotIsToldTheSame() {
    let points: [LinePlot.Point] = [.init(1, 1), .init(2, .nan), .init(3, 0.5)]
    let script = plot(
      .init("a \"b\" \\ c", points), .init("empty", [.init(1, .nan)]), scale: .logarithmic
    ).gnuplotScript(into: "folder/plot.png")
    #expect(script.contains("set output \"folder/plot.png\"\n"))
    #expect(script.contains("set logscale x\n"))
    #expect(script.contains("plot \"-\" with linespoints title \"a \\\"b\\\" \\\\ c\"\n"))
    #expect(script.hasSuffix("1.0 1.0\n\n3.0 0.5\ne\n"))
    #expect(plot().gnuplotScript(into: "x").contains("no data"))
  }

  @Test func missingNumbersLeaveGaps() throws {
    let points: [LinePlot.Point] = [
      .init(0, 1), .init(1, 2), .init(2, .nan), .init(3, 3), .init(4, .infinity), .init(5, 1),
      .init(6, 2), .init(.nan, 9), .init(7, 1e300),
    ]
    let plot = plot(.init("a", points))
    #expect(plot.segments(of: plot.series[0]).map(\.count) == [2, 1, 2])
    let svg = plot.svg
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(try elements(svg).filter { $0.name == "circle" }.count == 5)
    #expect(plot.table().rows.count == 5)
  }

  @Test(arguments: [PlotScale.linear, .logarithmic])
  func fewPointsAndNone(scale: PlotScale) throws {
    for points in [[], [LinePlot.Point(5, 3)], [.init(0, 0)], [.init(5, 3), .init(5, 3)]] {
      let plot = plot(.init("a", points), scale: scale)
      let circles = try elements(plot.svg).filter { $0.name == "circle" }
      let expected = scale == .logarithmic ? points.filter { $0.x > 0 } : points
      #expect(circles.count == expected.count)
      #expect(plot.svg.contains("no data") == expected.isEmpty)
    }
    #expect(try elements(plot(scale: scale).svg).count > 3)
  }

  @Test func ticksAreRoundAndInRange() {
    #expect(PlotAxis(covering: [0, 4394]).ticks == [0, 1000, 2000, 3000, 4000])
    let shares = PlotAxis(covering: [0, 1], toRoundNumbers: true)
    #expect(shares.ticks.map(shares.label) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    let around = PlotAxis(covering: [2.03, 4.51], toRoundNumbers: true)
    #expect(around.range == 2...5)
    let tokens = PlotAxis(covering: [0, 9e6])
    #expect(tokens.ticks.map(tokens.label) == ["0", "2M", "4M", "6M", "8M"])
    let logarithmic = PlotAxis(covering: [3, 40_000], scale: .logarithmic)
    #expect(logarithmic.ticks.map(logarithmic.label) == ["10", "100", "1000", "10k"])
    #expect(logarithmic.position(3) == 0 && logarithmic.position(40_000) == 1)
    let narrow = PlotAxis(covering: [310, 340], scale: .logarithmic)
    #expect(narrow.ticks.count > 2)
  }

  /// Numbers for which careless steps would be zero, infinite or endless.
  @Test func extremeRanges() {
    let ranges: [[Double]] = [
      [1e16, 1e16 + 2], [0, .leastNonzeroMagnitude], [-1e99, 1e99], [1e-99, 1e99], [-3, -3],
      [1e-300], [-0.0],
      [7.000000001, 7.000000002], [.nan, .infinity], [],
    ]
    for values in ranges {
      for scale in [PlotScale.linear, .logarithmic] {
        for isRound in [false, true] {
          let axis = PlotAxis(covering: values, scale: scale, toRoundNumbers: isRound)
          #expect(axis.range.lowerBound < axis.range.upperBound, "\(values)")
          #expect((1...25).contains(axis.ticks.count), "\(values) \(scale) \(axis.ticks)")
          #expect(axis.ticks.allSatisfy { (-0.001...1.001).contains(axis.position($0)) })
          #expect(axis.ticks.allSatisfy { !axis.label($0).isEmpty })
        }
      }
    }
  }

  /// At least 3 to 1 against both backgrounds, as WCAG 2.2 asks of graphics (1.4.11).
  @Test func coloursStandOutInLightAndDark() throws {
    func luminance(_ color: String) throws -> Double {
      let value = try #require(Int(color.dropFirst(), radix: 16))
      let channels = [16, 8, 0].map { shift -> Double in
        let channel = Double(value >> shift & 255) / 255
        return channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
      }
      return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }
    let (paper, night) = (try luminance("#fdfcf8"), try luminance("#16181a"))
    for color in LinePlot.colors {
      let own = try luminance(color)
      #expect((paper + 0.05) / (own + 0.05) >= 3, "\(color)")
      #expect((own + 0.05) / (night + 0.05) >= 3, "\(color)")
    }
  }

  @Test func wordsAndNumbersTellTheSame() {
    let plot = plot(.init("loss", (1...100).map { .init(Double($0), 100 / Double($0)) }))
    #expect(
      plot.summary
        == "nats over step. loss: from 100 at 1 to 1 at 100, lowest 1 at 100, highest 100 at 1.")
    let rows = plot.table().rows.map { $0.map(\.text) }
    #expect(rows.count == 12 && rows.first == ["1", "100"] && rows.last == ["100", "1"])
    #expect(LinePlot.sparkline(plot.series[0].points).first == "█")
    #expect(LinePlot.sparkline([]) == "")
    #expect(LinePlot.sparkline([.init(0, 1), .init(1, 1)]) == "▄▄")
    let averaged = plot.series[0].averaged(to: 10)
    #expect(averaged.neighbours == 10 && averaged.series.points.count == 10)
    #expect(averaged.series.points.first?.x == 5.5)
  }
}
