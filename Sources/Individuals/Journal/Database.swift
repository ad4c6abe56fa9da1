import CSQLite
import Foundation

/// One connection to an SQLite file.
final class Database {
  enum Access {
    case create, write, read
  }

  fileprivate let handle: OpaquePointer
  let path: String

  /// Throws `IndividualError`; `.write` and `.read` never create a missing file.
  init(path: String, access: Access) throws(IndividualError) {
    var opened: OpaquePointer?
    // A reader too opens for writing, because a log that a killed writer left must be replayed.
    let flags = SQLITE_OPEN_READWRITE | (access == .create ? SQLITE_OPEN_CREATE : 0)
    let code = sqlite3_open_v2(path, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(opened)
      throw .journalFailed(path: path, reason: message)
    }
    self.handle = opened
    self.path = path
    sqlite3_extended_result_codes(opened, 1)
    sqlite3_busy_timeout(opened, 5000)
    if access == .create { try run("PRAGMA journal_mode = WAL") }
    try run("PRAGMA synchronous = FULL")
    try run("PRAGMA foreign_keys = ON")
    if access == .read { try run("PRAGMA query_only = ON") }
  }

  deinit { sqlite3_close_v2(handle) }

  var lastInsertedID: Int { Int(sqlite3_last_insert_rowid(handle)) }

  /// Runs one statement and ignores its rows.
  func run(_ sql: String, _ values: SQLValue...) throws(IndividualError) {
    let statement = try Statement(sql, on: self)
    try statement.bind(values)
    while try statement.step() {}
  }

  /// Runs one statement and turns each row into a value.
  func rows<Row>(
    _ sql: String, _ values: SQLValue..., row: (borrowing Statement) throws(IndividualError) -> Row
  ) throws(IndividualError) -> [Row] {
    let statement = try Statement(sql, on: self)
    try statement.bind(values)
    var rows = [Row]()
    while try statement.step() { rows.append(try row(statement)) }
    return rows
  }

  /// Runs several statements separated by semicolons.
  func runScript(_ sql: String) throws(IndividualError) {
    try check(sqlite3_exec(handle, sql, nil, nil, nil))
  }

  /// Does all of `body`, or nothing of it when it throws or the process ends.
  func transaction<Result>(
    _ body: () throws(IndividualError) -> Result
  ) throws(IndividualError) -> Result {
    try run("BEGIN IMMEDIATE")
    do throws(IndividualError) {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      // Fails when SQLite has rolled back by itself, as after a full disk.
      sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
      throw error
    }
  }

  fileprivate func check(_ code: Int32) throws(IndividualError) {
    switch code & 0xff {
    case SQLITE_OK, SQLITE_ROW, SQLITE_DONE: return
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      throw .damaged(
        path: path, key: nil, expected: "a sound SQLite database (\(message))")
    case SQLITE_BUSY, SQLITE_LOCKED: throw .journalBusy(path: path)
    default: throw .journalFailed(path: path, reason: message)
    }
  }

  private var message: String {
    let text = String(cString: sqlite3_errmsg(handle))
    let system = sqlite3_system_errno(handle)
    guard system != 0, sqlite3_errcode(handle) & 0xff == SQLITE_IOERR else { return text }
    return "\(text): \(String(cString: strerror(system)))"
  }
}

/// A value that SQLite stores.
enum SQLValue: ExpressibleByNilLiteral {
  case integer(Int)
  case text(String)
  case null

  init(nilLiteral: ()) { self = .null }

  init(_ text: String?) { self = text.map(SQLValue.text) ?? .null }
}

/// A prepared statement, finalized when its owner lets go of it.
struct Statement: ~Copyable {
  private let handle: OpaquePointer
  // Held, because a statement must be finalized before its connection goes.
  private let database: Database

  init(_ sql: String, on database: Database) throws(IndividualError) {
    var prepared: OpaquePointer?
    try database.check(sqlite3_prepare_v2(database.handle, sql, -1, &prepared, nil))
    guard let prepared else {
      throw .journalFailed(path: database.path, reason: "\"\(sql)\" is not a statement")
    }
    self.handle = prepared
    self.database = database
  }

  deinit { sqlite3_finalize(handle) }

  func bind(_ values: [SQLValue]) throws(IndividualError) {
    for (index, value) in values.enumerated() {
      let position = Int32(index + 1)
      let code =
        switch value {
        case .integer(let number): sqlite3_bind_int64(handle, position, Int64(number))
        case .null: sqlite3_bind_null(handle, position)
        case .text(let text): bind(text, at: position)
        }
      try database.check(code)
    }
  }

  private func bind(_ text: String, at position: Int32) -> Int32 {
    var text = text
    // SQLITE_TRANSIENT, a cast that Swift does not import: SQLite makes its own copy.
    let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else {
          return sqlite3_bind_text(handle, position, "", 0, copies)
        }
        return sqlite3_bind_text64(
          handle, position, start, UInt64(characters.count), copies, UInt8(SQLITE_UTF8))
      }
    }
  }

  /// Goes to the next row; false when there is none.
  func step() throws(IndividualError) -> Bool {
    let code = sqlite3_step(handle)
    try database.check(code)
    return code == SQLITE_ROW
  }

  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

  func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

  /// Nil for NULL.
  func text(_ column: Int32) -> String? {
    guard let start = sqlite3_column_text(handle, column) else { return nil }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// The date that `column` holds as text; any other content is damage.
  func date(_ column: Int32, key: String) throws(IndividualError) -> Date {
    let found = text(column)
    if let found, let date = try? Date(found, strategy: .iso8601) { return date }
    throw .damaged(
      path: database.path, key: key, expected: "a date such as 2026-01-31T08:00:00Z")
  }

  /// The case of an enumeration that `column` names; any other content is damage.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ column: Int32, key: String
  ) throws(IndividualError) -> Choice where Choice.RawValue == String {
    if let choice = text(column).flatMap(Choice.init) { return choice }
    let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw .damaged(path: database.path, key: key, expected: "one of \(known)")
  }
}
