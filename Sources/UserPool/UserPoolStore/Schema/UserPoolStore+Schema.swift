import GRDB

extension UserPoolStore {
    /// Every schema there has been, oldest first. A released migration is never changed.
    ///
    /// Times are Unix seconds but for `signInAttempt.lastAttemptAt` (milliseconds); digests are SHA-256.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 users, sign-ins, codes, sessions") { try $0.execute(sql: schema1) }
        migrator.registerMigration("2 attempts by source") { try $0.execute(sql: schema2) }
        migrator.registerMigration("3 sessions of sign-ins, logout notices") {
            try $0.execute(sql: logoutNoticeSchema)
        }
        migrator.registerMigration("4 aliases, second factors, codes, groups, clients, settings") {
            try $0.execute(sql: accountsSchema)
        }
        return migrator
    }

    private static let schema1 = """
        CREATE TABLE user (
            subject TEXT NOT NULL PRIMARY KEY,
            username TEXT NOT NULL,
            usernameKey TEXT NOT NULL UNIQUE,
            status TEXT NOT NULL,
            isEnabled INTEGER NOT NULL,
            attributes TEXT NOT NULL,
            passwordHash TEXT,
            temporaryPasswordExpiresAt INTEGER,
            createdAt INTEGER NOT NULL,
            modifiedAt INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE userGroup (
            name TEXT NOT NULL PRIMARY KEY,
            description TEXT NOT NULL DEFAULT '',
            precedence INTEGER,
            createdAt INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE membership (
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            groupName TEXT NOT NULL REFERENCES userGroup ON DELETE CASCADE,
            PRIMARY KEY (subject, groupName)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE signInAttempt (
            usernameKey TEXT NOT NULL PRIMARY KEY,
            failures INTEGER NOT NULL,
            lastAttemptAt INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE signIn (
            id TEXT NOT NULL PRIMARY KEY,
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            clientID TEXT NOT NULL,
            scopes TEXT NOT NULL,
            authenticatedAt INTEGER NOT NULL,
            expiresAt INTEGER NOT NULL,
            revokedAt INTEGER
        ) STRICT;
        CREATE INDEX signInBySubject ON signIn (subject);

        CREATE TABLE authorizationCode (
            digest BLOB NOT NULL PRIMARY KEY,
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            clientID TEXT NOT NULL,
            redirectURI TEXT NOT NULL,
            scopes TEXT NOT NULL,
            nonce TEXT,
            codeChallenge TEXT,
            authenticatedAt INTEGER NOT NULL,
            expiresAt INTEGER NOT NULL,
            usedAt INTEGER,
            signInID TEXT REFERENCES signIn ON DELETE SET NULL
        ) STRICT;
        CREATE INDEX authorizationCodeBySubject ON authorizationCode (subject);
        CREATE INDEX authorizationCodeBySignIn ON authorizationCode (signInID);

        CREATE TABLE refreshToken (
            digest BLOB NOT NULL PRIMARY KEY,
            signInID TEXT NOT NULL REFERENCES signIn ON DELETE CASCADE,
            expiresAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX refreshTokenBySignIn ON refreshToken (signInID);

        CREATE TABLE browserSession (
            digest BLOB NOT NULL PRIMARY KEY,
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            authenticatedAt INTEGER NOT NULL,
            expiresAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX browserSessionBySubject ON browserSession (subject);

        CREATE TABLE passwordChallenge (
            digest BLOB NOT NULL PRIMARY KEY,
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            expiresAt INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX passwordChallengeBySubject ON passwordChallenge (subject);
        """

    /// Attempts are counted by name and source. What was counted by name alone is forgotten: it would last for minutes.
    private static let schema2 = """
        DROP TABLE signInAttempt;
        CREATE TABLE signInAttempt (
            usernameKey TEXT NOT NULL,
            source TEXT NOT NULL,
            failures INTEGER NOT NULL,
            lastAttemptAt INTEGER NOT NULL,
            PRIMARY KEY (usernameKey, source)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX signInAttemptByTime ON signInAttempt (lastAttemptAt);
        """
}
