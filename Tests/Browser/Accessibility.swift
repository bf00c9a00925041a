import Foundation
import ProcessTesting
import Testing

extension WebDriver {
    /// Has axe-core look at the page, where `GATEHOUSE_AXE` is the path of its `axe.min.js` or `config/setup.sh --tests` has brought it
    /// (PyPI's `axe-playwright-python`); what it finds is an issue. What needs no axe-core is looked at in any case: one heading of the first order, a language, labels, and
    /// nothing wider than the window.
    func expectAccessible(_ page: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let problems = try await text(
            of: """
                // Colours that are still changing are neither the old nor the new ones.
                for (const animation of document.getAnimations()) animation.finish();
                const problems = [];
                if (document.querySelectorAll('h1').length !== 1) problems.push('not one h1');
                if (!document.documentElement.lang) problems.push('no language');
                if (document.documentElement.scrollWidth > document.documentElement.clientWidth) problems.push('too wide');
                for (const field of document.querySelectorAll('input:not([type=hidden]):not([type=submit]):not([aria-hidden])'))
                    if (!field.labels?.length && !field.ariaLabel) problems.push('no label: ' + field.name);
                return problems.join('; ');
                """)
        #expect(problems.isEmpty, "\(page): \(problems)", sourceLocation: sourceLocation)
        guard let path = Self.axe else { return }
        let script = try String(contentsOfFile: path, encoding: .utf8)
        _ = try await text(
            of: """
                \(script)
                window.axeReport = null;
                axe.run(document, {runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']}})
                    .then(result => { window.axeReport = result.violations.map(v => v.id + ': ' + v.nodes[0].html).join('\\n')
                        + (result.passes.length ? '' : 'no rule applied'); });
                return '';
                """)
        let report = try await eventually("axe-core's report", within: .seconds(30)) {
            let report = try await text(of: "return window.axeReport === null ? 'waiting' : window.axeReport")
            return report == "waiting" ? nil : report
        }
        #expect(report.isEmpty, "\(page): \(report)", sourceLocation: sourceLocation)
    }

    private static let axe: String? = {
        if let path = ProcessInfo.processInfo.environment["GATEHOUSE_AXE"] { return path }
        let tools = Programs.checkout + "/.build/test-tools/lib"
        let pythons = (try? FileManager.default.contentsOfDirectory(atPath: tools)) ?? []
        return pythons.map { "\(tools)/\($0)/site-packages/axe_playwright_python/axe.min.js" }
            .first(where: FileManager.default.fileExists)
    }()

    /// Keeps pictures of a page in light and dark, wide and narrow, and has each looked at.
    func keepPictures(_ name: String) async throws {
        try await expectAccessible(name)
        try await keepPicture(name)
        try await prefer(dark: true)
        try await resize(width: 360, height: 740)
        try await expectAccessible("\(name), dark and small")
        try await keepPicture("\(name)-dark-small")
        try await prefer(dark: false)
        try await resize(width: 1280, height: 860)
    }
}
