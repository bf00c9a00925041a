internal import GRDB

extension SchemaMigrations {
    /// Branches, pins, instructions, deletion with undo, what answers took, and search.
    static func registerThird(in migrator: inout DatabaseMigrator) {
        migrator.registerMigration("3 branches, deletion with undo") { database in
            try database.execute(
                sql: """
                    ALTER TABLE conversation ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
                    ALTER TABLE conversation ADD COLUMN instructions TEXT;
                    ALTER TABLE conversation ADD COLUMN deleted_at INTEGER;
                    -- The last message of the branch that is shown.
                    ALTER TABLE conversation ADD COLUMN leaf_id TEXT;
                    CREATE INDEX conversation_deleted ON conversation (deleted_at) WHERE deleted_at IS NOT NULL;

                    ALTER TABLE message ADD COLUMN parent_id TEXT;
                    ALTER TABLE message ADD COLUMN input_tokens INTEGER;
                    ALTER TABLE message ADD COLUMN output_tokens INTEGER;
                    ALTER TABLE message ADD COLUMN cost_micro_usd INTEGER;
                    ALTER TABLE message ADD COLUMN estimated INTEGER CHECK (estimated IN (0, 1));
                    ALTER TABLE message ADD COLUMN first_token_ms INTEGER;
                    ALTER TABLE message ADD COLUMN latency_ms INTEGER;

                    -- So far an answer that was tried again stood before the next one; now both answer the question.
                    UPDATE message SET parent_id = (
                        SELECT earlier.id FROM message AS earlier
                        WHERE earlier.conversation_id = message.conversation_id AND earlier.seq < message.seq
                            AND (message.role = 'user' OR earlier.role = 'user')
                        ORDER BY earlier.seq DESC LIMIT 1);
                    UPDATE conversation SET leaf_id = (
                        SELECT id FROM message WHERE conversation_id = conversation.id ORDER BY seq DESC LIMIT 1);
                    CREATE INDEX message_by_parent ON message (conversation_id, parent_id, seq);
                    """)
        }
        migrator.registerMigration("4 search") { database in
            // An answer is in the index once it is written: while it grows, each step would index all of it again.
            let add = "INSERT INTO message_search (rowid, content, owner_id)"
            let drop = "INSERT INTO message_search (message_search, rowid, content, owner_id) VALUES ('delete'"
            try database.execute(
                sql: """
                    CREATE VIRTUAL TABLE message_search USING fts5(
                        content, owner_id, content = 'message', content_rowid = 'rowid',
                        tokenize = 'unicode61 remove_diacritics 2');
                    \(add) SELECT rowid, content, owner_id FROM message WHERE status <> 'streaming';
                    CREATE TRIGGER message_search_added AFTER INSERT ON message WHEN NEW.status <> 'streaming' BEGIN
                        \(add) VALUES (NEW.rowid, NEW.content, NEW.owner_id);
                    END;
                    CREATE TRIGGER message_search_ended AFTER UPDATE OF status ON message
                    WHEN OLD.status = 'streaming' AND NEW.status <> 'streaming' BEGIN
                        \(add) VALUES (NEW.rowid, NEW.content, NEW.owner_id);
                    END;
                    CREATE TRIGGER message_search_resumed AFTER UPDATE OF status ON message
                    WHEN OLD.status <> 'streaming' AND NEW.status = 'streaming' BEGIN
                        \(drop), OLD.rowid, OLD.content, OLD.owner_id);
                    END;
                    CREATE TRIGGER message_search_removed AFTER DELETE ON message WHEN OLD.status <> 'streaming' BEGIN
                        \(drop), OLD.rowid, OLD.content, OLD.owner_id);
                    END;
                    """)
        }
        migrator.registerMigration("5 usage") { database in
            try database.execute(
                sql: """
                    -- What each answer took. It outlives the conversation and says nothing about it.
                    CREATE TABLE usage (
                        rowid INTEGER PRIMARY KEY,
                        owner_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
                        day INTEGER NOT NULL,
                        provider TEXT NOT NULL,
                        model_id TEXT NOT NULL,
                        status TEXT NOT NULL,
                        input_tokens INTEGER NOT NULL,
                        output_tokens INTEGER NOT NULL,
                        cost_micro_usd INTEGER,
                        estimated INTEGER NOT NULL CHECK (estimated IN (0, 1)),
                        first_token_ms INTEGER,
                        latency_ms INTEGER NOT NULL,
                        created_at INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX usage_by_day ON usage (day);

                    -- The sum of a user's day, kept with each answer, so that a limit is checked by reading one row.
                    CREATE TABLE usage_daily (
                        owner_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
                        day INTEGER NOT NULL,
                        answers INTEGER NOT NULL,
                        failures INTEGER NOT NULL,
                        input_tokens INTEGER NOT NULL,
                        output_tokens INTEGER NOT NULL,
                        cost_micro_usd INTEGER NOT NULL,
                        PRIMARY KEY (owner_id, day)
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        migrator.registerMigration("6 attachments") { database in
            try database.execute(
                sql: """
                    CREATE TABLE attachment (
                        id TEXT PRIMARY KEY NOT NULL,
                        owner_id TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
                        conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
                        name TEXT NOT NULL,
                        format TEXT NOT NULL,
                        size INTEGER NOT NULL,
                        bytes BLOB NOT NULL CHECK (length(bytes) = size),
                        created_at INTEGER NOT NULL
                    ) STRICT;
                    CREATE INDEX attachment_by_conversation ON attachment (conversation_id);
                    -- Another wording of a question has the same files.
                    CREATE TABLE message_attachment (
                        message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
                        place INTEGER NOT NULL,
                        attachment_id TEXT NOT NULL REFERENCES attachment (id) ON DELETE CASCADE,
                        PRIMARY KEY (message_id, place)
                    ) STRICT, WITHOUT ROWID;
                    CREATE INDEX message_attachment_by_file ON message_attachment (attachment_id);
                    CREATE TRIGGER attachment_added AFTER INSERT ON attachment BEGIN
                        UPDATE user SET stored_bytes = stored_bytes + NEW.size + 512 WHERE id = NEW.owner_id;
                    END;
                    CREATE TRIGGER attachment_removed AFTER DELETE ON attachment BEGIN
                        UPDATE user SET stored_bytes = stored_bytes - OLD.size - 512 WHERE id = OLD.owner_id;
                    END;
                    """)
        }
    }
}
