import Identity
import Operations
import Synchronization

/// The requests that wait for their users to sign in. In memory, bounded, for 15 minutes; each goes on once, and only for the user who
/// signed in from the browser that sent it.
final class HeldRequests: Sendable {
    let room: HeldRequestRoom
    /// Bytes of the longest body that is held; 0: nothing is.
    let bodyLimit: Int
    private let requests = Mutex<[String: HeldRequest]>([:])

    init(bodyLimit: Int, totalLimit: Int) {
        self.bodyLimit = bodyLimit
        room = HeldRequestRoom(limit: totalLimit)
    }

    /// Keeps a request.
    /// - Returns: its name, which nobody can guess: 43 unreserved characters.
    func hold(_ request: HeldRequest) -> String {
        let id = Base64URL.encode(RandomText.bytes(32))
        requests.withLock { $0[id] = request }
        return id
    }

    /// The user who sent it has signed in. False if the request is not there, or is somebody's already.
    func assign(_ id: String, to owner: HeldRequest.Owner, now: Int) -> Bool {
        requests.withLock { requests in
            guard let request = requests[id], request.isKept(at: now), request.owner == nil || request.owner == owner
            else { return false }
            requests[id]?.owner = owner
            return true
        }
    }

    /// The request of that name, if it is one of `owners`', and stays held.
    func request(_ id: String, of owners: [HeldRequest.Owner], origin: String, now: Int) -> HeldRequest? {
        requests.withLock { $0[id] }.flatMap { $0.isOpen(to: owners, origin: origin, now: now) ? $0 : nil }
    }

    /// The same, which is held no longer: there is no second time.
    func take(_ id: String, of owners: [HeldRequest.Owner], origin: String, now: Int) -> HeldRequest? {
        requests.withLock { requests in
            guard let request = requests[id], request.isOpen(to: owners, origin: origin, now: now) else { return nil }
            requests[id] = nil
            return request
        }
    }

    /// Drops what nobody asked for in time.
    func dropExpired(now: Int) {
        // What is dropped gives back its room outside the lock.
        let expired = requests.withLock { requests -> [HeldRequest] in
            guard !requests.isEmpty else { return [] }
            let old = requests.filter { !$0.value.isKept(at: now) }
            for id in old.keys { requests[id] = nil }
            return Array(old.values)
        }
        _ = consume expired
    }
}

extension HeldRequest {
    fileprivate func isKept(at now: Int) -> Bool { (-60...Self.lifetime).contains(now - heldAt) }

    fileprivate func isOpen(to owners: [Owner], origin: String, now: Int) -> Bool {
        isKept(at: now) && origin == self.origin && owners.contains { $0 == owner }
    }
}
