import Networks

extension Activation: DeviceFacts {
    package var rewriting: RewritingRule { .kept }

    /// A ReLU, ReLU6 or hard tanh behind a layer is a limit of the layer's output; anything else is a table.
    package var placement: StepPlacement {
        .follows(function.limits == nil ? .table : .limit)
    }
    package var spreading: Spreading { .passed }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.same] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .table(output) }
    package var label: String { function.rawValue }
    package var family: OperationFamily { .other }
}

extension KernelUse {
    /// A run of functions of one number.
    static func table(_ output: Shape) -> KernelUse {
        .call(.lookUp, [256], [Double(output.count), Double(output.height)])
    }

    /// A kernel without tables that goes over its output row by row.
    static func rowByRow(_ kernel: DeviceKernel, _ output: Shape) -> KernelUse {
        .call(kernel, [], [Double(output.count), Double(output.height)])
    }
}

extension Scale: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .follows(shape == nil ? .table : .channelScale) }
    package var spreading: Spreading { shape == nil ? .passed : .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.same] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        guard let shape else { return .table(output) }
        guard shape.size == 1 else {
            return .missing(
                "factors of one a position", flashBytes: 4 * shape.count,
                instructions: Guess.twoPasses(output.count))
        }
        let kernel: DeviceKernel =
            switch combination {
            case nil: .scaleChannels
            case .add: .add
            case .subtract: .subtract
            }
        return .call(kernel, [output.channels], [Double(output.count), Double(output.height)])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension Add: DeviceFacts {
    package var rewriting: RewritingRule { .sum }
    package var placement: StepPlacement { .own(takesLimits: true) }
    package var spreading: Spreading { .byItself }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { RowRule.broadcast(inputs, output) }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .rowByRow(.add, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension Subtract: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: true) }
    package var spreading: Spreading { .byItself }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { RowRule.broadcast(inputs, output) }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .rowByRow(.subtract, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension Multiply: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: true) }
    package var spreading: Spreading { .byItself }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { RowRule.broadcast(inputs, output) }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .rowByRow(.multiply, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension Dropout: DeviceFacts {
    package var rewriting: RewritingRule { .identity }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .passed }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.whole] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .nothing }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}

extension GaussianNoise: DeviceFacts {
    package var rewriting: RewritingRule { .noise }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }

    /// Its operand is the deviation, of one pixel.
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.pixel] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .missing("noise that evaluation keeps", flashBytes: 0, instructions: Guess.twoPasses(output.count))
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .other }
}
