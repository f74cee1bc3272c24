import Networks
import Torch

extension Model {
    /// Multi-head self-attention over the positions of a map `[B, d, h, w]`; nothing of tokens × tokens is stored.
    func attention(_ details: MultiHeadAttention, _ node: Node, _ x: Tensor) throws -> Tensor {
        let (batch, height, width) = (x.shape[0], x.shape[2], x.shape[3])
        let tokens = height * width
        let headChannels = details.channels / details.heads
        // In channels-last memory a map is its tokens already: these two are views.
        let sequence = try x.permuted([0, 2, 3, 1]).reshaped([batch, tokens, details.channels])
        let packed = try sequence.linear(
            weight: parameter("in_proj_weight", of: node), bias: parameter("in_proj_bias", of: node))
        let split = try packed.reshaped([batch, tokens, 3, details.heads, headChannels]).permuted([2, 0, 3, 1, 4])
            .unbound(0)
        let attended = try split[0].attention(keys: split[1], values: split[2])
        let joined = try attended.transposed(1, 2).reshaped([batch, tokens, details.channels])
        let projected = try joined.linear(
            weight: parameter("out_proj.weight", of: node), bias: parameter("out_proj.bias", of: node))
        return try projected.reshaped([batch, height, width, details.channels]).permuted([0, 3, 1, 2])
            .to(format: parameters.format)
    }

    /// CLIP's attention pooling: the mean token asks all others, `[B, C, H, W]` → `[B, O]`.
    func attentionHead(_ details: AttentionHead, _ node: Node, _ x: Tensor) throws -> Tensor {
        let (batch, tokens) = (x.shape[0], details.size.area + 1)
        let positions = try x.permuted([0, 2, 3, 1]).reshaped([batch, tokens - 1, details.channels])
        let mean = try positions.mean([1], keepDimensions: true)
        let sequence =
            try Tensor.concatenated([mean, positions], dimension: 1) + parameter("positional_embedding", of: node)
        func projected(_ tokens: Tensor, _ name: String) throws -> Tensor {
            try tokens.linear(
                weight: parameter("\(name)_proj.weight", of: node), bias: parameter("\(name)_proj.bias", of: node))
        }
        /// `[B, tokens, C]` → `[B, heads, tokens, C / heads]`.
        func split(_ tokens: Tensor) throws -> Tensor {
            try tokens.reshaped([batch, -1, details.heads, details.channels / details.heads]).transposed(1, 2)
        }
        let query = try split(projected(sequence.sliced(1, 0..<1), "q"))
        // One query: a row of scores a head is all there is to store.
        let width = Double(details.channels / details.heads)
        let scores =
            try query.matrixMultiplied(split(projected(sequence, "k")).transposed(2, 3)) * (1 / width.squareRoot())
        let attended = try scores.softmax(3).matrixMultiplied(split(projected(sequence, "v")))
        return try projected(attended.transposed(1, 2).reshaped([batch, details.channels]), "c")
    }

    /// T[y, x] = E[y, x] + concat(column[x], row[y]).
    func addPositions(_ details: PositionEmbedding, _ node: Node, _ x: Tensor) throws -> Tensor {
        let (height, width, half) = (x.shape[2], x.shape[3], details.channels / 2)
        func spread(columns: Tensor, rows: Tensor) throws -> Tensor {
            let across = try columns.transposed(0, 1).unsqueezed(1).expanded([half, height, width])
            let down = try rows.transposed(0, 1).unsqueezed(2).expanded([half, height, width])
            return try Tensor.concatenated([across, down], dimension: 0)
        }
        switch details.table {
        case .learned:
            let columns = try parameter("col_embed.weight", of: node).sliced(0, 0..<width)
            let rows = try parameter("row_embed.weight", of: node).sliced(0, 0..<height)
            return try x + spread(columns: columns, rows: rows)
        case .sine:
            let key = "sines \(half) \(height) \(width)"
            if let table = constants[key] { return try x + table }
            let type = try x.scalarType()
            let table = try Torch.withoutGradients {
                func sines(_ positions: Int) throws -> Tensor {
                    try Tensor(PositionEmbedding.sines(positions: positions, channels: half), shape: [positions, half])
                }
                return try spread(columns: sines(width), rows: sines(height)).to(type, device: x.device)
            }
            constants[key] = table
            return try x + table
        }
    }
}
