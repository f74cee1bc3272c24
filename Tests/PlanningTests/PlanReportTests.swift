import Foundation
import Lowering
import Networks
import PlanChecks
import Planning
import Reporting
import XCTest

final class PlanReportTests: XCTestCase {
    private func report(_ side: Int, budget: Budget = Budget()) throws -> PlanReport {
        try PlanReport(
            try Network(notation: "mobilenet_v2-skip-1222121", input: [3, side, side], classes: 10), budget: budget,
            options: .separateBuffers)
    }

    func testKeysOfTheJSON() throws {
        let report = try PlanReport(
            try TinyNetworks.chain(), width: 0.5, budget: Budget(sram: 100, flash: 1 << 20), options: .separateBuffers)
        let object = try XCTUnwrap(try JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
        XCTAssertEqual(
            object.keys.sorted(),
            [
                "alignment", "arena_bytes", "arena_bytes_rows_pushed", "arena_bytes_with_stripes",
                "arena_bytes_without_stripes", "attentions", "buffers", "code_bytes", "convention", "core",
                "estimated_cycles", "fits", "flash_bytes", "format", "image_passes_rows_pushed", "instructions",
                "is_optimal",
                "layers",
                "lower_bound_bytes", "macs", "network", "parameters",
                "peak_sram_bytes", "peak_step", "pushes_rows", "reserved_bytes", "resolution", "retaining_peak_bytes",
                "sharings", "simple_peak_bytes", "stack_bytes", "state_bytes", "steps", "stripes",
                "timing_table", "version", "warnings", "weights_bytes", "width", "window_bytes",
            ])
        XCTAssertEqual(object["format"] as? String, "sapool-plan")
        XCTAssertEqual(object["version"] as? Int, 5)
        XCTAssertEqual(object["resolution"] as? Int, 4)
        XCTAssertEqual(object["width"] as? Double, 0.5)
        XCTAssertEqual(object["arena_bytes"] as? Int, 176)
        let layer = try XCTUnwrap((object["layers"] as? [[String: Any]])?[1])
        XCTAssertEqual(
            layer.keys.sorted(),
            [
                "bytes_moved", "estimated_cycles", "instructions", "macs", "name", "operation", "output_bytes",
                "output_shape", "parameters",
            ])
        XCTAssertEqual(layer["output_shape"] as? [Int], [8, 4, 4])
        let buffer = try XCTUnwrap((object["buffers"] as? [[String: Any]])?[1])
        XCTAssertEqual(buffer.keys.sorted(), ["bytes", "first", "last", "name", "offset", "role", "row_bytes", "rows"])
        let step = try XCTUnwrap((object["steps"] as? [[String: Any]])?[1])
        XCTAssertEqual(
            step.keys.sorted(),
            [
                "family", "live_bytes", "macs", "name", "nodes", "operands", "operation", "output",
                "output_bytes",
                "output_shape",
                "parameters", "passes", "scratch",
            ])
        let sram = try XCTUnwrap((object["fits"] as? [String: Any])?["sram"] as? [String: Any])
        XCTAssertEqual(sram.keys.sorted(), ["budget_bytes", "fits", "needed_bytes", "sentence"])
    }

    func testJSONRoundTrip() throws {
        for budget in [Budget(), Budget(sram: 65536), Budget(sram: 1 << 20, flash: 1 << 20)] {
            let report = try report(96, budget: budget)
            XCTAssertEqual(try PlanReport(json: try report.json()), report)
        }
        XCTAssertNil(try report(96).fits)
    }

    /// What the JSON form holds is enough to run the plan: read back, it passes the checker and computes the network.
    func testThePlanSurvivesItsJSON() throws {
        for name in ["mobilenet_v2-nlp_headfix2-2222121", "mobilenetv3_small-gaussian_pool-22121111211"] {
            let network = try Network(notation: name, input: [3, 64, 72], classes: 10)
            let executor = try ReferenceExecutor(DeviceGraph(network))
            let image = ReferenceExecutor.randomImage(for: network, seed: 4)
            for options in [PlanOptions(), PlanOptions(pushesRows: true)] {
                let stored = try PlanReport(json: try PlanReport(network, options: options).json())
                let plan = try stored.plan(of: network)
                XCTAssertEqual(PlanChecker.problems(in: plan), [], name)
                XCTAssertEqual(
                    executor.mistakes(of: plan, image: image, expected: executor.values(of: image)), [], name)
                XCTAssertEqual(plan.stripes, try MemoryPlan(network, options: options).stripes)
            }
        }
    }

    func testThePlanOfAnotherNetworkIsRefused() throws {
        let report = try PlanReport(try TinyNetworks.chain())
        XCTAssertThrowsError(try report.plan(of: try TinyNetworks.residual())) { error in
            XCTAssertEqual("\(error)", "the plan is of another network: in residual input has another shape")
        }
        XCTAssertThrowsError(try report.plan(of: try TinyNetworks.gaussian(.none)))
    }

    func testReservedMemoryCounts() throws {
        let report = try PlanReport(
            try TinyNetworks.chain(), budget: Budget(sram: 200, reserved: 100), options: .separateBuffers)
        // The arena, two windows of 27 numbers in whole quads, flags, the stack, and what is reserved.
        XCTAssertEqual(report.peakSRAMBytes, 176 + 112 + 64 + 3072 + 100)
        XCTAssertEqual(
            report.fits?.sram?.sentence,
            "does not fit: needs 3.4 KiB SRAM, 3.2 KiB more than 200 B; the peak is at conv (convolution+relu 3×3, 8×4×4), and "
                + "3.2 KiB lie beside the arena")
        XCTAssertTrue(
            report.text().contains(
                "SRAM                      3.4 KiB (3,524 B): the arena, 112 B windows, 64 B state, 3 KiB stack, 100 B reserved"
            ), report.text())
        var small = Budget(sram: 200, reserved: 100)
        small.stack = 1024
        XCTAssertEqual(
            try PlanReport(try TinyNetworks.chain(), budget: small, options: .separateBuffers).peakSRAMBytes,
            3524 - 2048)
    }

    /// 16 tokens of 4 channels in 2 heads weigh a map of 64 bytes: 128 bytes of keys and values, 64 of scores.
    func testWhatAnAttentionTakes() throws {
        let report = try PlanReport(try TinyNetworks.attention())
        XCTAssertEqual(report.attentions.count, 1)
        let cost = try XCTUnwrap(report.attentions.first)
        XCTAssertEqual(
            [cost.tokens, cost.channels, cost.heads, cost.keysAndValuesBytes, cost.scoresBytes], [16, 4, 2, 128, 64])
        XCTAssertEqual([cost.retainedMapBytes, cost.weightsBytes, cost.bytes], [64, 64, 64 + 128 + 64 + 64])
        // The attention alone in place over 64 bytes of tokens, and beside them what it keeps.
        XCTAssertEqual(report.simplePeakBytes, 64 + 64 + 16)
        XCTAssertEqual(report.retainingPeakBytes, 64 + 64 + 128 + 64 + 12)
    }

    func testCoresDiffer() throws {
        let network = try TinyNetworks.chain()
        let (m4, m55) = (try PlanReport(network), try PlanReport(network, core: .cortexM55))
        // M4 and M7 have the same instructions, and compilers lay them out a little differently.
        let m7 = try PlanReport(network, core: .cortexM7)
        XCTAssertEqual(Double(m7.instructions), Double(m4.instructions), accuracy: 0.1 * Double(m4.instructions))
        XCTAssertLessThan(Double(m55.instructions), 0.8 * Double(m4.instructions))
        XCTAssertEqual(m4.instructions, m4.layers.reduce(0) { $0 + $1.instructions })
        XCTAssertEqual(m4.estimatedCycles, m4.layers.reduce(0) { $0 + $1.estimatedCycles })
        // M4 takes one instruction at a time, and loads take two cycles; M7 takes two at a time.
        XCTAssertGreaterThan(m4.estimatedCycles, m4.instructions)
        XCTAssertLessThan(m7.estimatedCycles, m4.estimatedCycles)
        XCTAssertEqual(m55.footprint.weightsBytes, m4.footprint.weightsBytes)
        XCTAssertLessThan(m55.footprint.codeBytes, m4.footprint.codeBytes)
    }

    /// A million cycles at 1 MHz are a second.
    func testAClockGivesATime() throws {
        let network = try TinyNetworks.chain()
        let report = try PlanReport(network, core: .cortexM7, megahertz: 480)
        let milliseconds = try XCTUnwrap(report.estimatedMilliseconds)
        XCTAssertEqual(milliseconds, Double(report.estimatedCycles) / 480_000, accuracy: 1e-12)
        let time = String(format: "%.3f ms at 480 MHz", milliseconds)
        XCTAssertTrue(report.text().contains("by the table timing_m7.h, not measured; \(time)\n"), report.text())
        XCTAssertEqual(try PlanReport(json: report.json()), report)
        let object = try XCTUnwrap(try JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
        XCTAssertEqual(object["timing_table"] as? String, "timing_m7.h")
        XCTAssertEqual(object["estimated_cycles"] as? Int, report.estimatedCycles)
        XCTAssertEqual(object["megahertz"] as? Double, 480)
        XCTAssertNil(try PlanReport(network).estimatedMilliseconds)
        XCTAssertThrowsError(try PlanReport(network, megahertz: 0))
        XCTAssertThrowsError(try PlanReport(network, megahertz: .nan))
    }

    /// A network that no firmware can run does not fit, whatever there is.
    func testNetworksWithoutKernelsDoNotFit() throws {
        let network = try Network(notation: "plain-cnn(pool=gem)", input: [3, 32, 32], classes: 10)
        let report = try PlanReport(network, budget: Budget(sram: 1 << 30, flash: 1 << 30))
        XCTAssertEqual(report.fits?.all, false)
        let sentence = try XCTUnwrap(report.fits?.sram?.sentence)
        XCTAssertTrue(sentence.hasPrefix("does not fit: "), sentence)
        XCTAssertTrue(sentence.hasSuffix(" has no int8 kernel (power-mean pooling (Lp, GeM))"), sentence)
        XCTAssertTrue(report.text().contains("warning: there is no firmware for this network: "), report.text())
    }

    func testResolutionThatIsNoSquare() throws {
        let network = try Network(notation: "resnet18-avgp-1222", input: [3, 64, 96], classes: 10)
        let report = try PlanReport(network)
        let object = try XCTUnwrap(try JSONSerialization.jsonObject(with: report.json()) as? [String: Any])
        XCTAssertEqual(object["resolution"] as? String, "64x96")
        XCTAssertEqual(try PlanReport(json: try report.json()).resolution, report.resolution)
    }

    func testVerdicts() throws {
        let small = try report(96, budget: Budget(sram: 512 << 10, flash: 4 << 20))
        let roomy = try XCTUnwrap(small.fits)
        XCTAssertEqual(roomy.sram?.sentence, "fits: 276.8 KiB of 512 KiB SRAM")
        XCTAssertEqual(roomy.flash?.sentence, "fits: \(ByteSize.text(small.flashBytes)) of 4 MiB flash")
        let large = try report(224, budget: Budget(sram: 256 << 10, flash: 1 << 20))
        let tight = try XCTUnwrap(large.fits)
        XCTAssertEqual(
            tight.sram?.sentence,
            "does not fit: needs 1.4 MiB SRAM, 1.2 MiB more than 256 KiB; the peak is at net.features.1.0.conv.3 "
                + "(depthwise+relu6 3×3/2, 96×56×56), and 6.8 KiB lie beside the arena")
        let (needed, code) = (ByteSize.text(large.flashBytes), ByteSize.text(large.footprint.codeBytes))
        XCTAssertEqual(
            tight.flash?.sentence,
            "does not fit: needs \(needed) flash, \(ByteSize.text(large.flashBytes - (1 << 20))) more than 1 MiB; the largest layer is "
                + "net.conv2.0 (415 KiB), and code takes \(code)")
        XCTAssertEqual(tight.sram?.fits, false)
        XCTAssertEqual(tight.sram?.neededBytes, 1_505_280 + 3840 + 64 + 3072)
    }

    func testTheLastByteCounts() throws {
        let network = try TinyNetworks.chain()
        XCTAssertEqual(
            try PlanReport(network, budget: Budget(sram: 3424), options: .separateBuffers).fits?.sram?.fits, true)
        XCTAssertEqual(
            try PlanReport(network, budget: Budget(sram: 3423), options: .separateBuffers).fits?.sram?.sentence,
            "does not fit: needs 3.3 KiB SRAM, 1 B more than 3.3 KiB; the peak is at conv (convolution+relu 3×3, 8×4×4), and "
                + "3.2 KiB lie beside the arena")
    }

    func testText() throws {
        let report = try PlanReport(try TinyNetworks.chain(), budget: Budget(sram: 64), options: .separateBuffers)
        let text = report.text()
        func grouped(_ number: Int) -> String {
            number < 1000 ? "\(number)" : "\(number / 1000),\(String(format: "%03d", number % 1000))"
        }
        // A header of 32 bytes; tables of the image's three channels, of the convolution's and of the linear layer's weights.
        XCTAssertEqual(report.footprint.weightsBytes, (32 + 768 + (216 + 96) + (32 + 48) + 15) / 16 * 16)
        let code = report.footprint.codeBytes
        let expected = """
            chain, image 3×4×4

            SRAM                      3.3 KiB (3,424 B): the arena, 112 B windows, 64 B state, 3 KiB stack
              arena                   176 B (176 B; without stripes; optimal: equal to its lower bound)
                without stripes       176 B
                with stripes          144 B
                rows pushed           144 B
            flash                     \(ByteSize.text(code + 1200)) (\(grouped(code + 1200)) B): 1.2 KiB weights, \(ByteSize.text(code)) code
            parameters                268
            MACs                      3,488
            instructions              about \(grouped(report.instructions)) on a Cortex-M4
            estimated cycles          about \(grouped(report.estimatedCycles)) by the table timing_m4.h, not measured
            largest input + output    176 B

            step  layer    operation             output   MACs  parameters  output B  live B  stripe
            ────  ───────  ────────────────────  ──────  ─────  ──────────  ────────  ──────  ──────  ──────
               0  input    input                  3×4×4      0           0        48      48
               1  conv     convolution+relu 3×3   8×4×4  3,456         232       128     176          ◀ peak
               2  pool     maxPool 2×2/2          8×2×2      0           0        32     160
               3  avgpool  globalAveragePool      8×1×1      0           0         8      80
               4  fc       linear                     4     32          36         4      32

            SRAM   does not fit: needs 3.3 KiB SRAM, 3.3 KiB more than 64 B; the peak is at conv (convolution+relu 3×3, 8×4×4), and 3.2 KiB lie beside the arena

            Counted: Arena for one image:
            """
        XCTAssertEqual(String(text.prefix(expected.count)), expected)
        XCTAssertFalse(text.contains("warning"))
    }

    func testWarningsAreReported() throws {
        let network = try Network(notation: "mobilenet_v2-nlp_reduced-1222121", input: [3, 64, 64], classes: 10)
        let report = try PlanReport(network)
        XCTAssertFalse(report.warnings.isEmpty)
        XCTAssertEqual(report.warnings, network.warnings)
        XCTAssertTrue(report.text().contains("warning: net.features.1.0.pooling: every 2×2 window"))
    }

    func testBrokenJSON() throws {
        let json = String(
            decoding: try PlanReport(try TinyNetworks.chain(), options: .separateBuffers).json(), as: UTF8.self)
        for (old, new, message) in [
            ("sapool-plan", "sapool-network", "the JSON is not a plan: its \"format\" is not \"sapool-plan\""),
            ("\"version\" : 5", "\"version\" : 9", "the plan has version 9, and this program reads version 5"),
            ("\"stack_bytes\" : 3072", "\"stack_bytes\" : -1", "the plan's stack_bytes is -1: use 0 to 2⁵³"),
            ("\"peak_step\" : 1", "\"peak_step\" : 7", "the plan's peak_step is 7, and it has 5 steps"),
            ("\"arena_bytes\" : 176", "\"arena_bytes\" : -1", "the plan's arena_bytes is -1: use 0 to 2⁵³"),
            (
                "\"arena_bytes\" : 176", "\"arena_bytes\" : 100",
                "the buffer input does not lie in the arena of 100 bytes"
            ),
            ("\"last\" : 4", "\"last\" : 9", "the buffer avgpool lives from step 3 to 9, and the plan has 5 steps"),
            (
                "\"passes\" : 2", "\"passes\" : 1",
                "the step pool runs more than its 1 pass"
            ),
            ("\"output\" : 5", "\"output\" : 6", "the step fc uses buffer 6, and the plan has 6 buffers"),
            (
                "\"alignment\" : 16", "\"alignment\" : 2",
                "the plan has an alignment of 2 bytes: use a power of two from 4 to 4096, such as 16"
            ),
            ("\"width\" : null", "\"breadth\" : 1", "the JSON is not a plan: \"width\" is missing at the top"),
            (
                "\"width\" : null", "\"width\" : NaN",
                "the JSON is not a plan: NaN at width is no value of JSON: write a number, or a text in quotes"
            ),
            (
                "\"resolution\" : 4", "\"resolution\" : \"big\"",
                "the JSON is not a plan: a resolution is a whole number or \"HxW\" (at resolution)"
            ),
        ] {
            let broken = json.replacingOccurrences(of: old, with: new)
            XCTAssertNotEqual(broken, json, old)
            XCTAssertThrowsError(try PlanReport(json: Data(broken.utf8)), new) { error in
                XCTAssertEqual("\(error)", message)
            }
        }
    }

    func testConventionNamesTheAlignment() throws {
        XCTAssertTrue(
            try PlanReport(try TinyNetworks.chain(), options: PlanOptions(alignment: 32)).convention.contains(
                "aligned to 32 bytes"))
    }
}
