import Datasets
import Execution
import Networks
import Torch

extension Explainer {
    /// softmax(q Kᵀ / √(d / heads)) of the token under a position, mean over heads.
    ///
    /// - Parameter tokens: what the attention reads, `[1, d, h, w]`.
    func attention(
        of node: Node, _ details: MultiHeadAttention, _ tokens: Tensor, _ query: Query, _ image: ImageSize
    ) throws -> HeatMap {
        let (height, width) = (tokens.shape[2], tokens.shape[3])
        let place = query.y * height / image.height * width + query.x * width / image.width
        let (count, headChannels) = (height * width, details.channels / details.heads)
        let probabilities = try Torch.withoutGradients {
            let packed = try tokens.permuted([0, 2, 3, 1]).reshaped([count, details.channels]).linear(
                weight: model.parameters.tensor("\(node.name).in_proj_weight"),
                bias: model.parameters.tensor("\(node.name).in_proj_bias"))
            // [3, heads, tokens, channels of a head]
            let split = try packed.reshaped([count, 3, details.heads, headChannels]).permuted([1, 2, 0, 3]).unbound(0)
            let one = try split[0].sliced(1, place..<place + 1)
            let scores = try one.matrixMultiplied(split[1].transposed(1, 2)) * (1 / Double(headChannels).squareRoot())
            return try scores.softmax(2).mean([0]).reshaped([1, height, width])
        }
        return try heatMap("attention of \(query.x),\(query.y) in \(node.name)", probabilities)
    }
}
