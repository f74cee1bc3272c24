import Networks

extension KernelCase {
    private static let half = Window(kernel: 2, stride: 2)
    private static let padded = Window(kernel: 3, stride: 2, padding: 1)
    private static let before = Window(kernel: 3, stride: 2, before: 1, after: 0)
    private static let after = Window(kernel: 3, stride: 2, before: 0, after: 1)
    private static let gaps = Window(kernel: 3, dilation: 2, padding: 1)
    private static let gapsAbove = Window(kernel: 2, dilation: 2, before: Size(1, 0), after: 0)

    /// One number of many in a window, or of a whole map.
    static let poolings: [KernelCase] = [
        one("max", [5, 7, 9], .maxPool(MaxPool(padded))),
        one("max_one_channel", [1, 7, 9], .maxPool(MaxPool(Window(kernel: Size(2, 3), stride: Size(2, 3))))),
        one("max_dot", [12, 1, 1], .maxPool(MaxPool(kernel: 3, stride: 1, padding: 1))),
        one("max_before", [6, 7, 9], .maxPool(MaxPool(before))),
        one("max_after", [8, 7, 9], .maxPool(MaxPool(after))),
        one("max_gaps", [7, 7, 9], .maxPool(MaxPool(gaps))),
        one("max_gaps_above", [3, 7, 9], .maxPool(MaxPool(gapsAbove))),

        one("average", [5, 7, 9], .averagePool(AveragePool(padded))),
        one("average_uncounted", [4, 7, 9], .averagePool(AveragePool(padded, countsPadding: false))),
        one("average_dot", [3, 1, 1], .averagePool(AveragePool(kernel: 3, stride: 1, padding: 1))),
        one("average_before", [6, 7, 9], .averagePool(AveragePool(before))),
        one("average_after", [7, 7, 9], .averagePool(AveragePool(after, countsPadding: false))),
        one("average_border", [5, 7, 9], .averagePool(AveragePool(half, countsPadding: false, coversBorder: true))),
        one("average_gaps", [1, 7, 9], .averagePool(AveragePool(gaps, countsPadding: false))),
        one("average_gaps_above", [8, 7, 9], .averagePool(AveragePool(gapsAbove))),

        one("global_average", [5, 7, 9], .globalAveragePool(GlobalAveragePool())).inBoth(),
        one("global_average_dot", [12, 1, 1], .globalAveragePool(GlobalAveragePool())).inBoth(),
        one("average_of_rows", [5, 7, 9], .globalAveragePool(GlobalAveragePool(over: .width))).inBoth(),
        one("average_of_columns", [3, 4, 9], .globalAveragePool(GlobalAveragePool(over: .height))).inBoth(),
        one("global_max", [5, 7, 9], .globalMaxPool(GlobalMaxPool())),
        one("global_max_dot", [1, 1, 1], .globalMaxPool(GlobalMaxPool())),

        one("deviation", [5, 7, 9], .localDeviation(LocalDeviation(half))),
        one("deviation_before", [4, 7, 9], .localDeviation(LocalDeviation(before))),
        one("deviation_after", [1, 7, 9], .localDeviation(LocalDeviation(after))),
        one("deviation_gaps", [3, 7, 9], .localDeviation(LocalDeviation(gaps))),

        weighted("window", [5, 7, 9], half),
        weighted("window_padded", [1, 7, 9], padded),
        weighted("window_before", [6, 7, 9], before),
        weighted("window_after", [4, 7, 9], after),
        weighted("window_gaps", [7, 7, 9], gaps),
        weighted("window_raw", [5, 7, 9], half, isNormalised: false),
        weighted("window_raw_before", [3, 7, 9], before, isNormalised: false),
        weighted("window_raw_gaps", [8, 7, 9], gaps, isNormalised: false),
    ]

    /// One operation of one operand.
    static func one(_ name: String, _ input: Shape, _ operation: Networks.Operation) -> KernelCase {
        KernelCase(name, input) { builder, x in try builder.add(operation, [x], name: "it") }
    }

    /// Weights of half the map's sides, rounded up: each serves several pixels.
    private static func weighted(
        _ name: String, _ input: Shape, _ window: Window, isNormalised: Bool = true
    ) -> KernelCase {
        KernelCase(name, input) { builder, x in
            let few = try builder.add(.maxPool(MaxPool(kernel: 1, stride: 2)), [x], name: "few")
            let weights = try builder.activation(few, .exponential, name: "weights")
            return try builder.add(
                .windowPool(WindowPool(window, isNormalised: isNormalised)), [x, weights], name: "it")
        }
    }
}
