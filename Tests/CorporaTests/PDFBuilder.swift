import Foundation

/// A PDF of printed lines, as small as the format allows.
struct PDFBuilder {
  var title: String?
  /// The lines of each page; an empty one leaves a gap.
  var pages: [[String]]

  var bytes: [UInt8] {
    let kids = pages.indices.map { "\(5 + 2 * $0) 0 R" }.joined(separator: " ")
    var objects = [
      "<< /Type /Catalog /Pages 2 0 R >>",
      "<< /Type /Pages /Kids [\(kids)] /Count \(pages.count) >>",
      "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
      "<< /Title (\(title ?? "")) /CreationDate (D:20230405060000Z) >>",
    ]
    for (index, lines) in pages.enumerated() {
      objects.append(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents \(6 + 2 * index) 0 R "
          + "/Resources << /Font << /F 3 0 R >> >> >>")
      let shown = lines.map { $0.isEmpty ? "0 -14 Td" : "(\($0)) Tj 0 -14 Td" }
      let stream = "BT /F 11 Tf 72 720 Td \(shown.joined(separator: "\n")) ET"
      objects.append("<< /Length \(stream.utf8.count) >>\nstream\n\(stream)\nendstream")
    }
    var file = "%PDF-1.4\n"
    var offsets: [Int] = []
    for (index, object) in objects.enumerated() {
      offsets.append(file.utf8.count)
      file += "\(index + 1) 0 obj\n\(object)\nendobj\n"
    }
    let table = file.utf8.count
    file += "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n"
    for offset in offsets { file += String(format: "%010d 00000 n \n", offset) }
    file += "trailer << /Size \(objects.count + 1) /Root 1 0 R /Info 4 0 R >>\n"
    file += "startxref\n\(table)\n%%EOF\n"
    return Array(file.utf8)
  }
}
