import CSQLite
import Foundation

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
    """,
    // Notes, and the calls and results of a turn. A table's checks cannot be changed, so it is made anew.
    """
    CREATE TABLE new_episodes (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      kind TEXT NOT NULL CHECK (kind IN ('document', 'conversation', 'note')),
      title TEXT NOT NULL,
      show TEXT,
      source TEXT,
      published TEXT,
      digest TEXT UNIQUE,
      read_at TEXT NOT NULL,
      text TEXT NOT NULL,
      annotations TEXT
    );
    INSERT INTO new_episodes SELECT * FROM episodes;
    DROP TABLE episodes;
    ALTER TABLE new_episodes RENAME TO episodes;
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
    ALTER TABLE turns ADD COLUMN parts TEXT;
    """,
    // Episodes can be removed.
    """
    CREATE TRIGGER episode_removed AFTER DELETE ON episodes BEGIN
      INSERT INTO episode_words (episode_words, rowid, title, show, text)
      VALUES ('delete', old.id, old.title, old.show, old.text);
    END;
    """,
    // What texts are compared by. A table of its own, since in a row of `episodes` it would lie behind the whole text.
    """
    CREATE TABLE sketches (
      episode INTEGER PRIMARY KEY REFERENCES episodes (id) ON DELETE CASCADE,
      sketch TEXT NOT NULL
    );
    """,
    // Conversations that a night has taken, and turns that were said otherwise afterwards.
    """
    ALTER TABLE episodes ADD COLUMN over_at TEXT;
    ALTER TABLE turns ADD COLUMN is_withdrawn INTEGER NOT NULL DEFAULT 0;
    """,
  ]

  static var schemaVersion: Int { migrations.count }

  static func version(of database: Database) throws(IndividualError) -> Int {
    try database.rows("PRAGMA user_version") { $0.integer(0) }.first ?? 0
  }

  /// Brings a journal to `target`; stopped in between, it is at one version or the next.
  static func migrate(
    _ database: Database, from version: Int, to target: Int = schemaVersion
  ) throws(IndividualError) {
    // Dropping a table that is about to be replaced would otherwise count as deleting what it holds.
    try database.run("PRAGMA foreign_keys = OFF")
    for step in version..<target {
      try database.transaction { () throws(IndividualError) in
        try database.runScript(migrations[step])
        try database.runScript("PRAGMA user_version = \(step + 1)")
      }
    }
    try database.run("PRAGMA foreign_keys = ON")
  }

  /// Creates a journal as a program of long ago left it, holding what `script` says in SQL.
  package static func create(at url: URL, version: Int, script: String) throws(IndividualError) {
    let database = try Database(path: url.path, access: .create)
    try migrate(database, from: 0, to: version)
    try database.runScript(script)
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
