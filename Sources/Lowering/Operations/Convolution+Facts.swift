import Networks

extension Convolution: DeviceFacts {
    package var rewriting: RewritingRule {
        var other = self
        other.bias = true
        return .layer(withBias: .convolution(other), hasBias: bias)
    }
    package var placement: StepPlacement { .own(takesLimits: true) }
    package var spreading: Spreading { .never }
    package func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule] { [.window(window)] }

    /// Convolutions accumulate in registers.
    package func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch] { [] }

    package func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse {
        .convolution(window, groups: groups, inputs[0], output)
    }
    package var label: String { isDepthwise ? "depthwise" : Self.kind }
    package var family: OperationFamily { isDepthwise ? .depthwise : .convolution }
}

extension KernelUse {
    /// Working memory of a convolution whose windows have so many numbers: two of them in int16, in whole quads. What
    /// kernels take, `ConvolutionGeometry.columnBytes`, told where no kernel is known.
    package static func columnBytes(windowCount: Int) -> Int { 4 * ((windowCount + 3) / 4 * 4) }

    /// A convolution; depthwise ones have kernels of their own.
    static func convolution(_ window: Window, groups: Int, _ input: Shape, _ output: Shape) -> KernelUse {
        let kernel = window.kernel
        let (numbers, rows) = (Double(output.count), Double(output.height))
        let depth = input.channels / groups
        let tables = layerTables(weights: kernel.area * depth * output.channels, outputs: output.channels)
        if Convolution.isDepthwise(groups: groups, inputs: input.channels, outputs: output.channels) {
            let isQuick = kernel == 3 && window.stride.width == 1
            return .call(
                (isQuick ? DeviceKernel.depthwise3x3 : .depthwise).over(window), tables,
                [numbers * Double(kernel.area), numbers, rows * Double(output.channels)])
        }
        let windows = Double(output.size.area * groups)
        return .call(
            DeviceKernel.convolution.over(window), tables: tables,
            windowBytes: columnBytes(windowCount: kernel.area * depth),
            work: [
                numbers * Double(kernel.area * depth), numbers, windows * Double(kernel.area * depth),
                windows * Double(kernel.height), rows * Double(groups),
            ])
    }
}
