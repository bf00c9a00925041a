import AccessLog
import HTTP1
import Proxy
import Routing
import Wire

/// What happens to a request, told to the counters, and to its entry in the access log. Without a log there is no entry.
extension ClientStream {
    /// Begins the entry of a request whose head the worker holds.
    func beginRecord(_ bytes: Span<UInt8>, length: Int) {
        let record = makeRecord()
        record.entry.receivedBytes = length
        record.entry.requestLine = loggedRequestLine(bytes)
        let target = worker.requestHead.target
        if bytes.hasFoldedPrefix(target, "/oauth2/") || bytes.hasFoldedPrefix(target, "/.gatehouse/") {
            record.hideQuery()
        }
        for field in worker.requestHead.fields where bytes.equals(field.name, ignoringCase: "user-agent") {
            record.entry.userAgent = bytes.bytes(field.value)
        }
        request.access = record
        noteClass(worker.requestHead.desync)
    }

    /// The request departs from the standard in this way.
    func noteClass(_ reason: DesyncReason?) {
        guard worker.core.accessLog != nil, let reason else { return }
        if request.access == nil { request.access = makeRecord() }
        request.access?.entry.classification = .init(name: reason.desyncClass.rawValue, reason: reason.rawValue)
    }

    /// The request's rule gives it another name.
    func noteTransform(_ rewriting: ListenerRouting.Rewriting?) {
        guard let record = request.access, let rewriting else { return }
        record.entry.actions.append(.rewrite)
        switch rewriting.result {
        case .success(let rewritten):
            record.entry.transform = .init(host: rewritten.host, target: rewritten.target)
        case .failure(let failure): record.entry.transform = .init(status: failure.rawValue)
        }
    }

    /// The request goes to a backend. `bytes` hold the worker's head.
    func noteForwarding(_ bytes: Span<UInt8>, to connection: UpstreamConnection, trace: TraceStamp) {
        guard let record = request.access else { return }
        record.entry.actions.append(.forward)
        record.entry.target = connection.loggedTarget
        record.entry.targetGroup = worker.core.configuration.targetGroups[connection.group].name
        record.entry.traceID = TraceID.value(bytes, incoming: worker.requestHead.first(.traceID), trace)
        record.entry.requestTime = worker.unixMicroseconds - record.entry.began
    }

    /// The backend's final response, or its switch to another protocol, has begun.
    func noteBackendAnswer(_ status: Int) {
        guard let record = request.access else { return }
        record.entry.targetStatus = status
        record.entry.status = status
        record.entry.targetTime = worker.unixMicroseconds - record.entry.began - (record.entry.requestTime ?? 0)
    }

    /// The request is answered here.
    func noteAnswer(_ status: Int) {
        listener.metrics.answers.add(status)
        guard worker.core.accessLog != nil else { return }
        if request.access == nil { request.access = makeRecord() }
        request.access?.entry.status = status
    }

    /// The request is over; called at each of its ends, of which the first counts.
    func finishRecord() {
        guard let record = request.access else { return }
        request.access = nil
        record.entry.ended = worker.unixMicroseconds
        record.entry.receivedBytes += request.bodyBytes
        if let sent = record.entry.requestTime, let waited = record.entry.targetTime {
            record.entry.responseTime = record.entry.ended - record.entry.began - sent - waited
        }
        // The load balancer's status for a client that did not wait for its answer.
        if record.entry.status == nil { record.entry.status = 460 }
        if request.rule >= 0, record.entry.rule == .none {
            record.entry.rule = .priority(listener.routing.rules.rules[Int(request.rule)].priority ?? 0)
        }
        if request.opensWebSocket, record.entry.targetStatus == 101 {
            record.entry.kind = listener.routing.isSecure ? .wss : .ws
        }
        worker.log(record.entry)
    }

    private func makeRecord() -> AccessRecord {
        let connection = loggedConnection
        var entry = AccessLogEntry(
            kind: connection.speaksHTTP2 ? .h2 : listener.routing.isSecure ? .https : .http,
            began: worker.unixMicroseconds, gateway: worker.core.accessLog?.gateway ?? "", client: connection.client,
            connection: connection.id, address: listener.address)
        entry.cipher = connection.cipher
        entry.tlsVersion = connection.tlsVersion
        entry.certificate = connection.certificate
        entry.serverName = serverName
        return AccessRecord(entry)
    }

    /// `METHOD URL VERSION`, the URL as it was sent.
    private func loggedRequestLine(_ bytes: Span<UInt8>) -> [UInt8] {
        let head = worker.requestHead
        var line: [UInt8] = []
        line.reserveCapacity(Int(head.target.upperBound) + 64)
        for index in 0..<bytes.count {
            if bytes[index] == ASCII.space { break }
            line.append(bytes[index])
        }
        line += (listener.routing.isSecure ? " https://" : " http://").utf8
        line += bytes.bytes(head.host)
        if !statesPort(bytes.extracting(head.host.lowerBound..<head.host.upperBound)) {
            line += ":\(listener.routing.port)".utf8
        }
        line += bytes.bytes(head.target)
        return line + (loggedConnection.speaksHTTP2 ? " HTTP/2.0" : " HTTP/1.\(head.minorVersion)").utf8
    }

    private func statesPort(_ host: Span<UInt8>) -> Bool {
        switch HostName.normalise(host) {
        case .unchanged(_, let port), .rewritten(_, let port): port != nil
        case .refused: true
        }
    }
}
