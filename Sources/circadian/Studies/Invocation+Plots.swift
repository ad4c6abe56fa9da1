import CommandLineInterface
import Files
import Foundation
import Training

extension Invocation {
  /// Writes every plot of a report as NAME-1.svg and so on, and as PNG where gnuplot is installed.
  func writePlots(of report: ReportDocument, in folder: URL, as name: String) throws {
    let plots = report.blocks.compactMap { if case .plot(let plot) = $0 { plot } else { nil } }
    for (index, plot) in plots.enumerated() {
      let file = folder.appendingPathComponent("\(name)-\(index + 1)")
      try AtomicFile.write(
        Data((plot.svg + "\n").utf8), to: file.appendingPathExtension("svg"))
      guard let gnuplot = Self.gnuplot else { continue }
      if !Self.draws(plot.gnuplotScript(into: file.appendingPathExtension("png").path), gnuplot) {
        warn("gnuplot could not draw \(file.lastPathComponent).png; the drawing is in the .svg")
      }
    }
  }

  /// Where gnuplot is installed; nil where it is not.
  private static let gnuplot: URL? = {
    let places = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return places.map { URL(fileURLWithPath: "\($0)/gnuplot") }.first {
      FileManager.default.isExecutableFile(atPath: $0.path)
    }
  }()

  private static func draws(_ script: String, _ gnuplot: URL) -> Bool {
    let (process, input) = (Process(), Pipe())
    process.executableURL = gnuplot
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
      try input.fileHandleForWriting.close()
    } catch {
      return false
    }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
