public import AWSSignature
import Foundation

/// Credentials and how long they are good.
public struct SessionCredentials: Hashable, Sendable {
    /// What signs.
    public let signing: SigningCredentials
    /// When they expire, in seconds since 1970; nil for those that do not.
    public let expiry: Int?

    /// Credentials.
    public init(_ signing: SigningCredentials, expiry: Int? = nil) {
        self.signing = signing
        self.expiry = expiry
    }

    /// Reads the JSON of the container endpoint, of IMDS and of `credential_process`.
    ///
    /// - Throws: ``CredentialError/malformedAnswer(_:)``.
    init(json: [UInt8], from source: CredentialError.Source) throws(CredentialError) {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(json)),
            let id = answer.AccessKeyId, let secret = answer.SecretAccessKey, !id.isEmpty, !secret.isEmpty,
            source != .process || answer.Version == 1
        else { throw .malformedAnswer(source) }
        signing = SigningCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: answer.Token ?? answer.SessionToken)
        expiry = try answer.Expiration.map { text throws(CredentialError) in try Self.seconds(text, from: source) }
    }

    /// Reads the XML of STS: the first element of each name.
    init(tokenService xml: String) throws(CredentialError) {
        func element(_ name: String) throws(CredentialError) -> String {
            guard let start = xml.firstRange(of: "<\(name)>"),
                let end = xml[start.upperBound...].firstRange(of: "</\(name)>"), start.upperBound < end.lowerBound
            else { throw .malformedAnswer(.tokenService) }
            // The values are base64 and dates, in which XML escapes nothing.
            return String(xml[start.upperBound..<end.lowerBound])
        }
        signing = SigningCredentials(
            accessKeyID: try element("AccessKeyId"), secretAccessKey: try element("SecretAccessKey"),
            sessionToken: try element("SessionToken"))
        expiry = try Self.seconds(try element("Expiration"), from: .tokenService)
    }

    /// Seconds since 1970 of a date of ISO 8601.
    static func seconds(_ text: String, from source: CredentialError.Source) throws(CredentialError) -> Int {
        let styles = [
            Date.ISO8601FormatStyle(includingFractionalSeconds: false),
            Date.ISO8601FormatStyle(includingFractionalSeconds: true),
        ]
        // `+00:00` is UTC too.
        let text = text.hasSuffix("+00:00") ? text.dropLast(6) + "Z" : text[...]
        guard let date = styles.lazy.compactMap({ try? $0.parse(String(text)) }).first else {
            throw .malformedAnswer(source)
        }
        return Int(date.timeIntervalSince1970)
    }

    private struct Answer: Decodable {
        let Version: Int?
        let AccessKeyId: String?
        let SecretAccessKey: String?
        let Token: String?
        let SessionToken: String?
        let Expiration: String?
    }
}
