import CommandLineInterface
import Files
import Foundation

struct ScheduleCommand: Command {
  let name = "schedule"
  let abstract = "Lets everybody sleep every night: a systemd timer, or a line for cron."
  let discussion = """
    Prints both. With --write the timer and its service are written to the user's systemd folder, and the \
    commands that switch them on are printed. Nights run at low priority and wait for nobody: an \
    individual that is in use is left for the next night. With --serve there is also a unit for 'circadian serve', \
    which runs from the start of the session on.
    """
  let examples = [
    "circadian schedule --at 03:30", "circadian schedule --at 03:30 --minutes 90 --write",
    "circadian schedule --serve --write",
  ]

  let at = CommandLineInterface.Option(
    "at", default: "03:00", help: "When, as HH:MM on this machine's clock.")
  let minutes = CommandLineInterface.Option(
    "minutes", default: 120, must: .be(in: 1...1440), help: "How long a night may take in all.")
  let serve = Flag("serve", help: "A unit for 'circadian serve' as well.")
  let write = Flag("write", help: "Write the systemd units.")

  var parameters: ParameterList {
    at
    minutes
    serve
    write
  }

  private struct Report: Encodable {
    var service, timer, cron: String
    var serving: String?
    var written: [String]
  }

  func run(_ invocation: Invocation) async throws {
    let (hour, minute) = try time(invocation[at])
    // The unit files know no working directory and no shell.
    let program = Bundle.main.executablePath ?? CommandLine.arguments[0]
    let command = ["sleep", "--all", "--minutes", "\(invocation[minutes])", "--home"]
    let home = invocation.home.path
    let service = """
      [Unit]
      Description=Circadian: everybody sleeps on their day

      [Service]
      Type=oneshot
      ExecStart=\(([program] + command + [home]).map(systemdQuoted).joined(separator: " "))
      Nice=10
      IOSchedulingClass=idle

      """
    let timer = """
      [Unit]
      Description=Circadian: every night

      [Timer]
      OnCalendar=*-*-* \(twoDigits(hour)):\(twoDigits(minute)):00
      Persistent=true

      [Install]
      WantedBy=timers.target

      """
    let cron =
      "\(minute) \(hour) * * * nice -n 10 "
      + ([program] + command + [home]).map(shellQuoted).joined(separator: " ")
    let serving = """
      [Unit]
      Description=Circadian: a page, and OpenAI's endpoints

      [Service]
      ExecStart=\(([program, "serve", "--home"] + [home]).map(systemdQuoted).joined(separator: " "))
      Restart=on-failure
      # Replies end at their next token, nights at their next step.
      TimeoutStopSec=60
      NoNewPrivileges=yes

      [Install]
      WantedBy=default.target

      """
    var report = Report(
      service: service, timer: timer, cron: cron, serving: invocation[serve] ? serving : nil,
      written: [])
    if invocation[write] {
      let folder = systemdFolder
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      var units = [("circadian.service", service), ("circadian.timer", timer)]
      if invocation[serve] { units.append(("circadian-serve.service", serving)) }
      for (name, text) in units {
        let file = folder.appendingPathComponent(name)
        try AtomicFile.write(Data(text.utf8), to: file)
        report.written.append(file.path)
      }
    }
    try invocation.report(report) {
      report.written.isEmpty
        ? "# circadian.service\n\(service)\n# circadian.timer\n\(timer)\n"
          + (report.serving.map { "# circadian-serve.service\n\($0)\n" } ?? "")
          + "# or a line for crontab -e\n\(cron)"
        : "written: " + report.written.joined(separator: ", ")
          + "\nto switch it on:\n  systemctl --user daemon-reload\n  systemctl --user enable --now circadian.timer"
          + (report.serving == nil ? "" : " circadian-serve.service")
    }
  }

  private func time(_ text: String) throws -> (hour: Int, minute: Int) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isNumber) }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
    else {
      throw CommandError("--at: expected a time such as 03:30, not '\(text)'", exitCode: .usage)
    }
    return (hour, minute)
  }

  private func twoDigits(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }

  private var systemdFolder: URL {
    let environment = ProcessInfo.processInfo.environment
    let configuration =
      environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
      ?? FileManager.default.homeDirectoryForCurrentUser.appendingPathComponent(".config")
    return configuration.appendingPathComponent("systemd/user", isDirectory: true)
  }

  /// Percent signs and dollars mean something in a unit file, and spaces part arguments.
  private func systemdQuoted(_ text: String) -> String {
    let escaped = text.replacingOccurrences(of: "\\", with: "\\\\")
      .replacingOccurrences(of: "\"", with: "\\\"").replacingOccurrences(of: "%", with: "%%")
      .replacingOccurrences(of: "$", with: "$$")
    return escaped.contains(where: \.isWhitespace) || escaped.contains("\\")
      ? "\"\(escaped)\"" : escaped
  }

  /// For a shell, and for cron, to which a percent sign is a line break.
  private func shellQuoted(_ text: String) -> String {
    let isPlain = text.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "/._-".contains($0))
    }
    return isPlain
      ? text
      : "'"
        + text.replacingOccurrences(of: "'", with: "'\\''").replacingOccurrences(
          of: "%", with: "\\%") + "'"
  }
}
