/// Comma-separated values (RFC 4180).
enum CommaSeparated {
  /// A record, and the line that it begins in.
  struct Record {
    var line: Int
    var fields: [String]
  }

  /// All records of valid UTF-8; empty lines are none.
  ///
  /// - Throws: `DocumentError` naming the line of a quote that is not closed, or that something other than a comma follows.
  static func records(_ bytes: [UInt8], path: String) throws(DocumentError) -> [Record] {
    var records: [Record] = []
    var record = Record(line: 1, fields: [])
    var field: [UInt8] = []
    var line = 1
    var isQuoted = false
    var index = 0
    func endField() {
      record.fields.append(String(decoding: field, as: UTF8.self))
      field = []
      isQuoted = false
    }
    func endRecord() {
      if !record.fields.isEmpty || !field.isEmpty || isQuoted {
        endField()
        records.append(record)
      }
      record = Record(line: line, fields: [])
    }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\"") where field.isEmpty && !isQuoted:
        isQuoted = true
        let opened = line
        while true {
          guard index < bytes.count else {
            throw .malformed(path: path, line: opened, expected: "a quote that is closed")
          }
          let inner = bytes[index]
          index += 1
          if inner != UInt8(ascii: "\"") {
            if inner == UInt8(ascii: "\n") { line += 1 }
            field.append(inner)
          } else if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
            field.append(inner)
            index += 1
          } else {
            break
          }
        }
      case UInt8(ascii: ","): endField()
      case UInt8(ascii: "\n"):
        line += 1
        endRecord()
      case UInt8(ascii: "\r") where index == bytes.count || bytes[index] == UInt8(ascii: "\n"):
        break
      case _ where isQuoted:
        throw .malformed(path: path, line: line, expected: "a comma behind a closing quote")
      default: field.append(byte)
      }
    }
    endRecord()
    return records
  }
}
