import Interchange
import Networks
import XCTest

/// Operators of others that join, cut, pad, resize and share: what each becomes.
final class ONNXChannelTests: XCTestCase {
    private typealias Bytes = ONNXModelBytes

    /// The operation that one node becomes; nil where it leaves its input as it is. The image is 3×8×8.
    private func operation(
        _ type: String, _ inputs: [String] = [], _ attributes: [[UInt8]] = [], constants: [[UInt8]] = [],
        operatorSet: Int64 = 18
    ) throws -> Networks.Operation? {
        let node = Bytes.node(type, ["x"] + inputs, ["y"], attributes, name: "n")
        let relu = Bytes.node("Relu", ["y"], ["z"])
        let model = Bytes(operatorSet: operatorSet, nodes: [node, relu], constants: constants, output: "z")
        let nodes = try ONNXImport(bytes: model.bytes).network.nodes
        return nodes.count == 3 ? nodes[1].operation : nil
    }

    private func problem(
        _ type: String, _ inputs: [String] = [], _ attributes: [[UInt8]] = [], constants: [[UInt8]] = [],
        operatorSet: Int64 = 18
    ) -> String {
        do {
            let found = try operation(type, inputs, attributes, constants: constants, operatorSet: operatorSet)
            return found?.kind ?? "nothing"
        } catch {
            return "\(error)"
        }
    }

    func testChannelsAreCut() throws {
        func cut(_ starts: [Int64], _ ends: [Int64], _ axes: [Int64]) throws -> Networks.Operation? {
            try operation(
                "Slice", ["s", "e", "a"],
                constants: [Bytes.whole("s", starts), Bytes.whole("e", ends), Bytes.whole("a", axes)])
        }
        XCTAssertEqual(try cut([1], [3], [1]), .slice(Slice(start: 1, count: 2)))
        XCTAssertEqual(try cut([-2], [.max], [-3]), .slice(Slice(start: 1, count: 2)))
        XCTAssertEqual(try cut([0, 0, 0], [.max, 1, 8], [0, 1, 2]), .slice(Slice(start: 0, count: 1)))
        XCTAssertNil(try cut([0], [1 << 31 - 1], [1]))
        XCTAssertThrowsError(try cut([2], [2], [1]))
        XCTAssertThrowsError(try cut([0], [4], [2])) {
            XCTAssertTrue(
                "\($0)".hasSuffix("“n” (Slice) takes other parts of a value than consecutive channels"), "\($0)")
        }
        // Attributes, as up to version 9.
        let old = [("starts", 1), ("ends", 2), ("axes", 1)].map { Bytes.integers($0, [Int64($1)]) }
        XCTAssertEqual(try operation("Slice", [], old, operatorSet: 9), .slice(Slice(start: 1, count: 1)))
    }

    func testPartsOfASplitGoTheirWays() throws {
        let axis = Bytes.integer("axis", 1)
        let counts = Bytes.whole("k", [1, 2])
        let nodes = [
            Bytes.node("Split", ["x", "k"], ["a", "b"], [axis], name: "s"), Bytes.node("Tanh", ["a"], ["c"], name: "t"),
            Bytes.node("Concat", ["b", "c"], ["y"], [Bytes.integer("axis", -3)], name: "j"),
        ]
        let network = try ONNXImport(bytes: Bytes(operatorSet: 18, nodes: nodes, constants: [counts]).bytes).network
        XCTAssertEqual(network.nodes.map(\.name), ["input", "s.0", "s.1", "t", "j"])
        XCTAssertEqual(network.nodes[1].operation, .slice(Slice(start: 0, count: 1)))
        XCTAssertEqual(network.nodes[2].operation, .slice(Slice(start: 1, count: 2)))
        XCTAssertEqual(network.nodes[4].inputs.map(\.index), [2, 3])
        XCTAssertEqual(network.outputShape, [3, 8, 8])
        // Three channels in two parts: two and one.
        let even = Bytes(operatorSet: 18, nodes: [Bytes.node("Split", ["x"], ["y", "z"], [axis])])
        XCTAssertEqual(try ONNXImport(bytes: even.bytes).network.outputShape, [2, 8, 8])
        XCTAssertTrue(problem("Split", [], [Bytes.integer("axis", 2)]).contains("splits along another axis"))
        XCTAssertTrue(problem("Concat", ["x"], [Bytes.integer("axis", 2)]).contains("joins along another axis"))
    }

    func testPaddings() throws {
        func pad(_ sides: [Int64], _ more: [[UInt8]] = [], _ inputs: [String] = []) throws -> Networks.Operation? {
            try operation("Pad", ["p"] + inputs, constants: [Bytes.whole("p", sides)] + more)
        }
        XCTAssertEqual(
            try pad([0, 0, 1, 2, 0, 0, 3, 4]), .pad(Pad(before: Size(1, 2), after: Size(3, 4))))
        XCTAssertEqual(
            try pad([1, 0, 0, 1], [Bytes.floats("v", [], [-2]), Bytes.whole("a", [-1, 2])], ["v", "a"]),
            .pad(Pad(before: Size(0, 1), after: Size(1, 0), value: -2)))
        XCTAssertNil(try pad([0, 0, 0, 0, 0, 0, 0, 0]))
        XCTAssertEqual(
            try operation("Pad", [], [Bytes.integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])], operatorSet: 9),
            .pad(Pad(before: 1, after: 1)))
        XCTAssertTrue(
            problem("Pad", ["p"], constants: [Bytes.whole("p", [0, 1, 0, 0, 0, 0, 0, 0])]).contains(
                "only rows and columns can be added around a map"))
        XCTAssertTrue(problem("Pad", ["p"], [Bytes.string("mode", "reflect")]).contains("pads by the map's own pixels"))
    }

    /// Whatever way ONNX finds lines and rounds, the resampling that copies the same lines; where there is none, a refusal.
    func testResizing() throws {
        func resize(_ side: Int64, _ way: String?, _ rounding: String?, mode: String = "nearest") -> String {
            let attributes = [
                Bytes.string("mode", mode), way.map { Bytes.string("coordinate_transformation_mode", $0) },
                rounding.map { Bytes.string("nearest_mode", $0) },
            ].compactMap { $0 }
            do {
                switch try operation(
                    "Resize", ["", "", "k"], attributes, constants: [Bytes.whole("k", [1, 3, side, 8])])
                {
                case .upsampleNearest(let details)?: return "\(details.alignment)"
                case .upsampleBilinear(let details)?: return "bilinear to \(details.size)"
                default: return "something else"
                }
            } catch {
                return "refused: \(error)"
            }
        }
        XCTAssertEqual(resize(16, "asymmetric", "floor"), "edges")
        XCTAssertEqual(resize(11, "asymmetric", "floor"), "edges")
        XCTAssertEqual(resize(16, nil, nil), "edges")
        // A place halfway between two lines is rounded down, and centres round up.
        XCTAssertTrue(resize(11, nil, nil).contains("as no resampling here does"))
        XCTAssertEqual(resize(11, "half_pixel", "round_prefer_ceil"), "centers")
        XCTAssertEqual(resize(11, "tf_half_pixel_for_nn", "floor"), "centers")
        XCTAssertEqual(resize(3, "align_corners", "round_prefer_ceil"), "corners")
        // From 8 lines to 4 of one and the same distance: by halves down 0, 2, 4, 6, and up 1, 3, 5, 7.
        XCTAssertEqual(resize(4, "half_pixel", "round_prefer_floor"), "edges")
        XCTAssertEqual(resize(4, "half_pixel", "round_prefer_ceil"), "centers")
        XCTAssertTrue(resize(11, "asymmetric", "ceil").contains("as no resampling here does"))
        XCTAssertTrue(resize(11, "tf_crop_and_resize", "floor").contains("finds lines by"))
        XCTAssertTrue(resize(5000, "asymmetric", "floor").contains("to sides of 1 to 4096"))
        XCTAssertEqual(resize(16, "half_pixel", nil, mode: "linear"), "bilinear to 16×8")
        XCTAssertEqual(resize(16, "pytorch_half_pixel", nil, mode: "linear"), "bilinear to 16×8")
        XCTAssertTrue(resize(4, "half_pixel", nil, mode: "linear").contains("only larger maps"))
        XCTAssertTrue(resize(16, "align_corners", nil, mode: "linear").contains("only larger maps"))
        XCTAssertTrue(resize(16, "half_pixel", nil, mode: "cubic").contains("by the mode “cubic”"))
        // By factors, of all axes or of some.
        XCTAssertEqual(
            try operation(
                "Resize", ["", "s"],
                [Bytes.string("coordinate_transformation_mode", "asymmetric"), Bytes.string("nearest_mode", "floor")],
                constants: [Bytes.floats("s", [4], [1, 1, 2, 3])]),
            .upsampleNearest(UpsampleNearest(size: Size(16, 24))))
        XCTAssertEqual(
            try operation(
                "Resize", ["", "s"], [Bytes.integers("axes", [-1, 2])],
                constants: [Bytes.floats("s", [2], [2, 3])]),
            .upsampleNearest(UpsampleNearest(size: Size(24, 16))))
        XCTAssertEqual(
            try operation("Resize", ["s"], constants: [Bytes.floats("s", [4], [1, 1, 2, 2])], operatorSet: 10),
            .upsampleNearest(UpsampleNearest(size: 16)))
    }

    func testRectifiersAndFunctions() throws {
        XCTAssertEqual(try operation("Tanh"), .activation(Activation(.tanh)))
        XCTAssertNil(try operation("Identity"))
        let bounds = [Bytes.floats("l", [], [-1]), Bytes.floats("h", [], [1])]
        XCTAssertEqual(try operation("Clip", ["l", "h"], constants: bounds), .activation(Activation(.hardTanh)))
        guard case .parametricReLU(let leaky)? = try operation("LeakyRelu") else { return XCTFail("no rectifier") }
        XCTAssertEqual(leaky.slope, 0.01, accuracy: 1e-9)
        XCTAssertNil(leaky.channels)
        for shape in [[3, 1, 1], [1, 3, 1, 1]] as [[Int64]] {
            let node = Bytes.node("PRelu", ["x", "act.weight"], ["y"])
            let model = Bytes(nodes: [node], constants: [Bytes.floats("act.weight", shape, [0.1, 0.2, 0.3])])
            let read = try ONNXImport(bytes: model.bytes)
            XCTAssertEqual(read.network.nodes[1].operation, .parametricReLU(ParametricReLU(slope: 0.25, channels: 3)))
            XCTAssertEqual(read.weights["act.weight"], try TensorData([0.1, 0.2, 0.3] as [Float]))
        }
        XCTAssertEqual(
            try operation("PRelu", ["w"], constants: [Bytes.floats("w", [1, 1, 1], [0.5])]),
            .parametricReLU(ParametricReLU(slope: 0.5)))
        XCTAssertTrue(
            problem("PRelu", ["w"], constants: [Bytes.floats("w", [8], [Float](repeating: 1, count: 8))]).contains(
                "has slopes of shape [8], where one a channel ([3, 1, 1]) is needed"))
        XCTAssertEqual(try operation("Sub", ["x"]), .subtract(Subtract()))
        XCTAssertEqual(
            try operation("Sub", ["w"], constants: [Bytes.floats("w", [1], [0.5])]), .scale(Scale(1, offset: -0.5)))
        XCTAssertEqual(
            try operation("Div", ["w"], constants: [Bytes.floats("w", [], [4])]), .scale(Scale(0.25)))
        XCTAssertTrue(problem("Div", ["x"]).contains("takes “x”, which has to be a constant"))
    }

    func testSharesAndMaxima() throws {
        XCTAssertEqual(try operation("Softmax", [], [Bytes.integer("axis", 1)]), .softmax(Softmax()))
        XCTAssertEqual(try operation("Softmax", [], [Bytes.integer("axis", -3)]), .softmax(Softmax()))
        // The last axis of a map is its columns; before version 13 all numbers shared.
        XCTAssertTrue(problem("Softmax").contains("shares over other axes than the channels"))
        XCTAssertTrue(
            problem("Softmax", [], [Bytes.integer("axis", 1)], operatorSet: 12).contains("shares over other axes"))
        for version in [12, 13] as [Int64] {
            for axis in [4, -5, .min] as [Int64] {
                XCTAssertTrue(
                    problem("Softmax", [], [Bytes.integer("axis", axis)], operatorSet: version).contains(
                        "has the axis \(axis) of values of 4 dimensions"))
            }
            let flat = [Bytes.node("Flatten", ["x"], ["f"]), Bytes.node("Softmax", ["f"], ["y"])]
            let network = try ONNXImport(bytes: Bytes(operatorSet: version, nodes: flat).bytes).network
            XCTAssertEqual(network.nodes[2].operation, .softmax(Softmax()))
        }
        XCTAssertEqual(try operation("GlobalMaxPool"), .globalMaxPool(GlobalMaxPool()))
        XCTAssertEqual(
            try operation("ReduceMax", ["a"], constants: [Bytes.whole("a", [-1, -2])]),
            .globalMaxPool(GlobalMaxPool()))
        XCTAssertTrue(
            problem("ReduceMax", ["a"], constants: [Bytes.whole("a", [1])]).contains(
                "reduces axes [1], and only the maximum of a map, its rows or its columns is known"))
    }
}
