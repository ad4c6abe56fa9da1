import CSQLite

extension Journal {
  /// Step `i` brings a journal from version `i` to `i + 1`; a step once released never changes.
  private static let migrations = [
    """
    CREATE TABLE episodes (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL CHECK (kind IN ('document', 'conversation')),
      title TEXT NOT NULL,
      show TEXT,
      source TEXT,
      published TEXT,
      digest TEXT UNIQUE,
      read_at TEXT NOT NULL,
      text TEXT NOT NULL,
      annotations TEXT
    );
    CREATE TABLE turns (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      episode INTEGER NOT NULL REFERENCES episodes (id),
      role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
      text TEXT NOT NULL,
      at TEXT NOT NULL
    );
    CREATE INDEX turns_of_episode ON turns (episode, id);
    CREATE VIRTUAL TABLE episode_words USING fts5 (
      title, show, text, content = 'episodes', content_rowid = 'id',
      tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE TRIGGER episode_added AFTER INSERT ON episodes BEGIN
      INSERT INTO episode_words (rowid, title, show, text)
      VALUES (new.id, new.title, new.show, new.text);
    END;
    CREATE TRIGGER episode_changed AFTER UPDATE ON episodes BEGIN
      INSERT INTO episode_words (episode_words, rowid, title, show, text)
      VALUES ('delete', old.id, old.title, old.show, old.text);
      INSERT INTO episode_words (rowid, title, show, text)
      VALUES (new.id, new.title, new.show, new.text);
    END;
    """
  ]

  static var schemaVersion: Int { migrations.count }

  static func version(of database: Database) throws(IndividualError) -> Int {
    try database.rows("PRAGMA user_version") { $0.integer(0) }.first ?? 0
  }

  static func migrate(_ database: Database, from version: Int) throws(IndividualError) {
    for step in version..<schemaVersion {
      try database.transaction { () throws(IndividualError) in
        try database.runScript(migrations[step])
        try database.runScript("PRAGMA user_version = \(step + 1)")
      }
    }
  }

  static func requireFullTextSearch(in database: Database) throws(IndividualError) {
    let modules = try database.rows(
      "SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'"
    ) { $0.integer(0) }
    guard modules == [1] else {
      throw .fullTextSearchUnavailable(sqliteVersion: String(cString: sqlite3_libversion()))
    }
  }

  static func requireSoundness(of database: Database) throws(IndividualError) {
    let finding = try database.rows("PRAGMA quick_check(1)") { $0.text(0) }.first
    guard finding == "ok" else {
      let detail = finding.flatMap { $0 } ?? "no answer"
      throw .damaged(
        path: database.path, key: nil, expected: "a sound SQLite database (\(detail))")
    }
  }
}
