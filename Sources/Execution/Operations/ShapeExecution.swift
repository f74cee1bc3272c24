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
        try inputs[0].reshaped([inputs[0].shape[0], -1] + (toPixel ? [1, 1] : []))
    }
}

extension UpsampleBilinear: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor { try inputs[0].upsampledBilinear(to: size.pair) }
}

extension UpsampleNearest: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// Lines copied as whole numbers say: libtorch's own resampling scales in single precision, and serves where it copies the same lines.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let x = inputs[0]
        let (rows, columns) = (copied(x.shape[2], size.height), copied(x.shape[3], size.width))
        if isLibtorchs(rows, from: x.shape[2]), isLibtorchs(columns, from: x.shape[3]) {
            return try x.upsampledNearest(to: size.pair)
        }
        func gathered(_ map: Tensor, _ dimension: Int, _ lines: [Int]) throws -> Tensor {
            guard lines != Array(0..<map.shape[dimension]) else { return map }
            let indices = try Tensor(lines.map(Int64.init), shape: [lines.count]).to(device: map.device)
            return try map.gathered(dimension, indices)
        }
        return try gathered(gathered(x, 2, rows), 3, columns).to(format: run.model.parameters.format)
    }

    /// For each line of the output the line that it copies.
    private func copied(_ source: Int, _ destination: Int) -> [Int] {
        let line = lines(from: source, to: destination)
        return (0..<destination).map { line($0) }
    }

    private func isLibtorchs(_ lines: [Int], from source: Int) -> Bool {
        let own = NearestUpsampling(from: source, to: lines.count)
        return lines.enumerated().allSatisfy { own.sourceLine($0) == $1 }
    }
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

extension SpaceToDepth: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// `[B, C, H, W]` → `[B, C·r², ⌊H/r⌋, ⌊W/r⌋]`.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        var map = inputs[0]
        for (dimension, side) in [(2, map.shape[2]), (3, map.shape[3])] where side % factor != 0 {
            map = try map.sliced(dimension, 0..<side - side % factor)
        }
        return try map.spaceToDepth(factor)
    }
}

extension Concatenation: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        try Tensor.concatenated(inputs, dimension: 1)
    }
}

extension Slice: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// A copy: pixels of a view would lie apart, which the kernels behind it are slow with.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let channels = try inputs[0].sliced(1, start..<start + count)
        return try channels.to(format: run.node.shape.isMap ? run.model.parameters.format : nil)
    }
}

extension Pad: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        try inputs[0].padded(
            left: before.width, right: after.width, top: before.height, bottom: after.height, value: value)
    }
}
