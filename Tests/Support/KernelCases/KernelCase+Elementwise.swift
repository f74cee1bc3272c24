import Networks
import Quantization

extension KernelCase {
    /// Numbers that meet one another, or a table.
    static let elementwise: [KernelCase] =
        [
            pair("add", [10, 7, 9]) { try $0.add($1, $2, name: "it") },
            pair("add_dot", [6, 1, 1]) { try $0.add($1, $2, name: "it") },
            pair("add_limited", [8, 4, 5]) {
                try $0.activation($0.add($1, $2, name: "it"), .hardTanh, name: "limit")
            },
            pair("add_first_spread", [6, 4, 5]) { try $0.add(dot($0, $1), $2, name: "it") },
            pair("add_second_spread", [2, 7, 9]) { try $0.add($1, dot($0, $2), name: "it") },
            pair("add_scales", [10, 4, 5]) { try $0.add($0.activation($1, .sigmoid, name: "finer"), $2, name: "it") }
                .with("finer", fine),
            pair("subtract", [10, 7, 9]) { try $0.subtract($1, $2, name: "it") },
            pair("subtract_first_spread", [6, 4, 5]) { try $0.subtract(dot($0, $1), $2, name: "it") },
            pair("subtract_second_spread", [2, 7, 9]) { try $0.subtract($1, dot($0, $2), name: "it") },
            pair("subtract_scales", [10, 4, 5]) {
                try $0.subtract($1, $0.activation($2, .sigmoid, name: "finer"), name: "it")
            }.with("finer", fine),
            pair("multiply", [10, 7, 9]) { try $0.multiply($1, $2, name: "it") }.inBoth(),
            pair("multiply_limited", [4, 4, 5]) {
                try $0.activation($0.multiply($1, $2, name: "it"), .relu, name: "limit")
            },
            pair("multiply_first_spread", [6, 4, 5]) { try $0.multiply(dot($0, $1), $2, name: "it") },
            pair("multiply_second_spread", [2, 7, 9]) { try $0.multiply($1, dot($0, $2), name: "it") },
            pair("multiply_scales", [10, 4, 5]) {
                try $0.multiply($1, $0.activation($2, .sigmoid, name: "finer"), name: "it")
            }.with("finer", fine).inBoth(),

            one("scale_channels", [7, 4, 5], .scale(Scale(1, isLearned: true, shape: [7, 1, 1]))).inBoth(),
            one("scale_one_channel", [1, 7, 9], .scale(Scale(1, isLearned: true, shape: [1, 1, 1]))),
            one(
                "shift_channels", [7, 4, 5],
                .scale(Scale(0, isLearned: true, shape: [7, 1, 1], combination: .add))
            ).inBoth(),
            one(
                "shift_channels_back", [1, 7, 9],
                .scale(Scale(0, isLearned: true, shape: [1, 1, 1], combination: .subtract))
            ).inBoth(),
            pair("multiply_vector", [6, 4, 5]) { builder, x, y in
                let flat = try builder.add(.flatten(Flatten()), [dot(builder, y)], name: "flat")
                let gate = try builder.linear(flat, to: 3, name: "gate")
                let pixel = try builder.add(.flatten(Flatten(toPixel: true)), [gate], name: "pixel")
                return try builder.multiply(x, pixel, name: "it")
            },
            one("scale", [5, 4, 5], .scale(Scale(-0.7))),
            one("rectify", [7, 4, 5], .parametricReLU(ParametricReLU(slope: 0.25, channels: 7))).inBoth(),
            one("rectify_one_channel", [1, 7, 9], .parametricReLU(ParametricReLU(slope: 0.25, channels: 1))),
            one("leaky", [5, 4, 5], .parametricReLU(ParametricReLU(slope: 0.1))),
            one("position", [6, 7, 9], .positionEmbedding(PositionEmbedding(channels: 6, table: .learned))),
            one("position_dot", [4, 1, 1], .positionEmbedding(PositionEmbedding(channels: 4, table: .learned))),

            // Its scale is its own: in LiteRT's arithmetic what moves numbers says another one, so that a batch can hold it.
            one("softmax", [7, 4, 5], .softmax(Softmax())).inLiteRT(),
            one("softmax_dot", [12, 1, 1], .softmax(Softmax())).inLiteRT(),

            one("attention", [8, 3, 3], .multiHeadAttention(MultiHeadAttention(channels: 8, heads: 2))),
            one("attention_odd_depth", [6, 4, 3], .multiHeadAttention(MultiHeadAttention(channels: 6, heads: 2))),
            one("attention_one_token", [5, 1, 1], .multiHeadAttention(MultiHeadAttention(channels: 5, heads: 1))),
        ]
        + Activation.Function.allCases.filter { $0 != .identity }.enumerated().map { index, function in
            one("function_\(function.rawValue)", [Int(index % 4) + 1, 4, 5], .activation(Activation(function)))
        }

    /// Of shares.
    private static let fine = AffineQuantization(scale: 1.0 / 256, zeroPoint: -128)

    /// Two operands, of half the channels each.
    private static func pair(
        _ name: String, _ input: Shape,
        _ body: @escaping @Sendable (NetworkBuilder, Node.ID, Node.ID) throws -> Node.ID
    ) -> KernelCase {
        KernelCase(name, input) { builder, x in
            let half = input.channels / 2
            return try body(
                builder, builder.slice(x, from: 0, count: half, name: "first"),
                builder.slice(x, from: half, count: half, name: "second"))
        }
    }

    /// One pixel for a whole map.
    private static func dot(_ builder: NetworkBuilder, _ x: Node.ID) throws -> Node.ID {
        try builder.add(.globalMaxPool(GlobalMaxPool()), [x], name: "dot")
    }
}
