import Networks
import Torch

// Operations that change sizes, and the image itself.

extension Input: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor { inputs[0] }
}

extension Flatten: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        try inputs[0].reshaped([inputs[0].shape[0], -1])
    }
}

extension UpsampleBilinear: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor { try inputs[0].upsampledBilinear(to: size.pair) }
}

extension DepthToSpace: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// `[B, C·r², h, w]` → `[B, C, H, W]`, the border copied outwards where cells do not cover the map.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let cells = try inputs[0].depthToSpace(factor)
        let (height, width) = (cells.shape[2], cells.shape[3])
        guard Size(height, width) != size else { return cells }
        return try cells.paddedByReplication(left: 0, right: size.width - width, top: 0, bottom: size.height - height)
    }
}
