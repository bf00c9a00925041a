import Operations
import Routing
import Sessions
import Wire

/// Which target group gets a request whose rule names several, or keeps clients with theirs.
extension ClientStream {
    /// The group that the client's cookie names, if its rule has it, or else one drawn by weight; the response then sets the cookie.
    func chooseTargetGroup(_ action: ForwardAction, _ bytes: Span<UInt8>) -> Int {
        guard let stickiness = action.stickiness else { return draw(action) }
        let now = worker.unixTime
        if let kept = keptTargetGroup(action, bytes, now: now) { return kept }
        let chosen = draw(action)
        request.cookies += worker.core.targetGroupCookie.issue(
            group: worker.core.configuration.targetGroups[chosen].name, until: now + stickiness, now: now,
            isSecure: listener.routing.isSecure,
            random: RandomText.bytes(12))
        return chosen
    }

    private func draw(_ action: ForwardAction) -> Int {
        if let only = action.only { return only }
        var generator = SystemRandomNumberGenerator()
        return action.choose(random: generator.next())
    }

    private func keptTargetGroup(_ action: ForwardAction, _ bytes: Span<UInt8>, now: Int) -> Int? {
        let groups = worker.core.configuration.targetGroups
        for name in TargetGroupCookie.names {
            for field in worker.requestHead.fields where field.known == .cookie {
                let header = bytes.extracting(field.value.lowerBound..<field.value.upperBound)
                var position = 0
                while let range = CookieHeader.nextValue(of: name.span, in: header, from: &position) {
                    if let group = worker.core.targetGroupCookie.group(in: header.extracting(range), now: now),
                        let index = groups.firstIndex(where: { $0.name == group }), action.keeps(targetGroup: index)
                    {
                        return index
                    }
                }
            }
        }
        return nil
    }
}
