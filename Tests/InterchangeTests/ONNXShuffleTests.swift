import Interchange
import Networks
import XCTest

/// Channels that Reshape, Transpose and Reshape shuffle, by hand. Of four channels in two groups, [0 1][2 3], come 0 2
/// 1 3.
final class ONNXShuffleTests: XCTestCase {
    private typealias Bytes = ONNXModelBytes

    private let shuffling = [
        Bytes.node("Reshape", ["x", "cut"], ["a"]),
        Bytes.node("Transpose", ["a"], ["b"], [Bytes.integers("perm", [0, 2, 1, 3, 4])], name: "turn"),
        Bytes.node("Reshape", ["b", "joined"], ["s"]),
    ]

    private func read(_ nodes: [[UInt8]], _ constants: [[UInt8]] = []) throws -> ONNXImport {
        var model = Bytes(
            nodes: shuffling + nodes,
            constants: [Bytes.whole("cut", [1, 2, 2, 2, 2]), Bytes.whole("joined", [1, 4, 2, 2])] + constants)
        model.image = [1, 4, 2, 2]
        return try ONNXImport(bytes: model.bytes)
    }

    private func kinds(_ imported: ONNXImport) -> [String] { imported.network.nodes.map(\.operation.kind) }

    /// A convolution has its weights in the order of the channels that there are.
    func testAConvolutionTakesThemAsTheyLie() throws {
        let imported = try read(
            [Bytes.node("Relu", ["s"], ["r"]), Bytes.node("Conv", ["r", "c.weight"], ["y"])],
            [Bytes.floats("c.weight", [1, 4, 1, 1], [1, 2, 3, 4])])
        XCTAssertEqual(kinds(imported), ["input", "activation", "convolution"])
        // Channel 1 is the third that the weights were for, and 2 the second.
        XCTAssertEqual(imported.weights["c.weight"]?.floats(), [1, 3, 2, 4])
    }

    /// Each channel by itself: filters and biases move, and the channels are shuffled still.
    func testAConvolutionOfEachChannel() throws {
        let imported = try read(
            [
                Bytes.node("Conv", ["s", "d.weight", "d.bias"], ["d"], [Bytes.integer("group", 4)]),
                Bytes.node("Conv", ["d", "c.weight"], ["y"]),
            ],
            [
                Bytes.floats("d.weight", [4, 1, 1, 1], [1, 2, 3, 4]), Bytes.floats("d.bias", [4], [5, 6, 7, 8]),
                Bytes.floats("c.weight", [1, 4, 1, 1], [1, 2, 3, 4]),
            ])
        XCTAssertEqual(kinds(imported), ["input", "convolution", "convolution"])
        XCTAssertEqual(imported.weights["d.weight"]?.floats(), [1, 3, 2, 4])
        XCTAssertEqual(imported.weights["d.bias"]?.floats(), [5, 7, 6, 8])
        XCTAssertEqual(imported.weights["c.weight"]?.floats(), [1, 3, 2, 4])
    }

    /// Halves of shuffled channels, 0 2 and 1 3, are runs of those that there are, and joined again they are known.
    func testPartsAndWhatIsJoinedOfThem() throws {
        let imported = try read(
            [
                Bytes.node("Split", ["s"], ["p", "q"], [Bytes.integer("axis", 1)], name: "halves"),
                Bytes.node("Concat", ["q", "p"], ["j"], [Bytes.integer("axis", 1)]),
                Bytes.node("Conv", ["j", "c.weight"], ["y"]),
            ], [Bytes.floats("c.weight", [1, 4, 1, 1], [1, 2, 3, 4])])
        let slices = imported.network.nodes.compactMap { node -> Slice? in
            if case .slice(let details) = node.operation { return details }
            return nil
        }
        XCTAssertEqual(slices.map(\.start), [0, 2, 1, 3])
        XCTAssertEqual(imported.weights["c.weight"]?.floats(), [1, 2, 3, 4])
    }

    /// What needs the tensor's own order gets it.
    func testOthersGetThemInOrder() throws {
        let imported = try read([Bytes.node("GlobalMaxPool", ["s"], ["y"], name: "most")])
        XCTAssertEqual(
            kinds(imported), ["input", "slice", "slice", "slice", "slice", "concatenation", "globalMaxPool"])
        // As an output too.
        let output = try read([Bytes.node("Relu", ["s"], ["y"])])
        XCTAssertEqual(
            kinds(output), ["input", "activation", "slice", "slice", "slice", "slice", "concatenation"])
        // Shuffled back they are where they were.
        let back = [
            Bytes.node("Reshape", ["s", "cut"], ["e"]),
            Bytes.node("Transpose", ["e"], ["f"], [Bytes.integers("perm", [0, 2, 1, 3, 4])]),
            Bytes.node("Reshape", ["f", "joined"], ["g"]), Bytes.node("Relu", ["g"], ["y"]),
        ]
        XCTAssertEqual(kinds(try read(back)), ["input", "activation"])
    }

    func testOtherTurningsAreNamed() throws {
        var model = Bytes(
            nodes: [
                Bytes.node("Reshape", ["x", "cut"], ["a"]),
                Bytes.node("Transpose", ["a"], ["y"], [Bytes.integers("perm", [0, 3, 1, 2, 4])], name: "turn"),
            ], constants: [Bytes.whole("cut", [1, 2, 2, 2, 2])])
        model.image = [1, 4, 2, 2]
        XCTAssertThrowsError(try ONNXImport(bytes: model.bytes)) { error in
            XCTAssertTrue("\(error)".contains("“turn” (Transpose) turns [1, 2, 2, 2, 2], whose axes"), "\(error)")
        }
    }

    /// Margins as timm's older exports compute them of an image's sides, in real numbers.
    func testMarginsThatAreComputedOfRealNumbers() throws {
        func number(_ name: String, _ value: Float) -> [UInt8] { Bytes.floats(name, [], [value]) }
        // ⌈2.5⌉ − 2.5 = 0.5; at least 1; times 1.5, towards 0: 1.
        let nodes = [
            Bytes.node("Ceil", ["half"], ["a"]), Bytes.node("Sub", ["a", "half"], ["b"]),
            Bytes.node("Clip", ["b", "one"], ["c"]), Bytes.node("Mul", ["c", "more"], ["d"]),
            Bytes.node("Cast", ["d"], ["e"], [Bytes.integer("to", 7)]),
            Bytes.node("Unsqueeze", ["e", "front"], ["f"]),
            Bytes.node("Concat", ["zeros", "f"], ["pads"], [Bytes.integer("axis", 0)]),
            Bytes.node("Pad", ["x", "pads"], ["p"]), Bytes.node("Relu", ["p"], ["y"]),
        ]
        var model = Bytes(
            nodes: nodes,
            constants: [
                number("half", 2.5), number("one", 1), number("more", 1.5), Bytes.whole("front", [0]),
                Bytes.whole("zeros", [Int64](repeating: 0, count: 7)),
            ])
        model.image = [1, 4, 2, 2]
        let imported = try ONNXImport(bytes: model.bytes)
        XCTAssertEqual(imported.network.outputShape, [4, 2, 3])
    }

    private func readCells(_ nodes: [[UInt8]], _ constants: [[UInt8]], block: Int64 = 2) throws -> ONNXImport {
        let cells = Bytes.node("SpaceToDepth", ["x"], ["s"], [Bytes.integer("blocksize", block)], name: "cells")
        var model = Bytes(nodes: [cells] + nodes, constants: constants)
        model.image = [1, 2, 4, 4]
        return try ONNXImport(bytes: model.bytes)
    }

    /// SpaceToDepth has both channels of a place side by side, the network four places of a channel.
    func testCellsOfPixels() throws {
        let imported = try readCells(
            [Bytes.node("Conv", ["s", "c.weight"], ["y"])],
            [Bytes.floats("c.weight", [1, 8, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8])])
        XCTAssertEqual(kinds(imported), ["input", "spaceToDepth", "convolution"])
        XCTAssertEqual(imported.network.nodes[1].shape, [8, 2, 2])
        XCTAssertEqual(imported.weights["c.weight"]?.floats(), [1, 3, 5, 7, 2, 4, 6, 8])
    }

    /// Turned as our own models do, they stand as the network has them.
    func testCellsOfPixelsInTheNetworksOrder() throws {
        let imported = try readCells(
            [
                Bytes.node("Reshape", ["s", "cut"], ["a"]),
                Bytes.node("Transpose", ["a"], ["b"], [Bytes.integers("perm", [0, 2, 1, 3, 4])]),
                Bytes.node("Reshape", ["b", "joined"], ["t"]), Bytes.node("Conv", ["t", "c.weight"], ["y"]),
            ],
            [
                Bytes.whole("cut", [0, 4, 2, 2, 2]), Bytes.whole("joined", [0, 8, 2, 2]),
                Bytes.floats("c.weight", [1, 8, 1, 1], [1, 2, 3, 4, 5, 6, 7, 8]),
            ])
        XCTAssertEqual(kinds(imported), ["input", "spaceToDepth", "convolution"])
        XCTAssertEqual(imported.weights["c.weight"]?.floats(), [1, 2, 3, 4, 5, 6, 7, 8])
    }

    func testCellsThatDoNotFit() {
        for block in [0, 3, 257] as [Int64] {
            XCTAssertThrowsError(try readCells([Bytes.node("Relu", ["s"], ["y"])], [], block: block)) {
                XCTAssertTrue("\($0)".contains("has the block size \(block), which does not divide 2×4×4"), "\($0)")
            }
        }
    }
}
