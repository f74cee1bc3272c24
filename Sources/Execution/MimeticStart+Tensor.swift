import Networks
import Torch

extension MimeticStart {
    /// The values of its part.
    ///
    /// Value and output halve one product, so both are drawn by the name of the attention that they belong to.
    ///
    /// - Parameter name: the part's, in a state dict.
    func tensor(of name: String, seed: UInt64) throws -> Tensor {
        let attention = name.dropLast(part == .projections ? "in_proj_weight".count : "out_proj.weight".count)
        let (output, value) = try halves(of: Self.values, rank: channels, seed.mixed(with: "\(attention)value"))
        switch part {
        case .output: return output
        case .projections:
            var queries: [Tensor] = []
            var keys: [Tensor] = []
            for head in 0..<heads {
                let (query, key) = try halves(
                    of: Self.attention, rank: channels / heads, seed.mixed(with: "\(attention)head\(head)"))
                queries.append(try query.transposed(0, 1))
                keys.append(key)
            }
            return try Tensor.concatenated(queries + keys + [value], dimension: 0)
        }
    }

    /// A `[d, rank]` and B `[rank, d]`, whose product A·B is nearest to α Z + β I.
    private func halves(of product: Product, rank: Int, _ seed: UInt64) throws -> (Tensor, Tensor) {
        Torch.seed(seed)
        let noise = try Tensor.normal([channels, channels], type: .float64)
        let identity = try Tensor.identity(channels)
        let sum = try noise * (product.noise / Double(channels).squareRoot()) + identity * product.identity
        let (u, s, transposedV) = try sum.singularValues()
        let roots = try s.sliced(0, 0..<rank).squareRoot()
        return (
            try u.sliced(1, 0..<rank) * roots, try transposedV.sliced(0, 0..<rank) * roots.reshaped([rank, 1])
        )
    }
}
