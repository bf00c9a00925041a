import HTTP1
import Sessions

/// A form that was sent when its user's session was over, kept until he has signed in and says that it shall go on.
struct HeldRequest: Sendable {
    /// Whose it is, once known.
    struct Owner: Sendable, Equatable {
        let issuer: String
        let client: String
        let subject: String
    }

    /// `POST`
    let method: String
    /// Path and query in canonical form.
    let target: String
    /// `https://host[:port]` as the browser used it.
    let origin: String
    /// What describes the body, and where the user came from.
    let fields: [(name: String, value: String)]
    var body: [UInt8] = []
    /// In seconds since 1970.
    let heldAt: Int
    /// The room it takes.
    let room: HeldRequestRoom.Share
    var owner: Owner?

    /// `Content-Type`, if the browser named one.
    var contentType: String? { fields.first { $0.name == "Content-Type" }?.value }

    /// Seconds until a request that nobody asks for is dropped: as long as a sign-in may take.
    static let lifetime = 900

    /// Names in lower case and as they are written.
    static let keptFields = [
        "content-type": "Content-Type", "content-encoding": "Content-Encoding",
        "content-language": "Content-Language", "referer": "Referer",
    ]
}

extension HeldRequest.Owner {
    init(_ record: SessionRecord) {
        self.init(issuer: record.issuer, client: record.client, subject: record.subject)
    }
}
