import Foundation
import Networks

/// Small networks of every backbone, pooling and operation, as JSON to be changed.
package enum NetworkGenerator {
    /// Names of all operations in the JSON form, and of what its keys can hold.
    static let words =
        [
            "relu", "relu6", "sigmoid", "hardSwish", "exponential", "tanh", "hardTanh", "identity", "edges", "centers",
            "corners", "sapool-network",
        ] + Operation.Name.allCases.map(\.rawValue)

    /// A network of random operations, one behind the other, two branches here and there; its JSON.
    package static func network(_ chance: inout Chance) -> [UInt8]? {
        chance.once(in: 4) ? named(&chance) : chain(&chance)
    }

    /// A backbone with a pooling method.
    private static func named(_ chance: inout Chance) -> [UInt8]? {
        let pooling = chance.one(of: OwnNotation.poolingNames)
        let name = "plain-cnn(channels=\(chance.one(of: ["4", "4-8", "2-2-4"])), pool=\(pooling))"
        return try? [UInt8](Network(notation: name, input: [3, 8, 8], classes: 3).json())
    }

    private static func chain(_ chance: inout Chance) -> [UInt8]? {
        let builder = NetworkBuilder("made up")
        let shape = Shape([1 + chance.below(4), 1 + chance.below(9), 1 + chance.below(9)])
        guard var x = try? builder.input(shape) else { return nil }
        var branches = [x]
        for index in 0...chance.below(12) {
            if chance.once(in: 5) { x = chance.one(of: branches) }
            // What does not fit is left out.
            if let y = try? append("n\(index)", to: x, branches, builder, &chance) { x = y }
            branches.append(x)
        }
        return try? [UInt8](builder.network(output: x).json())
    }

    private static func append(
        _ name: String, to x: Node.ID, _ branches: [Node.ID], _ builder: NetworkBuilder, _ chance: inout Chance
    ) throws -> Node.ID {
        let (shape, side) = (builder.shape(of: x), 1 + chance.below(3))
        let functions = Activation.Function.allCases
        switch chance.below(27) {
        case 0, 1:
            let groups = chance.once(in: 3) ? shape.channels : 1
            return try builder.convolution(
                x, to: groups * (1 + chance.below(3)), window: window(&chance), groups: groups,
                bias: chance.once(in: 2), name: name)
        case 2: return try builder.batchNorm(x, name: name)
        case 3: return try builder.instanceNorm(x, name: name)
        case 4: return try builder.activation(x, chance.one(of: functions), name: name)
        case 5: return try builder.add(x, chance.one(of: branches), name: name)
        case 6: return try builder.multiply(x, chance.one(of: branches), name: name)
        case 7:
            return try builder.add(.maxPool(MaxPool(window(&chance))), [x], name: name)
        case 8: return try builder.globalAverage(x, name: name)
        case 9: return try builder.linear(x, to: 1 + chance.below(4), name: name)
        case 10: return try builder.add(.flatten(Flatten()), [x], name: name)
        case 11:
            let details = DepthToSpace(factor: side, size: Size(shape.height * side, shape.width * side))
            return try builder.add(.depthToSpace(details), [x], name: name)
        case 12: return try builder.globalPool(x, .attention(heads: 1 + chance.below(2)))
        case 13: return try builder.add(.scale(Scale(Double(side))), [x], name: name)
        case 14:
            let details = AveragePool(window(&chance), countsPadding: chance.once(in: 2))
            return try builder.add(.averagePool(details), [x], name: name)
        case 15:
            let parts = [x] + (0..<chance.below(3)).map { _ in chance.one(of: branches) }
            return try builder.concatenate(parts, name: name)
        case 16:
            let start = chance.below(shape.channels)
            return try builder.slice(x, from: start, count: 1 + chance.below(shape.channels - start), name: name)
        case 17:
            let sides = (0..<2).map { _ in Size(chance.below(3), chance.below(3)) }
            return try builder.add(
                .pad(Pad(before: sides[0], after: sides[1], value: Double(chance.below(3)) - 1)), [x], name: name)
        case 18:
            let alignment = chance.one(of: UpsampleNearest.Alignment.allCases)
            let size = Size(1 + chance.below(12), 1 + chance.below(12))
            return try builder.add(
                .upsampleNearest(UpsampleNearest(size: size, alignment: alignment)), [x], name: name)
        case 19: return try builder.softmax(x, name: name)
        case 20: return try builder.subtract(x, chance.one(of: branches), name: name)
        case 21:
            return chance.once(in: 2)
                ? try builder.parametricReLU(x, name: name) : try builder.leakyReLU(x, slope: 0.1, name: name)
        case 22: return try builder.add(.globalMaxPool(GlobalMaxPool()), [x], name: name)
        case 23: return try builder.add(.spaceToDepth(SpaceToDepth(factor: side)), [x], name: name)
        default:
            let method = "plain-cnn(channels=2, pool=\(chance.one(of: OwnNotation.poolingNames)))"
            guard let family = try OwnNotation(method).family as? PlainCNN, let pooling = family.stages.first?.pooling
            else {
                return try builder.activation(x, .relu, name: name)
            }
            return try builder.pool(x, with: pooling, kernel: 2, name: name)
        }
    }

    /// A plain window, or one whose sides differ: in its kernel, its steps, the gaps between its taps or its padding.
    private static func window(_ chance: inout Chance) -> Window {
        let side = 1 + chance.below(3)
        guard chance.once(in: 2) else {
            return Window(kernel: Size(side), stride: Size(1 + chance.below(2)), padding: Size(side / 2))
        }
        let kernel = Size(side, 1 + chance.below(4))
        let dilation = chance.once(in: 2) ? Size(1 + chance.below(2), 1 + chance.below(3)) : 1
        var window = Window(
            kernel: kernel, stride: Size(1 + chance.below(3), 1 + chance.below(2)), dilation: dilation,
            padding: chance.once(in: 3) ? 0 : Size(kernel.height / 2, kernel.width / 2))
        // As in models born in TensorFlow, and the other way round.
        if chance.once(in: 3) { window.before = 0 } else if chance.once(in: 3) { window.after = 0 }
        return window
    }
}
