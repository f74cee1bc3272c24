import Networks

extension PowerPool: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.window(window)] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { Scratch.sums(output.channels) }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .missing(
            "power-mean pooling (Lp, GeM)", flashBytes: 4,
            instructions: 2 * Double(output.count)
                * (Guess.perElement * Double(window.kernel.area) + Guess.perOutput))
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}

extension ComparisonPool: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }

    /// The map's window, and the row of what it is compared with.
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.window(window), .line] }

    /// Sums of weighted values and of weights; where the weights depend on the mean of the squared differences, that too.
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] {
        Scratch.sums((weighting == .dice ? 2 : 3) * output.channels)
    }

    /// Two passes over a window: references and weights, each a look-up, then the mean.
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .missing(
            "pooling by comparison (AdaPool, DPP)", flashBytes: weighting == .dice ? 0 : 8 * channels,
            instructions: Double(output.count)
                * (5 * Guess.perElement * Double(window.kernel.area) + 2 * Guess.perOutput))
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}

extension FixedFilter: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: true) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.filter(self)] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }

    /// A depthwise convolution, or with several filters a grouped one; where the map is mirrored one that shows it.
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        guard isMirrored else { return .convolution(window, groups: inputs[0].channels, inputs[0], output) }
        let products = Double(multiplyAccumulates(inputs, output))
        guard rows.count == 1 else {
            return .missing(
                "several filters with mirrored borders", flashBytes: rows.count * (kernel.area + 4),
                instructions: products * Guess.perProduct + Guess.perOutput * Double(output.count))
        }
        return .call(
            .mirroredFilter, layerTables(weights: kernel.area * output.channels, outputs: output.channels),
            [products, Double(output.count), Double(output.height)])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}

extension RNNPool: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.window(window)] }

    /// int8 states of the lines of one window, and two states at work.
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] {
        let lines = max(window.kernel.height, window.kernel.width) * lineStates
        return [Scratch(name: "states", bytes: lines + 2 * max(lineStates, windowStates), isKept: false)]
    }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        let (kernel, lines, windows) = (window.kernel, lineStates, windowStates)
        let states = 2 * kernel.area * lines + 2 * (kernel.height + kernel.width) * windows
        return .missing(
            "RNNPool",
            flashBytes: lines * (channels + lines + 8) + windows * (lines + windows + 8) + 16,
            instructions: Double(multiplyAccumulates(inputs, output)) * Guess.perProduct
                + 2 * Guess.perOutput * Double(output.size.area * states))
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}
