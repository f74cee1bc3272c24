import Networks
import Planning
import Reporting
import XCTest

final class ArenaDrawingTests: XCTestCase {
    private func picture(
        _ network: Network, sram: Int? = nil, width: Double = 1200, options: PlanOptions = .separateBuffers
    ) throws -> String {
        let report = try PlanReport(network, budget: Budget(sram: sram), options: options)
        return ArenaDrawing(report).picture(width: width).description
    }

    private func count(_ part: String, in text: String) -> Int { text.components(separatedBy: part).count - 1 }

    func testEveryBufferIsARectangleWithItsTooltip() throws {
        let text = try picture(try TinyNetworks.attention())
        let plan = try MemoryPlan(try TinyNetworks.attention(), options: .separateBuffers)
        for buffer in plan.buffers { XCTAssertEqual(count("<title>\(buffer.name): ", in: text), 1, buffer.name) }
        XCTAssertTrue(text.contains("<title>x: convolution 1×1, 4×4×4\n64 B at "), text)
        XCTAssertTrue(text.contains("scratch of multiHeadAttention"))
    }

    /// In a stripe all buffers start with its first step; each is still named after the step that fills it.
    func testLinesOfAStripeAreNamedAfterTheirWriter() throws {
        let text = try picture(try TinyNetworks.chain(), options: PlanOptions(stripes: .on))
        XCTAssertTrue(text.contains("<title>conv: 2 rows of convolution+relu 3×3, 8×4×4\n64 B at "), text)
    }

    /// 5 steps over 1088 pixels and 176 bytes · 1.06 over 520: the map of 128 bytes lives for two steps.
    func testPlaceAndSizeOfARectangle() throws {
        let text = try picture(try TinyNetworks.chain())
        let buffer = try MemoryPlan(try TinyNetworks.chain(), options: .separateBuffers).buffers[1]
        let unit = 520 / (176 * 1.06)
        let x = SVG.number(92 + 1088.0 / 5)
        let y = SVG.number(626 - unit * Double(buffer.offset + 128))
        XCTAssertTrue(
            text.contains("<rect x=\"\(x)\" y=\"\(y)\" width=\"435.2\" height=\"\(SVG.number(unit * 128))\""), text)
    }

    func testPeakBoundAndBudget() throws {
        let network = try TinyNetworks.chain()
        let without = try picture(network)
        XCTAssertTrue(without.contains("peak: 176 B alive in step 1"))
        XCTAssertTrue(without.contains("lower bound 176 B"))
        XCTAssertFalse(without.contains("SRAM budget"))
        XCTAssertTrue(try picture(network, sram: 100).contains("SRAM budget 100 B"))
        XCTAssertTrue(try picture(network, sram: 300).contains(">SRAM budget 300 B<"))
        XCTAssertTrue(try picture(network, sram: 1 << 20).contains("SRAM budget 1 MiB: far above ↑"))
    }

    func testNamesOfStepsAreShort() throws {
        let network = try Network(notation: "mobilenet_v2-nlp_headfix2-1222121", input: [3, 128, 128], classes: 10)
        let text = try picture(network)
        XCTAssertTrue(text.contains(">features.1.0.conv.3<"))
        XCTAssertTrue(text.contains(">features.1.0…multihead_attn<"))
        XCTAssertTrue(text.contains(">features.1.0.pooling…restore.0<"))
        XCTAssertFalse(text.contains("far above"))
    }

    func testLongNamesStayInThePicture() throws {
        let name =
            "plain-cnn(channels=\([String](repeating: "8", count: 4).joined(separator: "-")), strides=2222, pool=self-attentive(heads=1, position=none))"
        let network = try Network(notation: name, input: [3, 32, 32], classes: 2)
        let text = try picture(network, width: 640)
        XCTAssertTrue(text.contains("…</text>"))
        XCTAssertFalse(text.contains(">\(name)</text>"))
    }

    func testImageAloneCanBeDrawn() throws {
        let builder = NetworkBuilder("nothing")
        XCTAssertTrue(
            try picture(try builder.network(output: try builder.input([1, 2, 2]))).contains(
                "peak: 16 B alive in step 0"))
    }
}
