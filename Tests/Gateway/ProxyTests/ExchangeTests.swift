import Proxy
import Testing

@Suite("What follows when a side of an exchange ends or fails")
struct ExchangeTests {
    private func exchange(idempotent: Bool = true, body: Bool = false, kept: Bool = true) -> Exchange {
        Exchange(isIdempotent: idempotent, hasBody: body, onKeptConnection: kept)
    }

    @Test(
        "a request is repeated only if that is harmless, it had no body, and the connection was a kept one",
        arguments: [
            (true, false, true, Exchange.UpstreamLoss.retry), (false, false, true, .answer(status: 502)),
            (true, true, true, .answer(status: 502)), (true, false, false, .answer(status: 502)),
            (false, true, false, .answer(status: 502)),
        ])
    func retry(idempotent: Bool, body: Bool, kept: Bool, loss: Exchange.UpstreamLoss) {
        let exchange = exchange(idempotent: idempotent, body: body, kept: kept)
        #expect(exchange.upstreamLost(endsBody: false) == loss)
        #expect(exchange.isRequestComplete == !body && !exchange.hasResponseBegun)
    }

    @Test("a body that was sent is not repeated, even when it is complete")
    func sentBody() {
        var exchange = exchange(body: true)
        exchange.requestBodySent()
        exchange.requestBodyEnded()
        #expect(exchange.isRequestComplete)
        #expect(exchange.upstreamLost(endsBody: false) == .answer(status: 502))
    }

    @Test("a request is repeated once")
    func once() {
        var exchange = exchange()
        #expect(exchange.upstreamLost(endsBody: false) == .retry)
        exchange.retried()
        #expect(exchange.upstreamLost(endsBody: false) == .answer(status: 502))
    }

    @Test("a response that has begun is cut, unless the close is its end")
    func streaming() {
        var exchange = exchange()
        exchange.responseHeadReceived()
        #expect(exchange.hasResponseBegun)
        #expect(exchange.upstreamLost(endsBody: false) == .abort)
        #expect(exchange.upstreamLost(endsBody: true) == .bodyEnded)
        #expect(exchange.upstreamTimedOut() == .abort)
    }

    @Test("a close cannot end a body that has not begun")
    func earlyClose() {
        #expect(exchange(kept: false).upstreamLost(endsBody: true) == .answer(status: 502))
        #expect(exchange().upstreamTimedOut() == .answer(status: 504))
    }

    @Test(
        "after a whole request each side's connection is kept by its own will", arguments: [true, false], [true, false])
    func fates(client: Bool, upstream: Bool) {
        var exchange = exchange()
        exchange.responseHeadReceived()
        let fates = exchange.responseEnded(clientKeepsAlive: client, upstreamKeepsAlive: upstream)
        #expect(fates?.client == (client ? .keep : .close) && fates?.upstream == (upstream ? .keep : .close))
        #expect(exchange.hasResponseEnded)
    }

    @Test("a response that came before the target took the last of its request waits for that")
    func overtakenAtTheEnd() {
        var exchange = exchange(body: true)
        exchange.requestBodySent()
        exchange.requestBodyEnded()
        exchange.responseHeadReceived()
        let fates = exchange.responseEnded(clientKeepsAlive: true, upstreamKeepsAlive: true, requestWaits: true)
        #expect(fates == nil && exchange.hasResponseEnded && exchange.isRequestComplete)
        #expect(exchange.upstreamLost(endsBody: false) == .close && exchange.upstreamTimedOut() == .close)
    }

    @Test(
        "a response that overtakes its request waits for the rest only if both sides stay", arguments: [true, false],
        [true, false])
    func overtaken(client: Bool, upstream: Bool) {
        var exchange = exchange(body: true)
        exchange.requestBodySent()
        exchange.responseHeadReceived()
        #expect(!exchange.hasResponseEnded)
        let fates = exchange.responseEnded(clientKeepsAlive: client, upstreamKeepsAlive: upstream)
        if client, upstream {
            #expect(fates == nil)
        } else {
            #expect(fates?.client == .close && fates?.upstream == .close)
        }
        // The client has its answer: a backend that is lost now is no failure, and no second answer.
        #expect(exchange.upstreamLost(endsBody: false) == .close && exchange.upstreamLost(endsBody: true) == .close)
        #expect(exchange.upstreamTimedOut() == .close)
        exchange.requestBodyEnded()
        #expect(exchange.isRequestComplete && exchange.hasResponseEnded)
    }
}
