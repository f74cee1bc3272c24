import Compression
import Execution
import Interchange
import Networks
import Torch
import XCTest

/// One network with every operation there is, through all that asks operations what they are.
final class EveryOperationTests: XCTestCase {
    /// Every operation at least once.
    private func network() throws -> Network {
        let builder = NetworkBuilder("every-operation")
        let half = Window(kernel: 2, stride: 2)
        var x = try builder.input([4, 8, 8])
        // Channels that may go.
        x = try builder.convolution(x, to: 6, kernel: 3, padding: 1, bias: true, name: "narrow")
        x = try builder.batchNorm(x, name: "norm")
        x = try builder.activation(x, .relu, name: "activation")
        // Channels that others hold on to.
        x = try builder.convolution(x, to: 8, kernel: 1, name: "wide")
        x = try builder.instanceNorm(x, name: "instance")
        let scaled = try builder.add(.scale(Scale(0.5)), [x], name: "scale")
        let dropped = try builder.add(.dropout(Dropout(0.1)), [scaled], name: "dropout")
        x = try builder.add(x, dropped, name: "add")
        let deviation = try builder.add(.globalAveragePool(GlobalAveragePool()), [x], name: "mean")
        let noise = try builder.add(.gaussianNoise(GaussianNoise(size: 8)), [deviation], name: "noise")
        x = try builder.add(x, noise, name: "noisy")
        let gate = try builder.activation(x, .sigmoid, name: "gate")
        x = try builder.multiply(x, gate, name: "multiply")

        // What models of others have.
        let (front, back) = (
            try builder.slice(x, from: 0, count: 3, name: "front"),
            try builder.slice(x, from: 3, count: 5, name: "back")
        )
        x = try builder.concatenate([back, front], name: "joined")
        x = try builder.parametricReLU(x, name: "slopes")
        x = try builder.softmax(x, name: "shares")
        x = try builder.add(.pad(Pad(before: Size(1, 0), after: Size(0, 2), value: 0.5)), [x], name: "padded")
        x = try builder.add(.upsampleNearest(UpsampleNearest(size: 8, alignment: .corners)), [x], name: "nearest")
        let largest = try builder.add(.globalMaxPool(GlobalMaxPool()), [x], name: "largest")
        x = try builder.subtract(x, largest, name: "below")
        for side in GlobalAveragePool.Side.allCases {
            let mean = try builder.add(
                .globalAveragePool(GlobalAveragePool(over: side)), [x], name: "mean-\(side.rawValue)")
            x = try builder.add(
                x, builder.add(.upsampleNearest(UpsampleNearest(size: 8)), [mean], name: "wide-\(side.rawValue)"),
                name: "with-mean-\(side.rawValue)")
        }
        // What hangs on a vector, and numbers of one a channel.
        let squeezed = try builder.add(.flatten(Flatten()), [largest], name: "squeezed")
        let factors = try builder.add(.flatten(Flatten(toPixel: true)), [squeezed], name: "factors")
        x = try builder.multiply(x, factors, name: "excited")
        for combination in Scale.Combination.allCases {
            let shift = Scale(0.1, isLearned: true, shape: [8, 1, 1], combination: combination)
            x = try builder.add(.scale(shift), [x], name: "shift-\(combination.rawValue)")
        }

        let average = try builder.add(.averagePool(AveragePool(half)), [x], name: "average")
        let filter = FixedFilter(rows: [[0.5, 0.5]], columns: [[0.25, 0.75]], stride: 2)
        let power = PowerPool(window: half, exponent: 3, isLearned: true, takesAbsolute: true)
        let comparison = ComparisonPool(channels: 8, window: half, weighting: .dice)
        let recurrence = RNNPool(channels: 8, lineStates: 2, windowStates: 2, window: half)
        var sum = average
        for (name, operation, inputs) in [
            ("max", .maxPool(MaxPool(half)), [x]), ("deviation", .localDeviation(LocalDeviation(half)), [x]),
            ("power", .powerPool(power), [x]), ("weighted", .windowPool(WindowPool(half)), [x, gate]),
            ("comparison", .comparisonPool(comparison), [x, average]), ("filter", .fixedFilter(filter), [x]),
            ("recurrence", .rnnPool(recurrence), [x]),
        ] as [(String, Networks.Operation, [Node.ID])] {
            sum = try builder.add(sum, builder.add(operation, inputs, name: name), name: "with-\(name)")
        }

        let places = PositionEmbedding(channels: 8, table: .learned)
        x = try builder.add(.positionEmbedding(places), [sum], name: "places")
        x = try builder.add(.multiHeadAttention(MultiHeadAttention(channels: 8, heads: 2)), [x], name: "attention")
        let head = try builder.add(
            .attentionHead(AttentionHead(channels: 8, heads: 2, outputs: 5, size: 4)), [x], name: "head")
        x = try builder.add(.upsampleBilinear(UpsampleBilinear(size: 8)), [x], name: "upsampled")
        x = try builder.add(.depthToSpace(DepthToSpace(factor: 2, size: 17)), [x], name: "cells")
        x = try builder.add(.spaceToDepth(SpaceToDepth(factor: 2)), [x], name: "blocks")
        x = try builder.add(.flatten(Flatten()), [x], name: "flat")
        x = try builder.linear(x, to: 6, name: "hidden")
        x = try builder.linear(x, to: 3, name: "logits")
        return try builder.network(outputs: [x, head])
    }

    private func images() throws -> Tensor {
        Torch.seed(4)
        return try Tensor.normal([2, 4, 8, 8])
    }

    /// A new operation has to come into this network, and with it into the tests below.
    func testTheNetworkHasEveryOperation() throws {
        let missing = Set(Networks.Operation.Name.allCases.map(\.rawValue)).subtracting(
            try network().nodes.map(\.operation.kind))
        XCTAssertEqual(missing, [], "put these into EveryOperationTests.network")
    }

    func testEveryOperationComesBackFromJSON() throws {
        let network = try network()
        XCTAssertEqual(try Network(json: network.json()), network)
    }

    /// Every value has the shape that the operation says, and the fast ways give what the plain one does.
    func testEveryOperationRuns() throws {
        let network = try network()
        let model = try Model(network, seed: 1)
        let images = try images()
        let all = Model(network.showing(network.nodes.map(\.id)), parameters: model.parameters)
        try Torch.withoutGradients {
            for (node, value) in zip(network.nodes, try all.outputs(images)) {
                XCTAssertEqual(value.shape, [2] + node.shape.dimensions, node.name)
                XCTAssertTrue(try value.absolute().maximum().item().isFinite, node.name)
            }
            let fast = try model.outputs(images)
            model.isPlain = true
            for (a, b) in zip(fast, try model.outputs(images)) {
                let difference = try (a - b).absolute().maximum().item()
                XCTAssertLessThanOrEqual(difference, try 1e-4 * b.absolute().maximum().item())
            }
            model.isPlain = false
            XCTAssertEqual(try model.outputs(images, training: true).map(\.shape), [[2, 3], [2, 5]])
        }
    }

    func testEveryOperationComesBackFromONNX() throws {
        let network = try network()
        let weights = Safetensors(try Model(network, seed: 2).parameters.state())
        let again = try ONNXImport(bytes: try ONNXExport(network, weights: weights).serialized())
        XCTAssertEqual(again.network, network)
        for (name, tensor) in weights.tensors where !name.hasSuffix("num_batches_tracked") {
            let found = try XCTUnwrap(again.weights[name], name)
            // Of learned positions a model holds those that its map needs.
            guard name.hasSuffix("_embed.weight") else {
                XCTAssertEqual(found, tensor, name)
                continue
            }
            XCTAssertEqual(found.floats().prefix(16), tensor.floats().prefix(16), name)
        }
    }

    /// What may go between operations that keep their channels, and what is left when it has gone.
    func testEveryOperationIsPrunedOrKept() throws {
        let network = try network()
        let groups = ChannelUnits(network).groups
        XCTAssertEqual(
            groups.map { group in group.nodes.map { network[$0].name } },
            [["narrow", "norm", "activation"], ["hidden"]])
        let weights = Safetensors(try Model(network, seed: 3).parameters.state())
        for importance in ChannelImportance.allCases {
            for group in groups {
                XCTAssertEqual(importance.scores(group, network, weights).filter(\.isFinite).count, 6)
            }
        }
        let pruned = try ChannelPruning(network, weights: weights, removing: groups.map { $0.units[0] })
        XCTAssertEqual(pruned.network.nodes.map(\.operation.kind), network.nodes.map(\.operation.kind))
        let model = try Model(pruned.network, seed: 0)
        try model.parameters.load(pruned.weights, from: "the pruned weights")
        XCTAssertEqual(
            try Torch.withoutGradients { try model.outputs(images()).map(\.shape) }, [[2, 3], [2, 5]])
    }
}
