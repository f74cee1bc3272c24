import Compression
import Execution
import Interchange
import Networks
import Planning
import Torch
import XCTest

/// Smaller networks: the same logits where what is gone was zero, targets met, memory before all.
final class ChannelPruningTests: XCTestCase {
    private func network(_ notation: String) throws -> Network {
        try Network(notation: notation, input: [3, 32, 32], classes: 5)
    }

    private func weights(of network: Network) throws -> [String: [Double]] {
        var state: [String: [Double]] = [:]
        for parameter in network.parameters where parameter.role != .counter {
            let phase = parameter.name.utf8.reduce(0) { $0 + Int($1) } % 97
            let spread = (3 / Double(max(1, parameter.count / max(1, parameter.shape.first ?? 1)))).squareRoot()
            state[parameter.name] = (0..<parameter.count).map { index in
                let unit = Double((index * 7919 + phase * 31) % 1009) / 1009
                if parameter.name.hasSuffix("running_var") { return 0.5 + unit }
                let centre = parameter.shape.count == 1 ? 0.3 : 0
                return centre + (2 * unit - 1) * spread
            }
        }
        return state
    }

    private func logits(_ network: Network, _ state: Safetensors) throws -> [Double] {
        let model = try Model(network, seed: 0, type: .float64)
        try model.parameters.load(state, from: "weights")
        let shape = [2, 3, 32, 32]
        let pixels: [Double] = (0..<shape.reduce(1, *)).map { index in Double((index * 37) % 101) / 50 - 1 }
        let images = try Tensor(pixels, shape: shape)
        return try Torch.withoutGradients { try model(images).array(of: Double.self) }
    }

    /// Zeros in every parameter that makes a channel.
    private func silence(_ channel: ChannelUnits.Channel, _ network: Network, _ state: inout [String: [Double]]) {
        let node = network[channel.node]
        func zero(_ name: String, rows: [Int], of count: Int) {
            guard var values = state["\(node.name).\(name)"] else { return }
            let size = values.count / count
            for row in rows { for index in row * size..<(row + 1) * size { values[index] = 0 } }
            state["\(node.name).\(name)"] = values
        }
        let (index, channels) = (channel.index, node.shape.channels)
        switch node.operation {
        case .convolution, .batchNorm:
            zero("weight", rows: [index], of: channels)
            zero("bias", rows: [index], of: channels)
        case .multiHeadAttention:
            for name in ["in_proj_weight", "in_proj_bias"] {
                zero(name, rows: [0, 1, 2].map { $0 * channels + index }, of: 3 * channels)
            }
            for name in ["out_proj.weight", "out_proj.bias"] { zero(name, rows: [index], of: channels) }
        case .positionEmbedding:
            let half = channels / 2
            let name = "\(node.name).\(index < half ? "col" : "row")_embed.weight"
            for place in 0..<PositionEmbedding.maximumSide { state[name]?[place * half + index % half] = 0 }
        default: break
        }
    }

    private func file(_ state: [String: [Double]], _ network: Network) throws -> Safetensors {
        try Safetensors(
            network.parameters.compactMap { parameter in
                try state[parameter.name].map {
                    (name: parameter.name, tensor: try TensorData($0.map { Float($0) }, shape: parameter.shape))
                }
            })
    }

    func testSilentChannelsAreNotMissed() throws {
        for notation in [
            "mobilenet-v2(width=0.35, strides=4112121, pool=self-attentive(patch=2, restoration=subpixel, heads=2))",
            "mobilenet-v3-small(pool=lip)",
            "plain-cnn(channels=8-16, strides=22, pool=self-attentive(heads=4, restoration=bilinear, patch=2))",
            "resnet18(pool=max)", "plain-cnn(channels=8-16, strides=22, pool=attention)",
            "mobilenet-v2(width=0.35, strides=4112121, pool=glance(patch=8, channels=8, weights=yes))",
            "plain-cnn(channels=8-16, strides=22, pool=attended(channels=8))",
            "plain-cnn(channels=8-16, strides=22, pool=glance(patch=4, channels=8, layers=2, context=query))",
        ] {
            try checkSilentChannels(of: network(notation))
        }
        try checkSilentChannels(of: branches())
    }

    /// Branches that are cut from one map, go ways of their own and are joined in another order.
    private func branches() throws -> Network {
        let builder = NetworkBuilder("branches")
        var x = try builder.convolution(builder.input([3, 32, 32]), to: 12, kernel: 3, stride: 2, name: "stem")
        let left = try builder.slice(x, from: 0, count: 5, name: "left")
        let right = try builder.slice(x, from: 5, count: 7, name: "right")
        var branch = try builder.convolution(right, to: 6, kernel: 1, bias: true, name: "branch")
        branch = try builder.parametricReLU(branch, name: "slopes")
        x = try builder.concatenate([branch, left, branch], name: "joined")
        x = try builder.add(.pad(Pad(before: 1, after: Size(0, 2))), [x], name: "padded")
        x = try builder.add(.upsampleNearest(UpsampleNearest(size: Size(9, 20))), [x], name: "nearest")
        x = try builder.batchNorm(builder.convolution(x, to: 9, kernel: 3, stride: 2, name: "conv"), name: "bn")
        let largest = try builder.add(.globalMaxPool(GlobalMaxPool()), [x], name: "largest")
        let below = try builder.subtract(largest, x, name: "below")
        return try builder.network(output: builder.classifier(below, classes: 5, name: "fc"))
    }

    private func checkSilentChannels(of network: Network) throws {
        let groups = ChannelUnits(network).groups
        XCTAssertFalse(groups.isEmpty)
        var state = try weights(of: network)
        // Every third unit of every group.
        let removed = groups.flatMap { group in
            group.units.enumerated().filter { $0.offset % 3 == 1 }.map(\.element)
        }
        for unit in removed { for channel in unit.channels { silence(channel, network, &state) } }
        let whole = try file(state, network)
        let pruned = try ChannelPruning(network, weights: whole, removing: removed)
        XCTAssertLessThan(pruned.network.parameterCount, network.parameterCount)
        let (expected, actual) = (try logits(network, whole), try logits(pruned.network, pruned.weights))
        let spread = (expected.max() ?? 0) - (expected.min() ?? 0)
        XCTAssertGreaterThan(spread, 1e-3, network.name)
        for (a, b) in zip(actual, expected) { XCTAssertEqual(a, b, accuracy: 1e-5 * spread, network.name) }
    }

    func testTargetsAreMet() throws {
        let network = try network("mobilenet-v2(width=0.35, pool=self-attentive(patch=2, restoration=subpixel))")
        let weights = try file(weights(of: network), network)
        let arena = try PruningSearch.arena(of: network).arenaBytes
        for importance in ChannelImportance.allCases {
            let search = PruningSearch(network, weights: weights, importance: importance)
            let small = try search.run(.sram(arena * 6 / 10))
            XCTAssertLessThanOrEqual(try PruningSearch.arena(of: small.network).arenaBytes, arena * 6 / 10)
            // At the same peak, uniform pruning has to take from layers that have nothing to do with it.
            let uniform = try search.runUniformly(.sram(arena * 6 / 10))
            XCTAssertLessThanOrEqual(try PruningSearch.arena(of: uniform.network).arenaBytes, arena * 6 / 10)
            XCTAssertGreaterThan(small.network.parameterCount, uniform.network.parameterCount)
            let light = try search.run(.macs(network.multiplyAccumulates / 2))
            XCTAssertLessThanOrEqual(light.network.multiplyAccumulates, network.multiplyAccumulates / 2)
        }
        let search = PruningSearch(network, weights: weights, importance: .magnitude)
        XCTAssertThrowsError(try search.run(.sram(100))) {
            XCTAssertTrue("\($0)".hasPrefix("no more channels can be removed at "), "\($0)")
        }
    }

    /// Flash as firmware has it, cycles by the core's table, and all together.
    func testSeveralTargetsAreMetTogether() throws {
        let network = try network("mobilenet-v2(width=0.35)")
        let weights = try file(weights(of: network), network)
        func half(_ measure: PruningSearch.Measure) throws -> Int { try measure.exactFigure(of: network) / 2 }
        let targets: [PruningSearch.Target] = [
            .sram(try half(.sram)), .flash(try half(.flash(.cortexM7)), .cortexM7), .macs(try half(.macs)),
            .cycles(try half(.cycles(.cortexM7)), .cortexM7),
        ]
        let search = PruningSearch(network, weights: weights, importance: .magnitude)
        var steps: Set<PruningSearch.Target> = []
        let together = try search.run(targets) { target, _ in steps.insert(target) }
        for small in [together, try search.runUniformly(targets)] {
            for limit in targets.compactMap(\.limit) {
                XCTAssertLessThanOrEqual(
                    try limit.measure.exactFigure(of: small.network), limit.most, "\(limit.measure)")
            }
        }
        XCTAssertTrue(steps.isSubset(of: targets) && steps.contains(targets[1]), "\(steps)")
        // A share of the channels counts among others, and what is small enough already stays as it is.
        let kept = try search.run([.channels(0.5), .macs(network.multiplyAccumulates)]) { _, _ in }
        XCTAssertEqual(kept.network, try search.run(.channels(0.5)).network)
    }

    /// A target is refused only where one channel a layer does not meet it, and one that is met already changes nothing.
    func testTheSmallestAndTheLargestTargets() throws {
        let network = try network("plain-cnn(channels=256-64, strides=42)")
        let search = PruningSearch(network, weights: try file(weights(of: network), network), importance: .magnitude)
        let whole = network.multiplyAccumulates
        for run in [{ try search.run($0) }, search.runUniformly] as [(PruningSearch.Target) throws -> ChannelPruning] {
            XCTAssertEqual(try run(.macs(whole)).network.multiplyAccumulates, whole)
            var least = 0
            XCTAssertThrowsError(try run(.macs(1))) {
                least = Int("\($0)".split(separator: " ")[7]) ?? 0
            }
            XCTAssertEqual(try run(.macs(least)).network.multiplyAccumulates, least)
            let convolutions = try run(.macs(least)).network.nodes.compactMap { node -> Int? in
                guard case .convolution(let details) = node.operation else { return nil }
                return details.outputChannels
            }
            XCTAssertEqual(convolutions, [1, 1])
        }
    }

    /// The least important channels go first.
    func testImportance() throws {
        let builder = NetworkBuilder("two")
        var x = try builder.input([1, 4, 4])
        x = try builder.convolution(x, to: 4, kernel: 1, name: "conv")
        x = try builder.batchNorm(x, name: "bn")
        let network = try builder.network(output: builder.classifier(x, classes: 2, name: "fc"))
        var state = try weights(of: network)
        state["conv.weight"] = [4, -1, 3, 2]
        state["bn.weight"] = [0.1, 2, -3, 1]
        let weights = try file(state, network)
        let group = try XCTUnwrap(ChannelUnits(network).groups.first)
        for (score, expected) in zip(ChannelImportance.magnitude.scores(group, network, weights), [1.6, 0.4, 1.2, 0.8])
        {
            XCTAssertEqual(score, expected, accuracy: 1e-12)
        }
        let scales = ChannelImportance.scale.scores(group, network, weights)
        XCTAssertEqual(scales[2] / scales[3], 3, accuracy: 1e-6)
        let kept = try PruningSearch(network, weights: weights, importance: .magnitude).run(.channels(0.5))
        XCTAssertEqual(kept.weights["conv.weight"]?.floats(), [4, 3])
        XCTAssertEqual(kept.weights["bn.weight"]?.floats(), [0.1, -3])
    }

    /// What the loss would change decides over the whole network: the layer that matters keeps all it has.
    func testScopes() throws {
        let builder = NetworkBuilder("two")
        var x = try builder.input([1, 4, 4])
        x = try builder.convolution(x, to: 4, kernel: 1, name: "a")
        x = try builder.convolution(x, to: 4, kernel: 1, name: "b")
        let network = try builder.network(output: builder.classifier(x, classes: 2, name: "fc"))
        let weights = try file(weights(of: network), network)
        let sensitivity = ["a": [0.1, 0.4, 0.2, 0.3], "b": [5, 8, 6, 7]]
        func search(_ scope: ChannelImportance.Scope) -> PruningSearch {
            PruningSearch(network, weights: weights, importance: .taylor, scope: scope, sensitivity: sensitivity)
        }
        func kept(_ pruned: ChannelPruning) -> [Int] {
            ["a", "b"].compactMap { pruned.weights["\($0).weight"]?.shape.first }
        }
        XCTAssertEqual(try kept(search(.layer).run(.channels(0.625))), [2, 2])
        XCTAssertEqual(try kept(search(.network).run(.channels(0.625))), [1, 4])
        XCTAssertEqual(try kept(search(.network).run(.channels(0.5))), [1, 3])
        // The first of a's channels to go is the one of 0.1.
        let one = try search(.network).run(.channels(0.875))
        let (all, left) = (try XCTUnwrap(weights["a.weight"]).floats(), try XCTUnwrap(one.weights["a.weight"]).floats())
        XCTAssertEqual(left, Array(all[1...]))
        // Nothing is known of a: it goes last.
        let half = PruningSearch(
            network, weights: weights, importance: .taylor, scope: .network, sensitivity: ["b": [5, 8, 6, 7]])
        XCTAssertEqual(try kept(half.run(.channels(0.625))), [4, 1])
        XCTAssertThrowsError(try search(.layer).runUniformly(.macs(1)))
    }
}
