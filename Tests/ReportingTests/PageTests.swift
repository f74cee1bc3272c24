import Reporting
import XCTest

/// Pages show whatever they are given as text, and load and run nothing.
final class PageTests: XCTestCase {
    private let hostile = "<script>alert('1')</script> & \"x\" \u{202E}\u{1B}[31m\0"

    func testTextIsNeverReadAsHTML() {
        let escaped = "&lt;script&gt;alert('1')&lt;/script&gt; &amp; &quot;x&quot; \\u{202E}\\u{1B}[31m\\u{0}"
        XCTAssertEqual(HTML.text(hostile).source, escaped)
        XCTAssertEqual(HTML.name("a\nb").source, "<bdi>a\\u{A}b</bdi>")
        let image = EmbeddedImage([1, 2, 3], format: .png, width: 4, height: 5)
        XCTAssertEqual(
            HTML.element(.img, [.image(image, alternative: "\" onerror=\"x")], []).source,
            "<img src=\"data:image/png;base64,AQID\" width=\"4\" height=\"5\" alt=\"&quot; onerror=&quot;x\">")
        XCTAssertEqual(
            HTML.element(.a, [.link("\"x"), .tooltip("<b>")], ["go"]).source,
            "<a href=\"#&quot;x\" title=\"&lt;b&gt;\">go</a>")
    }

    func testEveryPartOfAPageEscapes() {
        var table = HTMLTable([.left(hostile), .right("n")])
        table.addRow([.name(hostile), .code(hostile), .text(hostile)], isMarked: true)
        var page = HTMLPage(title: hostile, lead: .paragraph(.text(hostile)))
        page.add(
            HTMLPage.Section(
                hostile, table.html, .details(hostile, .listing(hostile)), .tiles([.tile(hostile, hostile, hostile)]),
                HTMLTable.facts([(hostile, .strong(hostile))]),
                .figure(MatrixChart(title: hostile, names: [hostile], counts: [[1]]).svg(), caption: .text(hostile)),
                .figure(ReliabilityChart(title: hostile, bars: []).svg())))
        page.add(HTMLPage.Section("two"))
        page.add(HTMLPage.Section("three"))
        page.add(nil)
        let source = page.source
        XCTAssertFalse(source.contains("<script"))
        XCTAssertFalse(source.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{1B}" || $0 == "\0" })
        XCTAssertTrue(source.contains("<tr class=\"marked\">"))
        XCTAssertTrue(source.contains("<a href=\"#part-3\">three</a>"))
        XCTAssertTrue(source.contains("default-src 'none'"))
        // The name of SVG's vocabulary is the only address in it.
        XCTAssertEqual(
            source.components(separatedBy: "http").count - 1,
            source.components(separatedBy: "http://www.w3.org/2000/svg").count - 1 + 1, "http-equiv is the other")
    }

    func testCellsFillTheColumns() {
        var table = HTMLTable([.left("a"), .right("b")])
        XCTAssertTrue(table.isEmpty)
        table.addRow(["1"])
        table.addRow(["1", "2", "3"])
        let row = "<tr><td>1</td><td class=\"number\">"
        XCTAssertTrue(table.html.source.contains("\(row)</td></tr>\(row)2</td></tr>"), table.html.source)
    }

    func testAPageStaysSmall() {
        var page = HTMLPage(title: "large", lead: "")
        page.add(HTMLPage.Section("one", .text(String(repeating: "x", count: 3_000_000))))
        page.add(HTMLPage.Section("two", .text(String(repeating: "y", count: 3_000_000))))
        page.add(HTMLPage.Section("three", "here"))
        let source = page.source
        XCTAssertLessThan(source.utf8.count, 3_100_000)
        XCTAssertTrue(source.contains("Left out: with it, this page would be larger than five megabytes."))
        XCTAssertFalse(source.contains("yy"))
        XCTAssertTrue(source.contains("here"))
    }

    func testAConfusionMatrix() {
        let picture = MatrixChart(title: "c", names: ["cat", "dog", "extra"], counts: [[8, 2, 0], [0, 9, 0]]).svg()
            .description
        XCTAssertTrue(picture.contains("<title>cat → dog: 2 of 10</title>"), picture)
        XCTAssertTrue(picture.contains(">8</text>") && picture.contains(">9</text>"))
        XCTAssertFalse(picture.contains("extra"))
    }
}
