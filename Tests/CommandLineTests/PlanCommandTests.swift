import Foundation
import XCTest

final class PlanCommandTests: CommandLineTestCase {
    func testJSONHasTheDocumentedKeys() throws {
        let outcome = try sapool(
            "plan", "mobilenet_v2-nlp_headfix2-1222121", "--resolution", "96", "--width", "0.35", "--json")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let plan = try json(outcome.output)
        XCTAssertEqual(plan["network"] as? String, "mobilenet_v2-nlp_headfix2-1222121")
        XCTAssertEqual(plan["resolution"] as? Int, 96)
        XCTAssertEqual(plan["width"] as? Double, 0.35)
        for key in ["parameters", "macs", "arena_bytes", "lower_bound_bytes"] {
            XCTAssertGreaterThan(try XCTUnwrap(plan[key] as? Int, key), 0)
        }
        let layers = try XCTUnwrap(plan["layers"] as? [[String: Any]])
        XCTAssertGreaterThan(layers.count, 50)
        for key in ["name", "operation", "output_shape", "macs", "parameters", "output_bytes"] {
            XCTAssertNotNil(layers[0][key], key)
        }
    }

    func testBudgetsAreAnsweredWithAVerdictAndAStatus() throws {
        let fits = try sapool("plan", "plain-cnn", "--resolution", "32", "--sram", "256K", "--flash", "1M")
        XCTAssertEqual(fits.status, 0)
        XCTAssertTrue(fits.output.contains("fits: "), fits.output)
        let tight = try sapool("plan", "plain-cnn", "--resolution", "32", "--sram", "1K")
        XCTAssertEqual(tight.status, 1)
        XCTAssertTrue(tight.output.contains("does not fit: needs "), tight.output)
        // 512 KiB of flash hold its parameters, and neither the tables beside them nor its code.
        let code = try sapool(
            "plan", "mobilenet-v2(width=0.35, strides=4112121, pool=self-attentive(patch=2, restoration=subpixel))",
            "--resolution", "96", "--flash", "512K")
        XCTAssertEqual(code.status, 1)
        XCTAssertTrue(code.output.contains("flash  does not fit: needs "), code.output)
    }

    func testTheArenaIsDrawn() throws {
        let outcome = try sapool("plan", "plain-cnn", "--resolution", "32", "--svg", "arena.svg")
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let drawing = try String(contentsOfFile: "\(folder)/arena.svg", encoding: .utf8)
        XCTAssertTrue(drawing.contains("<svg"))
        XCTAssertTrue(drawing.contains("net.features.0.0"))
    }

    /// Processor time, as this machine may be busy with something else.
    func testEveryNetworkIsPlannedWithin100Milliseconds() throws {
        func secondsOfChildren() -> Double {
            var usage = rusage()
            // RUSAGE_CHILDREN, which is a number on macOS and an enumeration on Linux.
            getrusage(-1, &usage)
            let times = [usage.ru_utime, usage.ru_stime]
            return times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        }
        for name in ["mobilenet_v2-nlp_headfix2-1222121", "resnet50", "mobilenetv3_large-nlp-122111211111211"] {
            let times = try (0..<10).map { _ in
                let before = secondsOfChildren()
                _ = try sapool("plan", name, "--resolution", "224")
                return secondsOfChildren() - before
            }
            XCTAssertLessThan(try XCTUnwrap(times.min()), 0.1, name)
        }
    }

    func testWrongUsage() throws {
        let size = try sapool("plan", "plain-cnn", "--sram", "12Q")
        XCTAssertEqual(size.status, 64)
        XCTAssertEqual(
            message(size),
            "Error: The value '12Q' is invalid for '--sram <size>': 12Q is not a memory size: write bytes or a number with K or M, "
                + "for example 256K")
        let none = try sapool("plan")
        XCTAssertEqual(none.status, 64)
        XCTAssertEqual(message(none), "Error: Name a network, for example mobilenet_v2-nlp_headfix2-1222121.")
        let pushed = try sapool("plan", "plain-cnn", "--push-rows", "--stripes", "off")
        XCTAssertEqual(pushed.status, 64)
        XCTAssertEqual(
            message(pushed), "Error: --push-rows needs stripes, and --stripes is off: leave one of them out.")
        let stack = try sapool("plan", "plain-cnn", "--stack", "100")
        XCTAssertEqual(stack.status, 64)
        XCTAssertEqual(message(stack), "Error: --stack 100: use a multiple of 8 from 512 on, up to 1M.")
        let board = try sapool("plan", "plain-cnn", "--board", "toaster")
        XCTAssertEqual(board.status, 64)
        XCTAssertEqual(
            message(board),
            "Error: unknown board \"toaster\": known are microbit-v2, nucleo-f446re, nano-33-ble, nucleo-f412zg, nucleo-f746zg, "
                + "nucleo-h743zi, pico-2; for any other give --sram and --flash.")
        let both = try sapool("plan", "plain-cnn", "--board", "nucleo-f446re", "--sram", "64K")
        XCTAssertEqual(both.status, 64)
        XCTAssertEqual(
            message(both),
            "Error: --sram 64 KiB contradicts --board nucleo-f446re, which has 128 KiB: leave one of them out.")
        let small = try sapool("plan", "mobilenet_v2-maxp-2222222", "--resolution", "8")
        XCTAssertEqual(small.status, 1)
        XCTAssertTrue(
            message(small).hasPrefix("Error: a 8×8 image is too small for this network, which needs at least "),
            small.errors)
        let unknown = try sapool("plan", "mobilenet_v2-foo-1222121")
        XCTAssertEqual(unknown.status, 1)
        XCTAssertTrue(message(unknown).hasPrefix("Error: unknown pooling \"foo\""), unknown.errors)
        let unwritable = try sapool("plan", "plain-cnn", "--svg", "missing/arena.svg")
        XCTAssertEqual(unwritable.status, 1)
        XCTAssertTrue(message(unwritable).contains("missing/arena.svg"), unwritable.errors)
        XCTAssertEqual(try sapool("paln").status, 64)
    }

    func testAWidthIsTheOneThatTheNetworksKindHas() throws {
        try tinyNetwork.write(toFile: "\(folder)/tiny.json", atomically: true, encoding: .utf8)
        let names = [
            "mobilenet-v2(width=0.5)", "mobilenet_v2-skip-1222121", "ssdlite(backbone=mobilenet-v2(width=0.35))",
            "plain-cnn", "resnet18", "tiny.json",
        ]
        for (name, width) in zip(names, ["0.5", "1.0", "0.35", nil, nil, nil]) {
            let plan = try sapool("plan", name)
            XCTAssertEqual(plan.status, 0, plan.errors)
            let first = plan.output.prefix { !$0.isNewline }
            if let width {
                XCTAssertTrue(first.hasSuffix(", width \(width)"), "\(first)")
            } else {
                XCTAssertFalse(first.contains("width"), "\(first)")
            }
        }
    }

    private let tinyNetwork = #"""
        {"format": "sapool-network", "version": 1, "name": "tiny", "outputs": ["fc"], "nodes": [
          {"name": "input", "operation": "input", "shape": [1, 8, 8]},
          {"name": "flat", "operation": "flatten", "inputs": ["input"]},
          {"name": "fc", "operation": "linear", "inputs": ["flat"], "inputFeatures": 64, "outputFeatures": 3, "bias": true}]}
        """#

    func testJSONNetworksArePlannedAndContradictionsRefused() throws {
        try tinyNetwork.write(toFile: "\(folder)/tiny.json", atomically: true, encoding: .utf8)
        let plan = try json(sapool("plan", "--network", "tiny.json", "--json").output)
        XCTAssertEqual(plan["parameters"] as? Int, 64 * 3 + 3)
        XCTAssertTrue(plan["width"] is NSNull)
        let contradiction = try sapool("plan", "tiny.json", "--resolution", "9")
        XCTAssertEqual(contradiction.status, 64)
        XCTAssertEqual(
            message(contradiction), "Error: --resolution 9 contradicts tiny.json, which says 8: leave the option out.")
        XCTAssertEqual(
            message(try sapool("plan", "tiny.json", "--resolution", "8x10")),
            "Error: --resolution 8x10 contradicts tiny.json, which says 8: leave the option out.")
        XCTAssertEqual(try sapool("plan", "tiny.json", "--resolution", "8x8").status, 0)
    }

    /// Spectra and the like are no squares.
    func testImagesOfRowsAndColumns() throws {
        let plan = try json(
            sapool("plan", "ds-cnn", "--channels", "1", "--classes", "12", "--resolution", "49x10", "--json").output)
        XCTAssertEqual(plan["resolution"] as? String, "49x10")
        XCTAssertEqual(plan["macs"] as? Int, 2_656_768)
        let refused = try sapool("plan", "ds-cnn", "--resolution", "49x0")
        XCTAssertEqual(refused.status, 64)
        XCTAssertEqual(message(refused), "Error: --resolution 49x0: use 1 to 8192 pixels.")
    }

    func testWidthsAreSearchedWhereThereAreAny() throws {
        let refused = try sapool("search", "--backbone", "resnet8", "--widths", "0.5")
        XCTAssertEqual(refused.status, 64)
        XCTAssertEqual(
            message(refused),
            "Error: only MobileNets V1 and V2 are searched in widths and placements, and --backbone is resnet8: leave "
                + "them out.")
        let search = try sapool(
            "search", "--backbone", "mobilenet-v1", "--widths", "0.25", "--resolutions", "32", "--strides", "12222",
            "--pools", "strided", "--json")
        XCTAssertEqual(search.status, 0)
        XCTAssertTrue(search.output.contains("mobilenet-v1(width=0.25, strides=12222)"), search.output)
    }

    func testStripesAndPushedRows() throws {
        func arena(_ options: String...) throws -> Int {
            let outcome = try sapool(
                ["plan", "mobilenet_v2-skip-1222121", "--resolution", "96", "--width", "0.35", "--json"] + options)
            return try XCTUnwrap(json(outcome.output)["arena_bytes"] as? Int)
        }
        let (held, off, pushed) = (try arena(), try arena("--stripes", "off"), try arena("--push-rows"))
        XCTAssertLessThanOrEqual(off, 120_000)
        XCTAssertLessThanOrEqual(held, 40_000)
        XCTAssertLessThanOrEqual(pushed, 18_000)
        XCTAssertEqual(try arena("--stripes", "on"), held)
    }

    func testNetworksSideBySide() throws {
        let outcome = try sapool(
            "plan", "mobilenet_v2-skip-1222121", "mobilenet_v2-skip-2222121", "--resolution", "96", "--svg", "both.svg",
            "--sram", "1K")
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(outcome.output.contains("the first is larger by"), outcome.output)
        XCTAssertTrue(outcome.output.contains("mobilenet_v2-skip-2222121: does not fit: needs "), outcome.output)
        let drawing = try String(contentsOfFile: "\(folder)/both.svg", encoding: .utf8)
        XCTAssertEqual(drawing.components(separatedBy: ">peak ").count - 1, 2)
        let list = try sapool("plan", "plain-cnn", "plain-cnn(pool=lip)", "--resolution", "32", "--json")
        let plans = try JSONSerialization.jsonObject(with: Data(list.output.utf8)) as? [[String: Any]]
        XCTAssertEqual(plans?.count, 2)
    }

    func testTheLoweredNetworkIsANetwork() throws {
        let name = "mobilenet_v2-nlp_headfix2-2222121"
        let first = try sapool("plan", name, "--resolution", "64", "--lowered", "device.json", "--json")
        XCTAssertEqual(first.status, 0, first.errors)
        let second = try sapool("plan", "device.json", "--json")
        XCTAssertEqual(
            try json(second.output)["arena_bytes"] as? Int, try json(first.output)["arena_bytes"] as? Int)
        let text = try String(contentsOfFile: "\(folder)/device.json", encoding: .utf8)
        XCTAssertFalse(text.contains("batchNorm"))
    }

    func testSearch() throws {
        let arguments = [
            "search", "--resolutions", "48", "--widths", "0.35", "--strides", "[12]222121", "--pools", "strided",
        ]
        let outcome = try sapool(
            arguments + ["--sram", "64K", "--svg", "front.svg", "--recipe", "front.yaml", "--data", "photos", "--json"])
        XCTAssertEqual(outcome.status, 0, outcome.errors)
        let report = try json(outcome.output)
        XCTAssertEqual(report["format"] as? String, "sapool-search")
        XCTAssertEqual(report["candidates"] as? Int, 2)
        XCTAssertFalse(try XCTUnwrap(report["front"] as? [[String: Any]]).isEmpty)
        let choice = try XCTUnwrap((report["recommended"] as? [[String: Any]])?.first)
        XCTAssertEqual(choice["role"] as? String, "smallest")
        let command = try XCTUnwrap(choice["command"] as? String)
        XCTAssertTrue(
            command.hasPrefix(
                "sapool train --data photos --resolution 48 --output runs/smallest --network 'mobilenet-v2("),
            command)
        XCTAssertTrue(outcome.errors.hasPrefix("looking at networks\nplanning the best\n"), outcome.errors)
        XCTAssertTrue(exists("front.svg") && exists("front.yaml"))
        let tight = try sapool(arguments + ["--sram", "1K"])
        XCTAssertEqual(tight.status, 1)
        XCTAssertTrue(
            message(tight).hasPrefix("Error: none of the 2 networks keeps to 1 KiB SRAM: the smallest needs "))
        let pattern = try sapool("search", "--strides", "[12")
        XCTAssertEqual(pattern.status, 64)
        XCTAssertEqual(
            message(pattern),
            "Error: [12 is no pattern of strides: write digits from 1 to 9, and choices in brackets, for example [124][12]22121."
        )
        XCTAssertEqual(
            message(try sapool("search", "--all", "--json")),
            "Error: --json has the whole front anyway: leave --all out.")
    }
}
