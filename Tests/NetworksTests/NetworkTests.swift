import Foundation
import Networks
import XCTest

final class NetworkTests: XCTestCase {
    func testCountsOfPublishedNetworks() throws {
        // Torchvision's model summaries: parameters and multiply-accumulates at 224 pixels and 1000 classes.
        let mobileNet = try Network(notation: "mobilenet-v2", input: [3, 224, 224], classes: 1000)
        XCTAssertEqual(mobileNet.parameterCount, 3_504_872)
        XCTAssertEqual(mobileNet.multiplyAccumulates, 300_774_272)
        let resNet = try Network(notation: "resnet50", input: [3, 224, 224], classes: 1000)
        XCTAssertEqual(resNet.parameterCount, 25_557_032)
        let resNet34 = try Network(notation: "resnet34", input: [3, 224, 224], classes: 1000)
        XCTAssertEqual(resNet34.parameterCount, 21_797_672)
        let resNet18 = try Network(notation: "resnet18", input: [3, 224, 224], classes: 1000)
        XCTAssertEqual(resNet18.parameterCount, 11_689_512)
        XCTAssertEqual(resNet18.multiplyAccumulates, 1_814_073_344)
    }

    func testShapesByHand() throws {
        // A convolution of 3×3 with stride 2 and padding 1 on 5×7: ⌊(5+2−3)/2⌋+1 = 3, ⌊(7+2−3)/2⌋+1 = 4.
        let builder = NetworkBuilder("tiny")
        let x = try builder.input([3, 5, 7])
        let y = try builder.convolution(x, to: 8, kernel: 3, stride: 2, padding: 1, name: "conv")
        XCTAssertEqual(builder.shape(of: y), [8, 3, 4])
        let network = try builder.network(output: y)
        XCTAssertEqual(network.parameterCount, 8 * 3 * 3 * 3)
        XCTAssertEqual(network.multiplyAccumulates, 8 * 3 * 4 * 27)
    }

    func testErrorsNameTheNode() throws {
        let builder = NetworkBuilder("tiny")
        let x = try builder.input([3, 8, 8])
        XCTAssertThrowsError(
            try builder.scope("net") { try builder.convolution(x, to: 8, kernel: 3, groups: 2, name: "conv") }
        ) {
            XCTAssertEqual("\($0)", "net.conv: 2 groups do not divide 3 input and 8 output channels")
        }
        let narrow = try builder.convolution(x, to: 4, kernel: 1, name: "narrow")
        XCTAssertThrowsError(try builder.add(x, narrow, name: "sum")) {
            XCTAssertEqual("\($0)", "sum: its inputs have shapes 3×8×8 and 4×8×8, which do not fit each other")
        }
        XCTAssertThrowsError(try builder.convolution(x, to: 4, kernel: 1, name: "narrow")) {
            XCTAssertEqual("\($0)", "two nodes are called \"narrow\"")
        }
        XCTAssertThrowsError(try builder.convolution(x, to: 1 << 40, kernel: 3, name: "wide")) {
            XCTAssertEqual("\($0)", "wide: its output or its parameters have over 2³¹ elements")
        }
    }

    func testCostsBeyondCountingAreRefused() throws {
        let builder = NetworkBuilder("huge")
        let x = try builder.input([1, 65536, 32768])
        XCTAssertThrowsError(
            try builder.add(.multiHeadAttention(MultiHeadAttention(channels: 1, heads: 1)), [x], name: "attention")
        ) {
            XCTAssertTrue("\($0)".hasPrefix("attention: it takes "), "\($0)")
        }
    }

    func testEveryNetworkSurvivesItsJSON() throws {
        for notation in Self.notations {
            let network = try Network(notation: notation, input: [3, 128, 128], classes: 7)
            let copy = try Network(json: network.json())
            XCTAssertEqual(copy, network, notation)
        }
    }

    static let notations =
        OwnNotation.backboneNames
        + OwnNotation.poolingNames.map { "plain-cnn(channels=8-16, pool=\($0))" } + [
            "mobilenet-v2(width=0.35, strides=4222121, placement=before, pool=self-attentive(patch=2, restoration=subpixel))",
            "resnet18(stem-stride=4, stem-pool=self-attentive(patch=2, restoration=bilinear, heads=4, position=sine))",
            "plain-cnn(pool=max, pool.2=gaussian(noise=cn), pool.3=self-attentive(temperature=learned(start=2), weighting=exp))",
            "prepool-nlp_headfix2-4-mobilenet_v2-nlp_headfix2-1222121", "mobilenetv3_large-lip-122111211111211",
            "resnet50_v2-nlp_headfix2-1222", "mobilenet_v2-gaussian_pool-1222121",
        ]

    func testDamagedJSONIsRefusedWithAReason() throws {
        func message(_ json: String) -> String {
            do {
                _ = try Network(json: Data(json.utf8))
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let head = #"{"format": "sapool-network", "version": 1, "name": "n", "outputs": ["a"], "nodes": "#
        let input = #"{"name": "input", "operation": "input", "shape": [3, 8, 8]}"#
        XCTAssertEqual(
            message(head + #"[\#(input), {"name": "a", "operation": "warp", "inputs": ["input"]}]}"#),
            "the JSON is not a network: there is no operation \"warp\" (at nodes[1].operation)")
        XCTAssertEqual(
            message(head + #"[\#(input), {"name": "a", "operation": "flatten", "inputs": ["b"]}]}"#),
            "a takes \"b\", which is no node in front of it")
        XCTAssertEqual(
            message(
                head + #"[\#(input), {"name": "a", "operation": "maxPool", "inputs": ["input"], "stride": [2, 2]}]}"#),
            "the JSON is not a network: \"kernel\" is missing at nodes[1]")
        XCTAssertEqual(
            message(
                head
                    + #"[\#(input), {"name": "a", "operation": "maxPool", "inputs": ["input"], "kernel": [2, 2], "stride": [0, 2], "padding": [0, 0]}]}"#
            ),
            "a: its stride is 0×2: use sides of 1 to 1024")
        XCTAssertEqual(
            message(#"{"format": "sapool-network", "version": 9}"#),
            "its version is 9, and this program reads version 1")
        XCTAssertTrue(message("[").hasPrefix("the JSON is not a network: "))
    }

    /// Fields that nothing reads, that stand twice, or whose number does not fit: each with the node and the field.
    func testJSONFieldsThatWouldBeDropped() throws {
        func message(_ fields: String, top: String = "") -> String {
            let json = """
                {"format": "sapool-network", "version": 1, "name": "n", "outputs": ["a"], \(top) "nodes": [
                  {"name": "input", "operation": "input", "shape": [1, 8, 8]},
                  {"name": "a", "operation": "convolution", "inputs": ["input"], "inputChannels": 1, "kernel": [3, 3],
                   "stride": [1, 1], "padding": [1, 1], "groups": 1, \(fields)}]}
                """
            do {
                return "\(try Network(json: Data(json.utf8)).outputShape)"
            } catch {
                return "\(error)"
            }
        }
        let whole = #""outputChannels": 2, "bias": false"#
        XCTAssertEqual(message(whole), "2×8×8")
        // What is written only where it is set may be stated.
        XCTAssertEqual(
            message(whole + #", "startsAtZero": false, "dilation": [1, 1]"#, top: #""detector": null,"#), "2×8×8")
        XCTAssertTrue(
            message(whole + #", "dilaton": [2, 2]"#).hasPrefix(
                "the JSON is not a network: the node \"a\" has an unknown field \"dilaton\" (did you mean dilation?): known are bias, "
            ))
        XCTAssertTrue(
            message(whole, top: #""naem": "m","#).hasPrefix(
                "the JSON is not a network: it has an unknown field \"naem\" (did you mean name?): known are "))
        XCTAssertEqual(
            message(whole + #", "bias": true"#), "the JSON is not a network: \"bias\" stands twice at nodes[1]")
        XCTAssertEqual(
            message(whole + #", "b\u0069as": true"#), "the JSON is not a network: \"bias\" stands twice at nodes[1]")
        XCTAssertEqual(
            message(whole, top: #""name": "m","#), "the JSON is not a network: \"name\" stands twice at the top")
        for number in ["3.5", "9223372036854775808", "1e30", "1e400"] {
            XCTAssertEqual(
                message(#""bias": false, "outputChannels": "# + number),
                "the JSON is not a network: \(number) at nodes[1].outputChannels is not a number that fits there")
        }
        let long = String(repeating: "k", count: 100_000)
        XCTAssertLessThan(message(whole + ", \"\(long)\": 1, \"\(long)\": 2").utf8.count, 400)
    }

    func testWordsThatAreNoJSONAreNamedWithTheirPlace() {
        for word in ["NaN", "Infinity", "-Infinity", "nan", "None"] {
            let json = """
                {"format": "sapool-network", "version": 1, "name": "true and NaN", "outputs": ["a"], "nodes": [
                  {"name": "input", "operation": "input", "shape": [1, 8, 8]},
                  {"name": "a", "operation": "batchNorm", "inputs": ["input"], "channels": 1, "epsilon": \(word)}]}
                """
            XCTAssertThrowsError(try Network(json: Data(json.utf8)), word) { error in
                XCTAssertEqual(
                    "\(error)",
                    "the JSON is not a network: \(word) at nodes[1].epsilon is no value of JSON: write a number, or a text in quotes"
                )
            }
        }
    }

    /// Thousands of random edits of a network's JSON: an error or a network, never a crash.
    func testRandomDamageNeverCrashes() throws {
        let network = try Network(
            notation: "plain-cnn(channels=4-8, pool=self-attentive(patch=2, restoration=subpixel))",
            input: [1, 12, 12], classes: 3)
        let original = [UInt8](try network.json())
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[place] = [UInt8]("0123456789-,[]{}\"".utf8).randomElement(using: &generator) ?? 0
            }
            _ = try? Network(json: Data(bytes))
        }
    }
}
