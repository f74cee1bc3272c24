import Networks
import Torch

extension RNNPool: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// Two FastGRNN cells over the lines of every window, all windows at once.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let lineCell = try GatedCell("cell_rnn", run)
        let windowCell = try GatedCell("cell_bidirrnn", run)
        let (kernel, size) = (window.kernel, run.node.shape.size)

        // What the first cell makes of each pixel alone is the same in every window; zeros of the padding stay zeros.
        var pixels = try lineCell.project(inputs[0].permuted([0, 2, 3, 1])).permuted([0, 3, 1, 2])
        pixels = try window.padded(pixels).permuted([0, 2, 3, 1])
        /// Pixel (y, x) of every window: `[B, h, w, states]`.
        func pixel(_ y: Int, _ x: Int) throws -> Tensor {
            try pixels.strided(1, from: y * window.dilation.height, count: size.height, step: window.stride.height)
                .strided(2, from: x * window.dilation.width, count: size.width, step: window.stride.width)
        }
        /// Reads `lines` lines of `length` pixels at once, then the lines' last states in both directions.
        func read(lines: Int, length: Int, _ pixel: (_ line: Int, _ place: Int) throws -> Tensor) throws -> [Tensor] {
            let steps = try (0..<length).map { place in
                try Tensor.stacked((0..<lines).map { try pixel($0, place) })
            }
            let summaries = try windowCell.project(lineCell.lastState(steps)).unbound(0)
            return [try windowCell.lastState(summaries), try windowCell.lastState(summaries.reversed())]
        }
        let rows = try read(lines: kernel.height, length: kernel.width) { try pixel($0, $1) }
        let columns = try read(lines: kernel.width, length: kernel.height) { try pixel($1, $0) }
        return try Tensor.concatenated(rows + columns, dimension: 3).permuted([0, 3, 1, 2]).to(
            format: run.model.parameters.format)
    }
}

/// A FastGRNN cell (Kusupati et al., 2018).
private struct GatedCell {
    private let input: Tensor
    private let recurrent: Tensor
    private let gateBias: Tensor
    private let updateBias: Tensor
    private let zeta: Tensor
    private let nu: Tensor

    init(_ name: String, _ run: NodeRun) throws {
        input = try run.parameter("\(name).W")
        recurrent = try run.parameter("\(name).U")
        gateBias = try run.parameter("\(name).bias_gate").reshaped([-1])
        updateBias = try run.parameter("\(name).bias_update").reshaped([-1])
        zeta = try run.parameter("\(name).zeta").sigmoid().reshaped([1])
        nu = try run.parameter("\(name).nu").sigmoid().reshaped([1])
    }

    /// x W, over the last dimension.
    func project(_ x: Tensor) throws -> Tensor { try x.matrixMultiplied(input) }

    /// The state after a sequence of projected inputs, from zeros.
    func lastState(_ sequence: [Tensor]) throws -> Tensor {
        guard let first = sequence.first else {
            throw ExecutionError("a recurrent pooling has a window without lines")
        }
        var state = try next(first, nil)
        for projected in sequence.dropFirst() { state = try next(projected, state) }
        return state
    }

    private func next(_ projected: Tensor, _ state: Tensor?) throws -> Tensor {
        let sum = try state.map { try projected + $0.matrixMultiplied(recurrent) } ?? projected
        let gate = try (sum + gateBias).sigmoid()
        let update = try (sum + updateBias).tanh()
        let part = try ((gate * -1 + 1) * zeta + nu) * update
        return try state.map { try part + gate * $0 } ?? part
    }
}
