import Networks

extension UpsampleBilinear: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.bilinear] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .rowByRow(.upsample, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension UpsampleNearest: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] {
        [.copies(lines(from: inputs[0].height, to: output.height))]
    }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .rowByRow(.upsampleNearest, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension DepthToSpace: DeviceFacts {
    package var rewriting: RewritingRule { .shuffle(factor: factor) }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.shuffle(factor)] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .rowByRow(.shuffle, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension SpaceToDepth: DeviceFacts {
    // What normalises channels behind it normalises pixels in front of it, by where they lie: no layer can take that
    // up.
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] {
        [.window(Window(kernel: Size(factor), stride: Size(factor)))]
    }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .rowByRow(.shuffle, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}
