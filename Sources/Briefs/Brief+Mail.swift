import Foundation

extension Brief {
  /// A message (RFC 5322) with the page, and with plain text for whom shows none.
  var mail: String {
    let boundary = "=_brief-\(individual)-\(night)"
    let address = "\(individual) <\(individual)@circadian.invalid>"
    func part(_ type: String, _ text: String) -> [String] {
      [
        "--\(boundary)", "Content-Type: \(type); charset=utf-8",
        "Content-Transfer-Encoding: base64", "",
      ] + Self.lines(Data(text.utf8)) + [""]
    }
    let lines =
      [
        "From: \(address)", "To: \(address)", "Subject: \(heading)",
        "Date: \(Self.mailDate(date))",
        "Message-ID: <\(individual).\(night).\(Int(date.timeIntervalSince1970))@circadian.invalid>",
        "MIME-Version: 1.0", "Content-Type: multipart/alternative; boundary=\"\(boundary)\"", "",
      ] + part("text/plain", plainText) + part("text/html", html) + ["--\(boundary)--", ""]
    return lines.joined(separator: "\r\n")
  }

  /// In lines of 76 characters, as RFC 2045 has them.
  private static func lines(_ data: Data) -> [String] {
    let encoded = Array(data.base64EncodedString().utf8)
    return stride(from: 0, to: encoded.count, by: 76).map {
      String(decoding: encoded[$0..<min($0 + 76, encoded.count)], as: UTF8.self)
    }
  }

  /// "Sun, 29 Nov 2026 07:00:00 +0000".
  private static func mailDate(_ date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss Z"
    return formatter.string(from: date)
  }
}
