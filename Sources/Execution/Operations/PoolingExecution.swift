import Networks
import Torch

// Poolings that weigh all elements of a window alike, or by themselves.

extension MaxPool: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor { try window.maximum(inputs[0]) }
}

extension AveragePool: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// Mean of each window; in training, where the details ask for it, rows and columns drawn at random.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let x = inputs[0]
        if run.training, let sampling {
            let stride = window.stride
            let rows = try drawnLines(x.shape[2], stride: stride.height, grid: sampling.grid.height)
            let columns = try drawnLines(x.shape[3], stride: stride.width, grid: sampling.grid.width)
            return try x.gathered(2, rows.to(device: x.device)).gathered(3, columns.to(device: x.device))
        }
        guard coversBorder else { return try window.mean(x, countsPadding: countsPadding) }
        return try x.averagePool(
            kernel: window.kernel.pair, stride: window.stride.pair, countPadding: false, coverBorder: true)
    }

    /// Of each `grid` lines as many as windows start in them, ascending: a shuffle by random keys of libtorch's generator.
    private func drawnLines(_ count: Int, stride: Int, grid: Int) throws -> Tensor {
        let keys: [Float] = try Tensor.uniform([count]).array()
        let lines = Swift.stride(from: 0, to: count, by: grid).flatMap { start in
            let block = start..<min(start + grid, count)
            let outputs = (block.count + stride - 1) / stride
            return block.sorted { keys[$0] < keys[$1] }.prefix(outputs).sorted()
        }
        return try Tensor(lines.map(Int64.init), shape: [lines.count])
    }
}

extension GlobalAveragePool: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let sides =
            switch side {
            case nil: [2, 3]
            case .height: [2]
            case .width: [3]
            }
        return try inputs[0].mean(sides, keepDimensions: true)
    }
}

extension GlobalMaxPool: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        try inputs[0].maximum([2, 3], keepDimensions: true)
    }
}

extension LocalDeviation: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// Deviation of each window.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let x = inputs[0]
        let mean = try window.mean(x)
        return try (window.mean(x * x) - mean * mean).clamped(minimum: floor).squareRoot()
    }
}

extension PowerPool: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// Power mean of each window.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let magnitudes = try (takesAbsolute ? inputs[0].absolute() : inputs[0]).clamped(minimum: floor)
        func average(_ map: Tensor) throws -> Tensor {
            // Powers of the floor may vanish in single precision; their root would have no gradient.
            try window.mean(map, countsPadding: false).clamped(minimum: 1e-30)
        }
        guard isLearned else { return try average(magnitudes.power(exponent)).power(1 / exponent) }
        let learned = try run.parameter("p")
        return try average(magnitudes.power(learned)).power(learned.power(-1))
    }
}
