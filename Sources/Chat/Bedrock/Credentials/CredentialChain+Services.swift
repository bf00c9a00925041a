import AWSSignature
import Foundation
import NIOCore

extension CredentialChain {
    // MARK: The token service

    /// `AssumeRoleWithWebIdentity`: the token is read anew each time, for it is renewed on disk.
    func assumeRole(
        _ role: String, session: String?, tokenFile: String, _ profiles: ProfileFiles
    ) async throws(CredentialError) -> SessionCredentials {
        let form = Self.form([
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", session ?? "gatehouse-chat"),
            ("WebIdentityToken", try environment.contents(of: tokenFile)),
        ])
        return try await tokenService(form, signedBy: nil)
    }

    /// `AssumeRole`, signed with the credentials of a profile's source.
    func assumeRole(
        _ role: String, session: String?, externalID: String?, with credentials: SigningCredentials,
        _ profiles: ProfileFiles
    ) async throws(CredentialError) -> SessionCredentials {
        let form = Self.form(
            [
                ("Action", "AssumeRole"), ("Version", "2011-06-15"), ("RoleArn", role),
                ("RoleSessionName", session ?? "gatehouse-chat"),
            ] + (externalID.map { [("ExternalId", $0)] } ?? []))
        return try await tokenService(form, signedBy: credentials)
    }

    private func tokenService(
        _ form: String, signedBy credentials: SigningCredentials?
    ) async throws(CredentialError) -> SessionCredentials {
        let region = environment.region ?? BedrockRegion.standard
        guard let endpoint = ServiceEndpoint(environment.endpoint("STS") ?? "https://sts.\(region).amazonaws.com")
        else {
            throw .unreachable(.tokenService)
        }
        let path = endpoint.path("/")
        var headers = [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")]
        if let credentials {
            let request = SignableRequest(
                method: "POST", path: path, headers: [("Host", endpoint.host)] + headers, body: .bytes(Array(form.utf8))
            )
            let time = SigningTime(secondsSince1970: now())
            headers += RequestSigner(region: region, service: "sts").headers(for: request, with: credentials, at: time)
        }
        let answer = try await remote.send(
            "POST", endpoint.url(path), headers: headers, body: form, from: .tokenService, timeout: .seconds(10),
            retries: 2)
        return try good(SessionCredentials(tokenService: String(decoding: answer, as: UTF8.self)), from: .tokenService)
    }

    private static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\($0.0)=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }

    // MARK: Containers

    /// The endpoint of ECS and of EKS Pod Identity; nil when neither is named.
    func fromContainer() async throws(CredentialError) -> SessionCredentials? {
        let url: String
        if let path = environment.value("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
            url = "http://169.254.170.2\(path.hasPrefix("/") ? "" : "/")\(path)"
        } else if let full = environment.value("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            guard Self.mayGetContainerToken(full) else { throw .forbiddenAddress }
            url = full
        } else {
            return nil
        }
        var headers = [("Accept", "application/json")]
        var token = environment.value("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        if let file = environment.value("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            token = try environment.contents(of: file)
        }
        if let token {
            guard !token.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { throw .malformedAnswer(.container) }
            headers.append(("Authorization", token))
        }
        let answer = try await local.send(
            "GET", url, headers: headers, from: .container, timeout: patience.container, retries: 2)
        return try good(SessionCredentials(json: answer, from: .container), from: .container)
    }

    /// Whether an address may be sent the container's token: encrypted, or on this host.
    static func mayGetContainerToken(_ url: String) -> Bool {
        guard let components = URLComponents(string: url), let host = components.host?.lowercased(), !host.isEmpty,
            components.user == nil
        else { return false }
        if components.scheme?.lowercased() == "https" { return true }
        guard components.scheme?.lowercased() == "http" else { return false }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if ["localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(bare) { return true }
        let parts = bare.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    // MARK: Instances

    /// The instance metadata service, version 2 alone; nil where there is none.
    func fromInstance() async throws(CredentialError) -> SessionCredentials? {
        guard !environment.isTrue("AWS_EC2_METADATA_DISABLED") else { return nil }
        let isIPv6 = environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")?.lowercased() == "ipv6"
        var base =
            environment.value("AWS_EC2_METADATA_SERVICE_ENDPOINT")
            ?? (isIPv6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254")
        while base.hasSuffix("/") { base.removeLast() }
        let token: [UInt8]
        do {
            token = try await local.send(
                "PUT", "\(base)/latest/api/token", headers: [("x-aws-ec2-metadata-token-ttl-seconds", "21600")],
                from: .instance, timeout: patience.instance)
        } catch .unreachable {
            // Not on an instance.
            return nil
        }
        let headers = [("x-aws-ec2-metadata-token", String(decoding: token, as: UTF8.self))]
        let place = "\(base)/latest/meta-data/iam/security-credentials/"
        let role: String
        do {
            let answer = try await local.send(
                "GET", place, headers: headers, from: .instance, timeout: patience.instance, retries: 1)
            role = String(decoding: answer, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        } catch .refused(_, status: 404) {
            // An instance without a role.
            return nil
        }
        let answer = try await local.send(
            "GET", place + PercentEncoding.encode(role), headers: headers, from: .instance, timeout: patience.instance,
            retries: 1)
        let found = try SessionCredentials(json: answer, from: .instance)
        guard let expiry = found.expiry, expiry < now() + CredentialCache.advisory else { return found }
        // While the service cannot renew them they go on being accepted: used for 15 to 25 minutes more, then asked for again.
        return SessionCredentials(
            found.signing, expiry: now() + CredentialCache.advisory + Int.random(in: 120...600))
    }
}
