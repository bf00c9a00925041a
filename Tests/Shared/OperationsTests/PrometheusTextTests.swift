import Operations
import Testing

@Suite("Figures in Prometheus's text format") struct PrometheusTextTests {
    @Test("families, labels with everything that must be escaped, and a histogram's samples") func format() {
        var text = PrometheusText()
        text.begin("a_total", .counter, "What a is.")
        text.add(3)
        text.add(4, [("name", #"back\slash "quote""# + "\nline"), ("code", "200")])
        text.begin("t_seconds", .histogram, "Times.")
        text.add(counts: [1, 2], bounds: [0.5, 1], count: 3, sum: 9.25, [("g", "x")])
        #expect(
            text.text == #"""
                # HELP a_total What a is.
                # TYPE a_total counter
                a_total 3
                a_total{name="back\\slash \"quote\"\nline",code="200"} 4
                # HELP t_seconds Times.
                # TYPE t_seconds histogram
                t_seconds_bucket{g="x",le="0.5"} 1
                t_seconds_bucket{g="x",le="1.0"} 2
                t_seconds_bucket{g="x",le="+Inf"} 3
                t_seconds_sum{g="x"} 9.25
                t_seconds_count{g="x"} 3

                """#)
    }
}
