import AWSSignature
import Accounts
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Logging
import NIOCore
import Operations
import UserPoolStore

/// `POST /`: the JSON API (AWS JSON 1.1), with or without an administrator's operations.
struct APIEndpoint: Sendable {
    /// Which operations are served.
    enum Access: Sendable {
        /// Those that need no signature, to anybody; the gateway's listener.
        case everybody
        /// All, the signed ones to administrators; their socket and port.
        case administrators(AdministratorAccess)
    }

    let service: CognitoService
    let access: Access
    /// Seconds a request may take to arrive.
    let requestSeconds: Int
    /// Unix seconds.
    let now: @Sendable () -> Int

    func add(to router: Router<PoolContext>) {
        router.post("/") { request, context in try await answer(request, context) }
    }

    private func answer(_ request: Request, _ context: PoolContext) async throws -> Response {
        var name = "none"
        do {
            let operation = try operation(of: request)
            name = operation.name
            let body = try await body(of: request, operation)
            let key = try authorize(operation, request, body)
            if let key {
                context.logger.notice("Administrator's operation", metadata: ["operation": "\(name)", "key": "\(key)"])
            }
            let input = try APIInput(body, operation.input)
            let output = try await service.perform(
                operation, input, source: source(of: request), logger: context.logger)
            return Self.response(output)
        } catch let error as CancellationError {
            throw error
        } catch {
            let refusal = error as? APIError ?? (error is UserPoolStore.Overloaded ? .tooManyRequests : nil)
            guard let refusal else {
                context.logger.error(
                    "An API request failed inside the pool", metadata: ["operation": "\(name)", "error": "\(error)"])
                return Self.response(.internalError)
            }
            context.logger.notice(
                "API request refused", metadata: ["operation": "\(name)", "type": "\(refusal.type)"])
            return Self.response(refusal)
        }
    }

    private func operation(of request: Request) throws(APIError) -> APIOperation {
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased()
        guard type?.filter({ $0 != " " }) == "application/x-amz-json-1.1" else {
            throw .serialization("The Content-Type of requests is application/x-amz-json-1.1.")
        }
        guard let target = request.headers[.amzTarget], let operation = APIOperation(target: target) else {
            throw .unknownOperation
        }
        if case .everybody = access, operation.isSigned {
            throw .accessDenied(
                "\(operation.name) is for administrators: ask the pool's API port (gatehouse up --pool-api) or its admin socket."
            )
        }
        return operation
    }

    private func body(of request: Request, _ operation: APIOperation) async throws -> [UInt8] {
        do {
            let body = try await withDeadline(.seconds(requestSeconds)) { [body = request.body] in
                try await body.collect(upTo: operation.maximumBody)
            }
            return Array(body.readableBytesView)
        } catch is DeadlineExceeded {
            throw APIError.bodyTooSlow
        } catch is NIOTooManyBytesError {
            throw APIError.bodyTooLarge
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            throw APIError.bodyTooLarge
        }
    }

    /// - Returns: the key that signed; nil for operations without a signature.
    private func authorize(
        _ operation: APIOperation, _ request: Request, _ body: [UInt8]
    ) throws(APIError) -> String? {
        guard case .administrators(let administrators) = access else { return nil }
        // No page of a browser has any business here, whatever name it has been led to this address by.
        guard request.headers[.origin] == nil, Self.isLocal(request.head.authority) else {
            throw .accessDenied("This address is for programs on this host, not for browsers.")
        }
        guard operation.isSigned else { return nil }
        var headers = request.headers.map { (name: $0.name.rawName, value: $0.value) }
        if let authority = request.head.authority { headers.append(("host", authority)) }
        return try administrators.check(
            SignableRequest(
                method: request.method.rawValue, path: request.uri.path, query: request.uri.query ?? "",
                headers: headers,
                body: .bytes(body)), now: now())
    }

    /// Whether a request was meant for this host; over the socket, clients name whatever they like that is no address.
    private static func isLocal(_ authority: String?) -> Bool {
        guard let authority, let origin = WebOrigin(url: "http://\(authority)") else { return false }
        return origin.isLoopback
    }

    /// Attempts by the API port count together: everybody there is on this host.
    private func source(of request: Request) -> AttemptSource {
        if case .everybody = access { .address(request.clientAddress) } else { .address("this host") }
    }

    // MARK: Answers

    private static func response(_ output: APIOutput) -> Response {
        switch output {
        case .empty: response("", status: .ok)
        case .document(let document): response(String(decoding: document.json, as: UTF8.self), status: .ok)
        }
    }

    /// How the API says `error`.
    static func response(_ error: APIError) -> Response {
        let body: JSONValue = ["__type": .string(error.type), "message": .string(error.message)]
        var response = response(
            String(decoding: body.json, as: UTF8.self), status: HTTPResponse.Status(code: error.status))
        response.headers[.amzErrorType] = error.type
        // A header is one line of visible ASCII; texts of ours are, names that they repeat need not be.
        response.headers[.amzErrorMessage] = String(
            String.UnicodeScalarView(error.message.unicodeScalars.map { (" "..."~").contains($0) ? $0 : "?" }))
        return response
    }

    private static func response(_ text: String, status: HTTPResponse.Status) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/x-amz-json-1.1"
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.amzRequestID] = UUID().uuidString.lowercased()
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension HTTPField.Name {
    static let amzTarget = Self("x-amz-target")!
    static let amzErrorType = Self("x-amzn-errortype")!
    static let amzErrorMessage = Self("x-amzn-errormessage")!
    static let amzRequestID = Self("x-amzn-requestid")!
}
