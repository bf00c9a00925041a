import OutboundHTTP

/// Talks to one provider, with a deadline for the whole exchange and a limit for the body.
final class ProviderClient: Sendable {
    /// What came back.
    typealias Response = OutboundResponse

    /// Why nothing did.
    enum Fault: Error {
        case timedOut
        case tooLarge
        /// Holds the reason, for the log.
        case unreachable(String)
    }

    private let http: OutboundClient

    /// - Parameters:
    ///   - trustRoots: a PEM file of further certificate authorities.
    ///   - deadline: for one exchange, connecting and body included.
    init(trustRoots: String?, deadline: Duration) throws(ProviderConfigurationError) {
        do {
            http = try OutboundClient(trustedRootsFile: trustRoots, deadline: deadline)
        } catch {
            throw ProviderConfigurationError(description: "\(error); name the CA's certificate there")
        }
    }

    func get(
        _ url: EndpointURL, bearer: String? = nil, accept: String = "application/json", limit: Int
    ) async throws(Fault) -> Response {
        var fields = [(name: "Accept", value: accept)]
        if let bearer { fields.append(("Authorization", "Bearer " + bearer)) }
        return try await send(.get(url.target, fields: fields), limit: limit)
    }

    func post(_ url: EndpointURL, form: String, authorization: String?, limit: Int) async throws(Fault) -> Response {
        var fields = [
            (name: "Accept", value: "application/json"),
            (name: "Content-Type", value: "application/x-www-form-urlencoded"),
        ]
        if let authorization { fields.append(("Authorization", authorization)) }
        return try await send(.post(url.target, fields: fields, body: Array(form.utf8)), limit: limit)
    }

    /// Calls an operation of one of Amazon's JSON APIs, without a signature.
    func call(_ url: EndpointURL, target: String, json: [UInt8], limit: Int) async throws(Fault) -> Response {
        let fields = [
            (name: "Content-Type", value: "application/x-amz-json-1.1"), (name: "X-Amz-Target", value: target),
        ]
        return try await send(.post(url.target, fields: fields, body: json), limit: limit)
    }

    private func send(_ request: OutboundRequest, limit: Int) async throws(Fault) -> Response {
        do {
            return try await http.send(request, limit: limit)
        } catch {
            throw Self.fault(error)
        }
    }

    /// In the operator's words.
    private static func fault(_ fault: OutboundFault) -> Fault {
        switch fault {
        case .timedOut: .timedOut
        case .tooLarge: .tooLarge
        case .untrusted:
            .unreachable("its certificate is not trusted; name the authority's PEM file as TrustedRootsFile")
        case .otherHost: .unreachable("its certificate is for another host name")
        case .failed(let reason): .unreachable(reason)
        }
    }
}

extension OutboundResponse {
    var isSuccess: Bool { (200..<300).contains(status) }

    /// `type/subtype` in lower case, without parameters.
    var mediaType: String {
        let type = contentType.prefix { $0 != ";" && $0 != " " && $0 != "\t" }
        return type.lowercased()
    }
}
