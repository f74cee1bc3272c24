import Foundation
import Reporting
import XCTest

#if canImport(FoundationXML)
    import FoundationXML
#endif

final class PictureTests: XCTestCase {
    func testNumbers() {
        let cases: [(Double, String)] = [
            (0, "0"), (-0.001, "0"), (1, "1"), (-1.5, "-1.5"), (2.345, "2.35"), (0.05, "0.05"), (10.10, "10.1"),
            (100, "100"), (0.999, "1"), (.nan, "0"), (.infinity, "0"), (1e300, "1000000000"),
        ]
        for (value, text) in cases { XCTAssertEqual(SVG.number(value), text) }
    }

    func testDocument() throws {
        var picture = SVG(width: 100, height: 50.5, title: "A & B")
        picture.add(.rect(x: 1, y: 2, width: 3, height: -4).fill("#fff").fill("red").tooltip("<\"tip\">"))
        picture.add(.group([.text("1 < 2\u{1}", x: 0, y: 9, anchor: .middle)]).opacity(0.25))
        let expected = """
            <svg xmlns="http://www.w3.org/2000/svg" width="100" height="50.5" viewBox="0 0 100 50.5" role="img" \
            font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">
              <title>A &amp; B</title>
              <rect width="100%" height="100%" fill="#FFFFFF"/>
              <rect x="1" y="2" width="3" height="0" fill="red"><title>&lt;&quot;tip&quot;&gt;</title></rect>
              <g opacity="0.25">
                <text x="0" y="9" font-size="12" text-anchor="middle">1 &lt; 2\u{FFFD}</text>
              </g>
            </svg>

            """
        XCTAssertEqual(picture.description, expected)
        let path = temporaryFolder() + "/picture.svg"
        try picture.write(to: path)
        XCTAssertEqual(try String(contentsOfFile: path, encoding: .utf8), expected)
        let nowhere = temporaryFolder() + "/none/picture.svg"
        XCTAssertThrowsError(try picture.write(to: nowhere)) {
            XCTAssertTrue("\($0)".hasPrefix("cannot write \(nowhere): "), "\($0)")
        }
    }

    func testShapes() {
        let shapes: [SVGElement] = [
            .line(x1: 0, y1: 1, x2: 2, y2: 3).stroke("#111", width: 2, dashes: [4, 2]),
            .polyline([(0, 1), (2.5, 3)]), .path("M0 0 L1 1 Z").translated(x: 1, y: 2),
            .circle(x: 1, y: 2, radius: 3).rotated(degrees: 90, aroundX: 1, y: 2),
        ]
        var picture = SVG(width: 1, height: 1, title: "")
        picture.add(shapes)
        let lines = picture.description.split(separator: "\n").dropFirst(3).dropLast().map(String.init)
        XCTAssertEqual(
            lines,
            [
                ##"  <line x1="0" y1="1" x2="2" y2="3" stroke="#111" stroke-width="2" stroke-dasharray="4 2"/>"##,
                ##"  <polyline points="0,1 2.5,3" fill="none" stroke="#000000" stroke-width="1"/>"##,
                ##"  <path d="M0 0 L1 1 Z" transform="translate(1 2)"/>"##,
                ##"  <circle cx="1" cy="2" r="3" transform="rotate(90 1 2)"/>"##,
            ])
    }

    func testPalette() {
        XCTAssertEqual(Palette.color(0), "#0072B2")
        XCTAssertEqual(Palette.color(9), Palette.color(1))
        XCTAssertEqual(Palette.color(-1), Palette.color(7))
        XCTAssertEqual(Palette.ink(on: "#0072B2"), Palette.background)
        XCTAssertEqual(Palette.ink(on: "#F0E442"), Palette.ink)
        XCTAssertEqual(Palette.ink(on: "odd"), Palette.ink)
    }

    func testScaleAndTicks() {
        let scale = Scale(domain: 0...97, range: 50...450).nice()
        XCTAssertEqual(scale.domain, 0...100)
        XCTAssertEqual(scale(50), 250)
        XCTAssertEqual(scale.ticks(), [0, 20, 40, 60, 80, 100])
        XCTAssertEqual(Scale(domain: 0...1, from: 100, to: 0)(0.25), 75)
        XCTAssertEqual(Scale(domain: -0.7...0.7, range: 0...1).ticks(count: 3), [-0.5, 0, 0.5])
        let bytes = Scale(domain: 0...300_000, range: 0...1)
        XCTAssertEqual(bytes.byteTicks(count: 5), [0, 65536, 131_072, 196_608, 262_144])
        XCTAssertEqual(Scale(domain: 0...3, range: 0...1).byteTicks(), [0, 1, 2, 3])
    }

    func testOddDomains() {
        XCTAssertEqual(Scale(domain: 4...4, range: 0...1).domain, 2...6)
        XCTAssertEqual(Scale(domain: 0...0, range: 0...1).domain, -1...1)
        XCTAssertEqual(Scale(domain: -Double.infinity...Double.infinity, range: 0...1).domain, 0...1)
        let extremes: [Double] = [
            0, .leastNonzeroMagnitude, 1e-300, -1e-299, 1e300, -1e300, 1.7e308, -1.7e308, 1, 1 + 1e-11,
        ]
        for lower in extremes {
            for upper in extremes where upper >= lower {
                let scale = Scale(domain: lower...upper, range: 0...1).nice()
                XCTAssertTrue(scale.ticks().allSatisfy(\.isFinite), "\(lower) to \(upper)")
                XCTAssertLessThan(Scale.labels(scale.ticks()).count, 20, "\(lower) to \(upper)")
                XCTAssertLessThan(scale.byteTicks().count, 20, "\(lower) to \(upper)")
            }
        }
    }

    func testLabels() {
        XCTAssertEqual(Scale.labels([0, 0.5, 1]), ["0.0", "0.5", "1.0"])
        XCTAssertEqual(Scale.labels([0, 5000, 10000]), ["0", "5,000", "10,000"])
        XCTAssertEqual(Scale.labels([-0.05, 0, 0.05]), ["-0.05", "0.00", "0.05"])
        XCTAssertEqual(Scale.labels([0, 2e-5, 4e-5]), ["0", "2e-5", "4e-5"])
        XCTAssertEqual(Scale.labels([0, 15_000_000]), ["0", "1.5e7"])
        XCTAssertEqual(Scale.labels([]), [])
    }

    func testLineChart() throws {
        var chart = LineChart(title: "Loss <1>", xLabel: "epoch", yLabel: "loss")
        chart.series = [
            .init(name: "train & test", points: [(0, 1), (1, 0.5), (2, .nan), (3, 0.25)]),
            .init(name: "other", points: [(0, 0), (3, 1)], dashed: true),
        ]
        let text = chart.svg().description
        XCTAssertTrue(XMLParser(data: Data(text.utf8)).parse())
        XCTAssertEqual(text, chart.svg().description)
        // The curve is broken where it is not a number: two points, then a single one.
        XCTAssertEqual(text.components(separatedBy: "<polyline").count - 1, 2)
        XCTAssertEqual(text.components(separatedBy: "<circle").count - 1, 1)
        for label in ["train &amp; test", "other", "epoch", "loss", "Loss &lt;1&gt;", "0.0", "1.0"] {
            XCTAssertTrue(text.contains(">\(label)</text>"), label)
        }
        XCTAssertFalse(text.contains("nan"))
    }

    func testEpochsAreWholeNumbers() {
        var chart = LineChart(
            title: "", xLabel: "epoch", yLabel: "", series: [.init(name: "short", points: [(1, 70), (2, 80)])])
        XCTAssertTrue(chart.svg().description.contains(">1.2</text>"))
        chart.countsX = true
        let text = chart.svg().description
        XCTAssertFalse(text.contains(">1.2</text>"))
        for label in ["1", "2"] { XCTAssertTrue(text.contains(">\(label)</text>"), label) }
    }

    func testEmptyAndLongCharts() {
        let empty = LineChart(title: "", xLabel: "", yLabel: "", series: [.init(name: "none", points: [])])
        XCTAssertTrue(empty.svg().description.contains(">no data</text>"))
        var points: [(x: Double, y: Double)] = (0..<100_000).map { (Double($0), 0) }
        points[50_001].y = 1
        let long = LineChart(title: "", xLabel: "", yLabel: "", series: [.init(name: "long", points: points)])
        let text = long.svg().description
        XCTAssertLessThan(text.utf8.count, 60_000)
        // The spike survives thinning: it touches the upper edge of the plot.
        XCTAssertTrue(text.contains(",54 "))
    }
}
