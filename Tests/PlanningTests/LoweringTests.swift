import Lowering
import Networks
import Planning
import XCTest

final class LoweringTests: XCTestCase {
    private func names(_ network: Network) -> [String] { network.nodes.map(\.name) }

    func testChainByHand() throws {
        let network = try TinyNetworks.chain()
        let lowering = try DeviceGraph(network)
        XCTAssertEqual(
            names(lowering.network), ["input", "conv", "relu", "pool", "avgpool", "avgpool.flatten", "fc"])
        XCTAssertEqual(
            lowering.folds, [DeviceGraph.Fold(layer: "conv", batchNorm: "bn", epsilon: 1e-5, repetition: 1)])
        XCTAssertEqual(
            lowering.operations.map {
                "\($0.kind): \($0.nodes.joined(separator: " ")) of \($0.inputs.joined(separator: " "))"
            },
            [
                "input: input of ", "convolution+relu 3×3: conv relu of input", "maxPool 2×2/2: pool of relu",
                "globalAveragePool: avgpool of pool", "linear: fc of avgpool",
            ])
        XCTAssertEqual(lowering.operations[3].needs, [DeviceOperation.Need(name: "avgpool.sums", bytes: 32)])
    }

    /// weight 2, bias none; mean 1, variance 4 − ε, gain 3, shift 5: 3 / 2 · (2·x − 1) + 5 = 3·x + 3.5.
    func testFoldingByHand() throws {
        let builder = NetworkBuilder("fold")
        let x = try builder.convolution(try builder.input([1, 2, 2]), to: 1, kernel: 1, name: "conv")
        let network = try builder.network(output: try builder.batchNorm(x, name: "bn"))
        let values: [String: [Float]] = [
            "conv.weight": [2], "bn.weight": [3], "bn.bias": [5], "bn.running_mean": [1], "bn.running_var": [4 - 1e-5],
        ]
        let lowered = try DeviceGraph(network).parameters { try XCTUnwrap(values[$0], $0) }
        XCTAssertEqual(lowered.keys.sorted(), ["conv.bias", "conv.weight"])
        XCTAssertEqual(try XCTUnwrap(lowered["conv.weight"]?[0]), 3, accuracy: 1e-5)
        XCTAssertEqual(try XCTUnwrap(lowered["conv.bias"]?[0]), 3.5, accuracy: 1e-5)
    }

    /// Behind a depth-to-space of factor 2, four channels of the convolution share one of the normalisation.
    func testFoldingThroughDepthToSpace() throws {
        let name = "plain-cnn(channels=4, strides=2, pool=self-attentive(patch=2, restoration=subpixel))"
        let lowering = try DeviceGraph(try Network(notation: name, input: [1, 8, 8], classes: 2))
        let fold = try XCTUnwrap(lowering.folds.first { $0.layer.hasSuffix("restore.0") })
        XCTAssertEqual(fold.repetition, 4)
        XCTAssertFalse(names(lowering.network).contains(fold.batchNorm))
    }

    /// A normalisation of a sum scales both terms and shifts one: 3 / 2 · (2·x + (4·x + 6) − 1) + 5 = 3·x + 3.5 + (6·x + 9).
    func testFoldingIntoTheTermsOfASum() throws {
        let builder = NetworkBuilder("sum")
        let input = try builder.input([1, 2, 2])
        let first = try builder.convolution(input, to: 1, kernel: 1, name: "first")
        let second = try builder.convolution(input, to: 1, kernel: 1, bias: true, name: "second")
        let sum = try builder.add(first, second, name: "sum")
        let network = try builder.network(output: try builder.batchNorm(sum, name: "bn"))
        let values: [String: [Float]] = [
            "first.weight": [2], "second.weight": [4], "second.bias": [6], "bn.weight": [3], "bn.bias": [5],
            "bn.running_mean": [1], "bn.running_var": [4 - 1e-5],
        ]
        let lowering = try DeviceGraph(network)
        XCTAssertEqual(names(lowering.network), ["input", "first", "second", "sum"])
        let lowered = lowering.parameters { values[$0] ?? [] }
        XCTAssertEqual(lowered.keys.sorted(), ["first.bias", "first.weight", "second.bias", "second.weight"])
        for (name, expected) in [
            ("first.weight", 3), ("first.bias", 3.5), ("second.weight", 6), ("second.bias", 9),
        ] as [(String, Float)] {
            XCTAssertEqual(try XCTUnwrap(lowered[name]?[0], name), expected, accuracy: 1e-5, name)
        }
    }

    /// Where a term is read elsewhere too, or is there twice, or is no layer, the normalisation stays.
    func testSumsThatDoNotFold() throws {
        func folds(_ sum: (NetworkBuilder, Node.ID, Node.ID) throws -> Node.ID) throws -> Bool {
            let builder = NetworkBuilder("sum")
            let input = try builder.input([1, 2, 2])
            let layer = try builder.convolution(input, to: 1, kernel: 1, name: "layer")
            let normal = try builder.batchNorm(try sum(builder, input, layer), name: "bn")
            return try !DeviceGraph(builder.network(output: normal)).folds.isEmpty
        }
        XCTAssertFalse(try folds { try $0.add($1, $2, name: "sum") })
        XCTAssertFalse(try folds { builder, _, layer in try builder.add(layer, layer, name: "sum") })
        XCTAssertFalse(
            try folds { builder, input, layer in
                let other = try builder.convolution(input, to: 1, kernel: 1, name: "other")
                let copy = try builder.activation(layer, .relu, name: "copy")
                return try builder.add(try builder.add(layer, other, name: "sum"), copy, name: "all")
            })
        XCTAssertTrue(
            try folds { builder, input, layer in
                let other = try builder.convolution(input, to: 1, kernel: 1, name: "other")
                let third = try builder.convolution(input, to: 1, kernel: 1, name: "third")
                return try builder.add(try builder.add(layer, other, name: "sum"), third, name: "all")
            })
    }

    func testAPoolingIsOneOperation() throws {
        let lowering = try DeviceGraph(try TinyNetworks.attention())
        XCTAssertEqual(lowering.operations.map(\.name), ["input", "x", "pool"])
        let pool = lowering.operations[2]
        XCTAssertEqual(pool.kind, "self-attentive pooling 2×2/2")
        XCTAssertEqual(pool.inputs, ["x"])
        XCTAssertEqual(pool.outputShape, [4, 2, 2])
        let scope = "pool.logit.pool_weight"
        XCTAssertEqual(
            pool.needs.map { "\($0.name) \($0.bytes)" },
            [
                "\(scope).downsample.0 64", "\(scope).multihead_attn 64", "\(scope).multihead_attn.kv 128",
                "\(scope).multihead_attn.scores 64", "\(scope).multihead_attn.row 12", "\(scope).restore.0 64",
                "pool.sums 32",
            ])
        let gaussian = try DeviceGraph(try TinyNetworks.gaussian(.position))
        XCTAssertEqual(gaussian.operations.map(\.kind), ["input", "pooling"])
    }

    /// The device's network takes what the original takes, and lowering it once more changes nothing.
    func testPlansAreTheSame() throws {
        for name in [
            "mobilenet_v2-nlp_headfix2-1222121", "mobilenetv3_small-gaussian_pool-22121111211", "resnet18-lip-1222",
        ] {
            let network = try Network(notation: name, input: [3, 64, 64], classes: 10)
            let lowered = try network.lowered()
            let (plan, other) = (try MemoryPlan(network), try MemoryPlan(lowered))
            XCTAssertEqual(other.arenaBytes, plan.arenaBytes, name)
            XCTAssertEqual(other.steps.count, plan.steps.count, name)
            XCTAssertEqual(try Profile(lowered).flashBytes, try Profile(network).flashBytes, name)
            XCTAssertEqual(try lowered.lowered(), lowered, name)
        }
    }

    /// A flattened map lies pixel by pixel, and a vector goes channel by channel: what would mix them up is refused with its name.
    func testFlattenedMapsTakenForVectors() throws {
        func problem(_ size: Size, _ append: (NetworkBuilder, Node.ID) throws -> Node.ID) throws -> String? {
            let builder = NetworkBuilder("flat")
            let map = try builder.activation(builder.input(Shape(3, size)), .sigmoid, name: "map")
            let flat = try builder.add(.flatten(Flatten()), [map], name: "flat")
            let network = try builder.network(output: append(builder, flat))
            do {
                _ = try DeviceGraph(network)
                return nil
            } catch {
                return "\(error)"
            }
        }
        let readers: [(NetworkBuilder, Node.ID) throws -> Node.ID] = [
            { try $0.softmax($1, name: "reader") }, { try $0.concatenate([$1, $1], name: "reader") },
            { try $0.slice($1, from: 1, count: 2, name: "reader") }, { try $0.subtract($1, $1, name: "reader") },
            { try $0.parametricReLU($1, name: "reader") },
            // A map of one pixel again: its channels are no others than the vector's.
            {
                let pixel = try $0.add(.flatten(Flatten(toPixel: true)), [$1], name: "pixel")
                return try $0.convolution(pixel, to: 2, kernel: 1, name: "reader")
            },
        ]
        for reader in readers {
            XCTAssertEqual(
                try problem(2, reader),
                "reader takes the flattened 3×2×2 of map, which a device holds in another order: flatten the map behind it"
            )
            XCTAssertNil(try problem(1, reader))
        }
        XCTAssertNil(try problem(2) { try $0.linear($0.leakyReLU($1, slope: 0.1, name: "leaky"), to: 2, name: "fc") })
    }
}
