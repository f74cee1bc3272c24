import Networks

extension Concatenation: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { inputs.map { _ in .line } }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }

    /// An operand of another scale than the output's goes through a table. Scales are not known yet: here each has one.
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .call(
            .concatenate, inputs.map { _ in 256 },
            [Double(output.count), Double(output.size.area * inputs.count), Double(output.height * inputs.count)])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension Slice: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.line] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .call(.slice, [], [Double(output.count), Double(output.size.area), Double(output.height)])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension Pad: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.window(rows)] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .rowByRow(.pad, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}
