import Networks

extension Input: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }

    /// The image's rows become int8 by a table a channel.
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        shape.isMap
            ? .call(.pixels, [256 * output.channels], [Double(output.count)])
            : .missing("an input that is no image", flashBytes: 0, instructions: Guess.twoPasses(output.count))
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .image }
}

extension Linear: DeviceFacts {
    package var rewriting: RewritingRule {
        var other = self
        other.bias = true
        return .layer(withBias: .linear(other), hasBias: bias)
    }
    package var placement: StepPlacement { .own(takesLimits: true) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.whole] }

    /// Linear layers accumulate in registers.
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .call(
            .linear, layerTables(weights: inputFeatures * outputFeatures, outputs: outputFeatures),
            [Double(multiplyAccumulates(inputs, output)), Double(outputFeatures)])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .convolution }
}

extension Flatten: DeviceFacts {
    package var rewriting: RewritingRule { .flattening }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.whole] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }

    /// Flattening an NHWC map moves channels to the end: the linear layer behind it has its columns permuted instead.
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .nothing }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}
