extension UserPoolStore {
    /// Aliases, second factors, codes, former passwords, groups with roles, clients, settings, refresh tokens that are replaced.
    ///
    /// `passwordChallenge` gives way to `challenge`; who was choosing a password signs in once more.
    static let accountsSchema = """
        ALTER TABLE user ADD COLUMN srpSalt BLOB;
        ALTER TABLE user ADD COLUMN srpVerifier BLOB;
        ALTER TABLE user ADD COLUMN isMFAEnabled INTEGER NOT NULL DEFAULT FALSE;
        ALTER TABLE user ADD COLUMN isMFAPreferred INTEGER NOT NULL DEFAULT FALSE;

        CREATE TABLE alias (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX aliasBySubject ON alias (subject);

        CREATE TABLE formerPassword (
            id INTEGER NOT NULL PRIMARY KEY,
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            passwordHash TEXT NOT NULL
        ) STRICT;
        CREATE INDEX formerPasswordBySubject ON formerPassword (subject);

        ALTER TABLE userGroup ADD COLUMN roleARN TEXT;
        ALTER TABLE userGroup ADD COLUMN modifiedAt INTEGER NOT NULL DEFAULT 0;
        UPDATE userGroup SET modifiedAt = createdAt;
        CREATE INDEX membershipByGroup ON membership (groupName, subject);

        CREATE TABLE softwareToken (
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            isVerified INTEGER NOT NULL,
            secret BLOB NOT NULL,
            deviceName TEXT,
            lastStep INTEGER NOT NULL DEFAULT 0,
            createdAt INTEGER NOT NULL,
            PRIMARY KEY (subject, isVerified)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE recoveryCode (
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            digest BLOB NOT NULL,
            PRIMARY KEY (subject, digest)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE confirmationCode (
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            purpose TEXT NOT NULL,
            digest BLOB NOT NULL,
            salt BLOB NOT NULL,
            failures INTEGER NOT NULL DEFAULT 0,
            expiresAt INTEGER NOT NULL,
            PRIMARY KEY (subject, purpose)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE codeEvent (
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            purpose TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX codeEventBySubject ON codeEvent (subject, purpose, at);
        CREATE INDEX codeEventByTime ON codeEvent (at);

        DROP TABLE passwordChallenge;
        CREATE TABLE challenge (
            digest BLOB NOT NULL PRIMARY KEY,
            subject TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
            step TEXT NOT NULL,
            clientID TEXT,
            expiresAt INTEGER NOT NULL,
            usedAt INTEGER
        ) STRICT;
        CREATE INDEX challengeBySubject ON challenge (subject);

        CREATE TABLE usedProof (
            digest BLOB NOT NULL PRIMARY KEY,
            expiresAt INTEGER NOT NULL
        ) STRICT;

        ALTER TABLE refreshToken ADD COLUMN replacedAt INTEGER;
        ALTER TABLE browserSession ADD COLUMN usedMFA INTEGER NOT NULL DEFAULT FALSE;
        ALTER TABLE authorizationCode ADD COLUMN usedMFA INTEGER NOT NULL DEFAULT FALSE;
        ALTER TABLE signIn ADD COLUMN usedMFA INTEGER NOT NULL DEFAULT FALSE;

        CREATE TABLE client (
            id TEXT NOT NULL PRIMARY KEY,
            settings TEXT NOT NULL,
            secret BLOB,
            document TEXT NOT NULL,
            createdAt INTEGER NOT NULL,
            modifiedAt INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE document (
            name TEXT NOT NULL PRIMARY KEY,
            content TEXT NOT NULL,
            modifiedAt INTEGER NOT NULL
        ) STRICT;
        """
}
