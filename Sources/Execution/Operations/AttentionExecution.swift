import Networks
import Torch

extension MultiHeadAttention: OperationExecution {
    var traits: ExecutionTraits { ExecutionTraits(roundsWeights: true, inspection: .attention(self)) }

    /// Multi-head self-attention over the positions of a map `[B, d, h, w]`; nothing of tokens × tokens is stored.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let x = inputs[0]
        let (batch, height, width) = (x.shape[0], x.shape[2], x.shape[3])
        let tokens = height * width
        let headChannels = channels / heads
        // In channels-last memory a map is its tokens already: these two are views.
        let sequence = try x.permuted([0, 2, 3, 1]).reshaped([batch, tokens, channels])
        let packed = try sequence.linear(
            weight: run.parameter("in_proj_weight"), bias: run.parameter("in_proj_bias"))
        let split = try packed.reshaped([batch, tokens, 3, heads, headChannels]).permuted([2, 0, 3, 1, 4])
            .unbound(0)
        let attended = try split[0].attention(keys: split[1], values: split[2], fused: !run.model.isPlain)
        let joined = try attended.transposed(1, 2).reshaped([batch, tokens, channels])
        let projected = try joined.linear(
            weight: run.parameter("out_proj.weight"), bias: run.parameter("out_proj.bias"))
        return try projected.reshaped([batch, height, width, channels]).permuted([0, 3, 1, 2])
            .to(format: run.model.parameters.format)
    }
}

extension AttentionHead: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// CLIP's attention pooling: the mean token asks all others, `[B, C, H, W]` → `[B, O]`.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let x = inputs[0]
        let (batch, tokens) = (x.shape[0], size.area + 1)
        let positions = try x.permuted([0, 2, 3, 1]).reshaped([batch, tokens - 1, channels])
        let mean = try positions.mean([1], keepDimensions: true)
        let sequence =
            try Tensor.concatenated([mean, positions], dimension: 1) + run.parameter("positional_embedding")
        func projected(_ tokens: Tensor, _ name: String) throws -> Tensor {
            try tokens.linear(
                weight: run.parameter("\(name)_proj.weight"), bias: run.parameter("\(name)_proj.bias"))
        }
        /// `[B, tokens, C]` → `[B, heads, tokens, C / heads]`.
        func split(_ tokens: Tensor) throws -> Tensor {
            try tokens.reshaped([batch, -1, heads, channels / heads]).transposed(1, 2)
        }
        let query = try split(projected(sequence.sliced(1, 0..<1), "q"))
        // One query: a row of scores a head is all there is to store.
        let width = Double(channels / heads)
        let scores =
            try query.matrixMultiplied(split(projected(sequence, "k")).transposed(2, 3)) * (1 / width.squareRoot())
        let attended = try scores.softmax(3).matrixMultiplied(split(projected(sequence, "v")))
        return try projected(attended.transposed(1, 2).reshaped([batch, channels]), "c")
    }
}

extension PositionEmbedding: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// T[y, x] = E[y, x] + concat(column[x], row[y]).
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let x = inputs[0]
        let (height, width, half) = (x.shape[2], x.shape[3], channels / 2)
        func spread(columns: Tensor, rows: Tensor) throws -> Tensor {
            let across = try columns.transposed(0, 1).unsqueezed(1).expanded([half, height, width])
            let down = try rows.transposed(0, 1).unsqueezed(2).expanded([half, height, width])
            return try Tensor.concatenated([across, down], dimension: 0)
        }
        switch table {
        case .learned:
            let columns = try run.parameter("col_embed.weight").sliced(0, 0..<width)
            let rows = try run.parameter("row_embed.weight").sliced(0, 0..<height)
            return try x + spread(columns: columns, rows: rows)
        case .sine:
            let table = try run.model.constant("sines \(half) \(height) \(width)", x.scalarType()) {
                func sines(_ positions: Int) throws -> Tensor {
                    try Tensor(PositionEmbedding.sines(positions: positions, channels: half), shape: [positions, half])
                }
                return try spread(columns: sines(width), rows: sines(height))
            }
            return try x + table
        }
    }
}
