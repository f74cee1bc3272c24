import Networks
import Quantization

extension KernelCase {
    /// Numbers that move.
    static let shapings: [KernelCase] =
        [
            KernelCase("concatenate", [8, 4, 5]) { builder, x in
                let few = try builder.slice(x, from: 5, count: 3, name: "few")
                return try builder.concatenate([x, few, x], name: "it")
            },
            KernelCase("concatenate_dot", [5, 1, 1]) { builder, x in
                let last = try builder.slice(x, from: 4, count: 1, name: "last")
                return try builder.concatenate([last, x], name: "it")
            },
            KernelCase("concatenate_scales", [5, 4, 5]) { builder, x in
                let shares = try builder.activation(x, .sigmoid, name: "finer")
                return try builder.concatenate([shares, x, shares], name: "it")
            }.with("finer", AffineQuantization(scale: 1.0 / 256, zeroPoint: -128)),
            one("slice_first", [9, 7, 9], .slice(Slice(start: 0, count: 4))),
            one("slice_inner", [9, 4, 5], .slice(Slice(start: 3, count: 5))),
            one("slice_dot", [12, 1, 1], .slice(Slice(start: 11, count: 1))),
            one("pad", [5, 4, 5], .pad(Pad(before: Size(1, 2), after: Size(2, 0)))),
            one("pad_above", [1, 4, 5], .pad(Pad(before: Size(3, 0), after: 0, value: 0.5))),
            one("pad_right", [6, 1, 1], .pad(Pad(before: 0, after: Size(0, 4), value: -1))),
            one("shuffle", [12, 3, 3], .depthToSpace(DepthToSpace(factor: 2, size: Size(7, 6)))),
            one("shuffle_dot", [9, 1, 1], .depthToSpace(DepthToSpace(factor: 3, size: Size(5, 3)))),
            one("space_to_depth", [3, 7, 5], .spaceToDepth(SpaceToDepth(factor: 2))),
            one("space_to_depth_one_channel", [1, 7, 9], .spaceToDepth(SpaceToDepth(factor: 3))),
            one("space_to_depth_dot", [5, 4, 5], .spaceToDepth(SpaceToDepth(factor: 4))),
            one("upsample", [5, 4, 5], .upsampleBilinear(UpsampleBilinear(size: Size(7, 9)))),
            one("upsample_dot", [3, 1, 1], .upsampleBilinear(UpsampleBilinear(size: Size(2, 3)))),
            one("upsample_row", [1, 1, 9], .upsampleBilinear(UpsampleBilinear(size: Size(3, 9)))),
            one("resize", [5, 3, 3], .upsampleBilinear(UpsampleBilinear(size: 6))).inLiteRT(),
            one("resize_one_channel", [1, 4, 3], .upsampleBilinear(UpsampleBilinear(size: Size(8, 6)))).inLiteRT(),
        ]
        + UpsampleNearest.Alignment.allCases.flatMap { alignment in
            [
                one(
                    "nearest_\(alignment.rawValue)", [5, 4, 5],
                    .upsampleNearest(UpsampleNearest(size: Size(7, 9), alignment: alignment))),
                one(
                    "fewer_\(alignment.rawValue)", [3, 7, 9],
                    .upsampleNearest(UpsampleNearest(size: Size(4, 3), alignment: alignment))),
            ]
        }

    /// Layers behind a flattened map, and what works on vectors.
    static let vectors: [KernelCase] = [
        vector("linear", [5, 4, 5]) { try $0.linear($1, to: 10, name: "it") },
        vector("linear_dot", [12, 1, 1]) { try $0.linear($1, to: 7, name: "it") },
        vector("linear_one_output", [1, 7, 9]) { try $0.linear($1, to: 1, name: "it") },
        vector("linear_limited", [3, 4, 5]) {
            try $0.activation($0.linear($1, to: 6, name: "it"), .relu, name: "limit")
        },
        vector("linear_saturating", [5, 4, 5]) { try $0.linear($1, to: 6, name: "it") }.saturating(),
        vector("vector_table", [4, 1, 1]) {
            try $0.activation($0.linear($1, to: 5, name: "logits"), .sigmoid, name: "it")
        },
        vector("vector_add", [5, 1, 1]) {
            try $0.add($0.linear($1, to: 5, name: "first"), $0.linear($1, to: 5, name: "second"), name: "it")
        },
        vector("vector_concatenate", [5, 1, 1]) {
            let (first, second) = (try $0.linear($1, to: 3, name: "first"), try $0.linear($1, to: 5, name: "second"))
            return try $0.slice($0.concatenate([first, second, first], name: "it"), from: 1, count: 8, name: "slice")
        },
        vector("vector_rectify", [4, 1, 1]) {
            try $0.parametricReLU($0.linear($1, to: 6, name: "logits"), name: "it")
        },
        vector("vector_softmax", [6, 1, 1]) { try $0.softmax($0.linear($1, to: 6, name: "logits"), name: "it") }
            .inLiteRT(),
    ]

    private static func vector(
        _ name: String, _ input: Shape, _ body: @escaping Body
    ) -> KernelCase {
        KernelCase(name, input) { builder, x in
            try body(builder, builder.add(.flatten(Flatten()), [x], name: "flat"))
        }.inBoth()
    }
}
