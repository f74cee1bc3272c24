import Networks
import Quantization

extension KernelCase {
    /// Sums of products in windows.
    static let convolutions: [KernelCase] = [
        convolution("conv_dot", [12, 1, 1], to: 7, Window(kernel: 1)),
        convolution("conv_dot_padded", [5, 1, 1], to: 3, Window(kernel: 3, padding: 1)),
        convolution("conv_one_channel", [1, 7, 9], to: 1, Window(kernel: 3, padding: 1)),
        convolution("conv_row", [3, 1, 9], to: 4, Window(kernel: Size(1, 4), stride: Size(1, 3))),
        convolution("conv_column", [6, 7, 1], to: 5, Window(kernel: Size(3, 1), padding: Size(1, 0))),
        convolution("conv_odd", [5, 7, 9], to: 6, Window(kernel: 3, stride: 2, padding: 1)),
        convolution("conv_before", [3, 7, 9], to: 5, Window(kernel: 3, stride: 2, before: 1, after: 0)),
        convolution("conv_after", [3, 7, 9], to: 8, Window(kernel: 3, stride: 2, before: 0, after: 1)),
        convolution("conv_left", [4, 4, 5], to: 3, Window(kernel: Size(1, 3), before: Size(0, 2), after: 0)),
        convolution("conv_gaps", [6, 7, 9], to: 4, Window(kernel: 3, dilation: 2, padding: 2)),
        convolution(
            "conv_gaps_above", [2, 7, 9], to: 4,
            Window(kernel: Size(3, 1), dilation: Size(2, 1), before: Size(4, 0), after: 0)),
        convolution("conv_gaps_strided", [8, 7, 9], to: 4, Window(kernel: 2, stride: 2, dilation: 3, padding: 1)),
        convolution("conv_groups", [12, 4, 5], to: 6, Window(kernel: 3, padding: 1), groups: 3),
        convolution("conv_groups_gaps", [6, 7, 9], to: 4, Window(kernel: 3, dilation: 2, padding: 2), groups: 2),
        convolution("conv_whole", [3, 7, 9], to: 8, Window(kernel: Size(7, 9))),
        convolution("pointwise", [12, 7, 9], to: 9, Window(kernel: 1)),
        convolution("pointwise_strided", [7, 7, 9], to: 4, Window(kernel: 1, stride: Size(3, 2))),
        convolution("conv_saturating", [5, 4, 5], to: 6, Window(kernel: 3, padding: 1)).saturating(),
        convolution("conv_relu", [4, 4, 5], to: 5, Window(kernel: 3, padding: 1), limit: .relu),
        convolution("conv_limited", [4, 4, 5], to: 6, Window(kernel: 3, padding: 1), limit: .hardTanh),
        // Padding of −128.
        KernelCase("conv_lowest_zero", [5, 7, 9]) { builder, x in
            let positive = try builder.activation(x, .relu, name: "positive")
            return try builder.convolution(positive, to: 4, kernel: 3, padding: 1, bias: true, name: "it")
        }.with("positive", AffineQuantization(scale: 1.0 / 100, zeroPoint: -128)),
        // Padding of 127.
        KernelCase("conv_highest_zero", [5, 4, 5]) { builder, x in
            let shifted = try builder.activation(x, .tanh, name: "shifted")
            return try builder.convolution(shifted, to: 4, kernel: 3, padding: 1, groups: 1, bias: true, name: "it")
        }.with("shifted", AffineQuantization(scale: 1.0 / 200, zeroPoint: 127)),

        depthwise("depthwise_dot", [12, 1, 1], Window(kernel: 3, padding: 1)),
        depthwise("depthwise_odd", [8, 7, 9], Window(kernel: 3, padding: 1)),
        depthwise("depthwise_three", [3, 4, 5], Window(kernel: 3, padding: 1)),
        depthwise("depthwise_large", [7, 7, 9], Window(kernel: 5, stride: 2, padding: 2)),
        depthwise("depthwise_before", [12, 7, 9], Window(kernel: 3, stride: 2, before: 1, after: 0)),
        depthwise("depthwise_after", [5, 7, 9], Window(kernel: 3, stride: 2, before: 0, after: 1)),
        depthwise("depthwise_gaps", [12, 7, 9], Window(kernel: 3, dilation: 2, padding: 2)),
        depthwise("depthwise_gaps_left", [6, 4, 5], Window(kernel: 2, dilation: 2, before: Size(0, 2), after: 0)),
        depthwise("depthwise_saturating", [9, 4, 5], Window(kernel: 3, padding: 1)).saturating(),
        depthwise("depthwise_limited", [4, 4, 5], Window(kernel: 3, padding: 1), limit: .hardTanh),

        filter("filter", [5, 7, 9], rows: [[0.25, 0.5, 0.25]], columns: [[0.25, 0.5, 0.25]]),
        filter("filter_one_channel", [1, 7, 9], rows: [[0.5, 0.5]], columns: [[0.25, 0.75]]),
        mirrored("mirrored", [8, 7, 9], taps: 4, Window(kernel: 4, stride: 2, before: 1, after: 2)),
        mirrored("mirrored_odd", [5, 7, 9], taps: 3, Window(kernel: 3, stride: 2, padding: 1)),
        mirrored("mirrored_one_channel", [1, 4, 5], taps: 4, Window(kernel: 4, stride: 4, before: 1, after: 2)),
        // Mirror images of mirror images, and a map of one pixel, which is its own.
        mirrored("mirrored_small", [6, 2, 3], taps: 7, Window(kernel: 7, stride: 1, padding: 3)),
        mirrored("mirrored_dot", [12, 1, 1], taps: 4, Window(kernel: 4, stride: 2, before: 1, after: 2)),
        mirrored("mirrored_limited", [4, 4, 5], taps: 3, Window(kernel: 3, padding: 1), limit: .hardTanh),

        filter("filter_several", [3, 4, 5], rows: [[0.5, 0.5], [0.5, -0.5]], columns: [[1, 0.5], [0.5, -0.5]]),
    ]

    private static func convolution(
        _ name: String, _ input: Shape, to channels: Int, _ window: Window, groups: Int = 1,
        limit: Activation.Function? = nil
    ) -> KernelCase {
        KernelCase(name, input) { builder, x in
            let map = try builder.convolution(
                x, to: channels, window: window, groups: groups, bias: true, name: "it")
            guard let limit else { return map }
            return try builder.activation(map, limit, name: "limit")
        }
    }

    private static func depthwise(
        _ name: String, _ input: Shape, _ window: Window, limit: Activation.Function? = nil
    ) -> KernelCase {
        convolution(name, input, to: input.channels, window, groups: input.channels, limit: limit)
    }

    /// A blur over a mirrored map, of taps whose products are multiples of 1/64.
    private static func mirrored(
        _ name: String, _ input: Shape, taps: Int, _ window: Window, limit: Activation.Function? = nil
    ) -> KernelCase {
        let line: [Double] =
            switch taps {
            case 3: [0.25, 0.5, 0.25]
            case 4: [0.125, 0.375, 0.375, 0.125]
            default: [0.125, 0.125, 0.125, 0.25, 0.125, 0.125, 0.125]
            }
        return KernelCase(name, input) { builder, x in
            let blur = FixedFilter(
                rows: [line], columns: [line], stride: window.stride, before: window.before, after: window.after,
                border: .reflect)
            let map = try builder.add(.fixedFilter(blur), [x], name: "it")
            guard let limit else { return map }
            return try builder.activation(map, limit, name: "limit")
        }
    }

    /// Taps are multiples of 1/64 and at most 1, as `CaseModel` has them.
    private static func filter(_ name: String, _ input: Shape, rows: [[Double]], columns: [[Double]]) -> KernelCase {
        KernelCase(name, input) { builder, x in
            let filter = FixedFilter(rows: rows, columns: columns, stride: 2, before: 1, after: 0)
            return try builder.add(.fixedFilter(filter), [x], name: "it")
        }
    }
}
