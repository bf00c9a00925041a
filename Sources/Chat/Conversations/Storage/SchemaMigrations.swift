internal import GRDB

/// The database's schema, as the append-only list of steps that lead to it.
///
/// Times are milliseconds since 1970 UTC. Tables are STRICT, so a value of the wrong type is refused by SQLite itself.
enum SchemaMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 users, conversations, messages") { database in
            try database.execute(
                sql: """
                    CREATE TABLE user (
                        id TEXT PRIMARY KEY NOT NULL,
                        issuer TEXT NOT NULL,
                        subject TEXT NOT NULL,
                        display_name TEXT NOT NULL,
                        created_at INTEGER NOT NULL,
                        last_seen_at INTEGER NOT NULL,
                        UNIQUE (issuer, subject)
                    ) STRICT;

                    CREATE TABLE conversation (
                        id TEXT PRIMARY KEY NOT NULL,
                        owner_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
                        title TEXT NOT NULL,
                        title_source TEXT NOT NULL CHECK (title_source IN ('auto', 'user')),
                        created_at INTEGER NOT NULL,
                        updated_at INTEGER NOT NULL,
                        message_count INTEGER NOT NULL DEFAULT 0
                    ) STRICT;
                    CREATE INDEX conversation_by_owner ON conversation (owner_id, updated_at DESC);

                    CREATE TABLE message (
                        rowid INTEGER PRIMARY KEY,
                        id TEXT NOT NULL UNIQUE,
                        conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
                        owner_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
                        seq INTEGER NOT NULL,
                        role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
                        content TEXT NOT NULL CHECK (length(content) <= 1048576),
                        status TEXT NOT NULL
                            CHECK (status IN ('complete', 'streaming', 'stopped', 'interrupted', 'error')),
                        stop_reason TEXT,
                        error_code TEXT,
                        provider TEXT,
                        model_id TEXT,
                        simulated INTEGER NOT NULL DEFAULT 0 CHECK (simulated IN (0, 1)),
                        created_at INTEGER NOT NULL,
                        completed_at INTEGER,
                        UNIQUE (conversation_id, seq)
                    ) STRICT;
                    CREATE INDEX message_by_owner ON message (owner_id);
                    CREATE INDEX message_streaming ON message (status) WHERE status = 'streaming';
                    """)
        }
        migrator.registerMigration("2 bytes of a user") { database in
            // Kept by triggers, so that it holds however rows come and go; deleting a conversation fires them, too.
            let size = "length(CAST(%.content AS BLOB))"
            func bytes(_ row: String) -> String { size.replacing("%", with: row) }
            try database.execute(
                sql: """
                    ALTER TABLE user ADD COLUMN stored_bytes INTEGER NOT NULL DEFAULT 0;
                    UPDATE user SET stored_bytes = (
                        SELECT COALESCE(SUM(\(bytes("message")) + \(overhead)), 0) FROM message
                        WHERE message.owner_id = user.id);
                    CREATE TRIGGER message_added AFTER INSERT ON message BEGIN
                        UPDATE user SET stored_bytes = stored_bytes + \(bytes("NEW")) + \(overhead)
                        WHERE id = NEW.owner_id;
                    END;
                    CREATE TRIGGER message_changed AFTER UPDATE OF content ON message BEGIN
                        UPDATE user SET stored_bytes = stored_bytes + \(bytes("NEW")) - \(bytes("OLD"))
                        WHERE id = NEW.owner_id;
                    END;
                    CREATE TRIGGER message_removed AFTER DELETE ON message BEGIN
                        UPDATE user SET stored_bytes = stored_bytes - \(bytes("OLD")) - \(overhead)
                        WHERE id = OLD.owner_id;
                    END;
                    """)
        }
        registerThird(in: &migrator)
        return migrator
    }

    /// As it was when the second step was released; it never changes.
    private static let overhead = 512
}
