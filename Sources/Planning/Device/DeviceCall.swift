import Networks

/// One call of a kernel as a device makes it: what it takes of flash, of working memory and of time.
///
/// The tables are those that `KernelProgram` lays out, known before there are any weights: weights as int8, and for each output channel a
/// bias, a multiplier and a shift of 32 bits; 256 bytes for a run of activations; columns and rows of positions; and for a weighted
/// pooling the row and the column of weights that each row and column of its map takes.
package struct DeviceCall: Sendable {
    /// The node that it is counted for.
    package let node: Node.ID
    /// Nil where there is none in int8; what is counted is then a guess.
    package let kernel: DeviceKernel?
    /// Bytes of each of its tables in flash.
    package let tables: [Int]
    /// Bytes of two windows of a convolution, outside of the arena.
    package var windowBytes = 0
    /// Amounts of `DeviceKernel.work`.
    package var work: [Double] = []

    /// Bytes of its tables.
    package var tableBytes: Int { tables.reduce(0, +) }
}

extension EvaluationGraph {
    /// The calls of each step; of a detector as a last step the way from its outputs to boxes.
    package func calls(of steps: [[Node.ID]]) -> [[DeviceCall]] {
        steps.map { calls(of: $0) } + (finding.map { [[$0]] } ?? [])
    }

    /// Decoding and suppression, with probabilities, stretches and the shapes of anchors of each feature map.
    private var finding: DeviceCall? {
        guard let layout = network.detector, let output = network.outputs.first else { return nil }
        return DeviceCall(
            node: sources[output.index], kernel: layout.style == .ssd ? .findSSD : .findYOLO,
            tables: layout.grids.flatMap { [512, 1024, 16 * $0.sizes.count] },
            work: [Double(layout.anchorCount) * Double(layout.classes)])
    }

    /// The calls of a step: its operation, then what works in place on the row that was just written.
    ///
    /// A ReLU behind what takes limits is no call, and a run of activations and factors is one.
    private func calls(of step: [Node.ID]) -> [DeviceCall] {
        var calls: [DeviceCall] = []
        var takesLimit = false
        for id in step {
            let node = network[id]
            if case .batchNorm = node.operation, folds(node) { continue }
            if takesLimit, isLimit(node) {
                takesLimit = false
                continue
            }
            let call = self.call(of: node)
            takesLimit = self.takesLimit(node)
            if call.kernel == .lookUp, calls.last?.kernel == .lookUp { calls.removeLast() }
            calls.append(call)
        }
        return calls
    }

    private func isLimit(_ node: Node) -> Bool {
        guard case .activation(let details) = node.operation else { return false }
        return details.function == .relu || details.function == .relu6
    }

    private func takesLimit(_ node: Node) -> Bool {
        switch node.operation {
        case .convolution, .linear, .fixedFilter, .add, .multiply: true
        default: false
        }
    }

    private func call(of node: Node) -> DeviceCall {
        let inputs = operands(of: node).map { shapes[$0.index] }
        let output = shapes[node.id.index]
        let (numbers, rows) = (Double(output.count), Double(output.height))
        func call(_ kernel: DeviceKernel, _ tables: [Int], _ work: [Double]) -> DeviceCall {
            DeviceCall(node: node.id, kernel: kernel, tables: tables, work: work)
        }
        func pool(_ kernel: DeviceKernel, _ window: Window, _ tables: [Int] = []) -> DeviceCall {
            call(kernel.over(window), tables, [numbers * Double(window.kernel.area), numbers, rows])
        }
        guard missingKernel(of: node) == nil else {
            return DeviceCall(node: node.id, kernel: nil, tables: [guessedFlashBytes(of: node)])
        }
        switch node.operation {
        case .input: return call(.pixels, [256 * output.channels], [numbers])
        case .convolution(let details):
            return convolution(node, inputs[0], details.window, groups: details.groups)
        case .fixedFilter(let details):
            return convolution(node, inputs[0], details.window, groups: inputs[0].channels)
        case .linear(let details):
            let outputs = details.outputFeatures
            return call(
                .linear, scaled(details.inputFeatures * outputs, outputs), [products(node), Double(outputs)])
        case .multiHeadAttention(let details):
            let (tokens, channels) = (Double(output.size.area), Double(details.channels))
            return call(
                .attention,
                (0..<4).flatMap { _ in scaled(details.channels * details.channels, details.channels) },
                [
                    4 * tokens * channels * channels, 2 * tokens * tokens * channels,
                    tokens * tokens * Double(details.heads), tokens * channels,
                ])
        case .activation: return call(.lookUp, [256], [numbers, rows])
        case .scale(let details):
            return details.shape == nil
                ? call(.lookUp, [256], [numbers, rows]) : call(.scaleChannels, [output.channels], [numbers, rows])
        case .positionEmbedding:
            let half = output.channels / 2
            return call(.addPosition, [output.width * half, output.height * half], [numbers, rows])
        case .add: return call(.add, [], [numbers, rows])
        case .multiply: return call(.multiply, [], [numbers, rows])
        case .maxPool(let details): return pool(.maxPool, details.window)
        case .averagePool(let details): return pool(.averagePool, details.window)
        case .localDeviation(let details): return pool(.deviation, details.window)
        case .windowPool(let details):
            let map = inputs[0]
            return pool(
                details.isNormalised ? .poolNormalised : .poolWeighted, details.window, [2 * map.height, 2 * map.width])
        case .globalAveragePool:
            return call(.globalAverage, [], [Double(inputs[0].count), numbers, Double(inputs[0].height)])
        case .upsampleBilinear: return call(.upsample, [], [numbers, rows])
        case .depthToSpace: return call(.shuffle, [], [numbers, rows])
        case .batchNorm, .instanceNorm, .powerPool, .comparisonPool, .rnnPool, .attentionHead, .gaussianNoise, .dropout,
            .flatten:
            return DeviceCall(node: node.id, kernel: nil, tables: [])
        }
    }

    /// Weights, and what takes the sums of each output channel to int8.
    private func scaled(_ weights: Int, _ outputs: Int) -> [Int] { [weights, 4 * outputs, 4 * outputs, 4 * outputs] }

    private func products(_ node: Node) -> Double { Double(network.multiplyAccumulates(of: node)) }

    private func convolution(_ node: Node, _ input: Shape, _ window: Window, groups: Int) -> DeviceCall {
        let kernel = window.kernel
        let output = shapes[node.id.index]
        let (numbers, rows) = (Double(output.count), Double(output.height))
        let depth = input.channels / groups
        let tables = scaled(kernel.area * depth * output.channels, output.channels)
        if groups > 1, groups == input.channels, groups == output.channels {
            let isQuick = kernel == 3 && window.stride.width == 1
            return DeviceCall(
                node: node.id, kernel: (isQuick ? DeviceKernel.depthwise3x3 : .depthwise).over(window), tables: tables,
                work: [numbers * Double(kernel.area), numbers, rows * Double(output.channels)])
        }
        let windows = Double(output.size.area * groups)
        // Two windows of int16, in whole quads: `ConvolutionGeometry.columnBytes`.
        return DeviceCall(
            node: node.id, kernel: DeviceKernel.convolution.over(window), tables: tables,
            windowBytes: 4 * ((kernel.area * depth + 3) / 4 * 4),
            work: [
                numbers * Double(kernel.area * depth), numbers, windows * Double(kernel.area * depth),
                windows * Double(kernel.height), rows * Double(groups),
            ])
    }
}
