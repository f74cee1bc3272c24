import Networks

extension KernelUse {
    /// A pooling kernel over windows.
    static func pooling(_ kernel: DeviceKernel, _ window: Window, _ output: Shape, tables: [Int] = []) -> KernelUse {
        let numbers = Double(output.count)
        return .call(
            kernel.over(window), tables, [numbers * Double(window.kernel.area), numbers, Double(output.height)])
    }
}

extension MaxPool: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.window(window)] }

    /// Maxima are kept in the output.
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .pooling(.maxPool, window, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}

extension AveragePool: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.window(window)] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { Scratch.sums(output.channels) }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .pooling(.averagePool, window, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}

extension GlobalAveragePool: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }

    /// A mean of each row is there with the row.
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [side == .width ? .line : .eachPass] }
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] {
        Scratch.sums(output.width * output.channels, isKept: side != .width)
    }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .call(.globalAverage, [], [Double(inputs[0].count), Double(output.count), Double(inputs[0].height)])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}

extension GlobalMaxPool: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.eachPass] }

    /// Maxima up to the row that was read last.
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] {
        [Scratch(name: "maxima", bytes: output.channels, isKept: true)]
    }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .call(.globalMax, [], [Double(inputs[0].count), Double(output.count), Double(inputs[0].height)])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}

extension LocalDeviation: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.window(window)] }

    /// Sums, and sums of squares.
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { Scratch.sums(2 * output.channels) }
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse { .pooling(.deviation, window, output) }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}

extension WindowPool: DeviceFacts {
    package var rewriting: RewritingRule { .kept }
    package var placement: StepPlacement { .own(takesLimits: false) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] {
        [.window(window), .cells(window, map: inputs[0].height)]
    }

    /// Sums of one output position; where it normalises, of the weights too.
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] {
        Scratch.sums((isNormalised ? 2 : 1) * output.channels)
    }

    /// Its tables are the row and the column of weights that each row and column of the map takes.
    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .pooling(
            isNormalised ? .poolNormalised : .poolWeighted, window, output,
            tables: [2 * inputs[0].height, 2 * inputs[0].width])
    }
    package var label: String { Self.kind }
    package var family: OperationFamily { .pooling }
}
