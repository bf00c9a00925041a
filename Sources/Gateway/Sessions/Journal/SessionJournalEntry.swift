/// One line of the journal.
enum SessionJournalEntry: Equatable {
    case began(Image)
    case changed(SessionDigest, SessionTokens.Packed)
    case seen(SessionDigest, at: Int)
    case ended(SessionDigest)
    case revoked(SessionDigest, until: Int)
    case closed(SessionDigest, at: Int)

    /// A session as it is written down.
    struct Image: Equatable {
        var digest: SessionDigest
        var provider: SessionProvider
        var createdAt: Int
        var expiresAt: Int
        var idleTimeout: Int
        var seenAt: Int
        var packed: SessionTokens.Packed
    }

    private enum Kind: UInt8 {
        case began = 1, changed, seen, ended, revoked, closed
    }

    init(_ change: SessionChange) {
        self =
            switch change {
            case .began(let record):
                .began(
                    Image(
                        digest: record.digest, provider: record.provider, createdAt: record.createdAt,
                        expiresAt: record.expiresAt, idleTimeout: record.idleTimeout, seenAt: record.seenAt,
                        packed: record.packedTokens))
            case .changed(let record): .changed(record.digest, record.packedTokens)
            case .seen(let record): .seen(record.digest, at: record.seenAt)
            case .ended(let digest): .ended(digest)
            case .revoked(let digest, let until): .revoked(digest, until: until)
            case .closed(let scope, let at): .closed(scope.digest, at: at)
            }
    }

    /// Nil for what ``bytes`` has not made.
    init?(_ bytes: [UInt8]) {
        var fields = PackedFields.Reader(bytes)
        guard let kind = fields.slice()?.first.flatMap(Kind.init),
            let digest = fields.next().flatMap({ SessionDigest($0) })
        else { return nil }
        switch kind {
        case .began:
            guard let issuer = fields.text(), let client = fields.text(), let cookieName = fields.text(),
                let createdAt = fields.integer(),
                let expiresAt = fields.integer(), let idleTimeout = fields.integer(), let seenAt = fields.integer(),
                let packed = fields.next().flatMap({ SessionTokens.Packed($0) })
            else { return nil }
            self = .began(
                Image(
                    digest: digest, provider: SessionProvider(issuer: issuer, client: client, cookieName: cookieName),
                    createdAt: createdAt,
                    expiresAt: expiresAt, idleTimeout: idleTimeout, seenAt: seenAt, packed: packed))
        case .changed:
            guard let packed = fields.next().flatMap({ SessionTokens.Packed($0) }) else { return nil }
            self = .changed(digest, packed)
        case .seen:
            guard let at = fields.integer() else { return nil }
            self = .seen(digest, at: at)
        case .ended: self = .ended(digest)
        case .revoked:
            guard let until = fields.integer() else { return nil }
            self = .revoked(digest, until: until)
        case .closed:
            guard let at = fields.integer() else { return nil }
            self = .closed(digest, at: at)
        }
        guard fields.isAtEnd else { return nil }
    }

    var bytes: [UInt8] {
        var fields = PackedFields()
        func begin(_ kind: Kind, _ digest: SessionDigest) {
            fields.append([kind.rawValue])
            fields.append(digest.bytes)
        }
        switch self {
        case .began(let image):
            begin(.began, image.digest)
            fields.append(image.provider.issuer.utf8)
            fields.append(image.provider.client.utf8)
            fields.append(image.provider.cookieName.utf8)
            for number in [image.createdAt, image.expiresAt, image.idleTimeout, image.seenAt] {
                fields.append(integer: number)
            }
            fields.append(image.packed.bytes)
        case .changed(let digest, let packed):
            begin(.changed, digest)
            fields.append(packed.bytes)
        case .seen(let digest, let at):
            begin(.seen, digest)
            fields.append(integer: at)
        case .ended(let digest):
            begin(.ended, digest)
        case .revoked(let digest, let until):
            begin(.revoked, digest)
            fields.append(integer: until)
        case .closed(let digest, let at):
            begin(.closed, digest)
            fields.append(integer: at)
        }
        return fields.bytes
    }
}
