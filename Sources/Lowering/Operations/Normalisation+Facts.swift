import Networks

extension BatchNorm: DeviceFacts {
    package var rewriting: RewritingRule { .normalisation(epsilon: epsilon) }
    package var placement: StepPlacement { .follows(.normalisation) }
    package var spreading: Spreading { .passed }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.same] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }

    /// One that folds is gone when a network is lowered.
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .missing(
            "a batch normalisation that folds into no layer in front of it", flashBytes: 8 * channels,
            instructions: Guess.twoPasses(output.count))
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension InstanceNorm: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }

    /// The whole map for its statistics; then it is element-wise.
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.wholeThenSame] }

    /// Sum and sum of squares of each channel, which become its scale and shift (int32).
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] {
        [Scratch(name: "statistics", bytes: 8 * output.channels, isKept: true)]
    }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .missing(
            "instance normalisation", flashBytes: 8 * channels, instructions: Guess.twoPasses(output.count))
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}
