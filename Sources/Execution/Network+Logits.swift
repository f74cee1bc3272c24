import Networks
import Torch

extension Network {
    /// An output of this network as logits: of one that ends in a softmax the logarithms of its shares, which a softmax makes the same shares of.
    package func logits(of output: Tensor) throws -> Tensor {
        endsInSoftmax ? try output.clamped(minimum: 1e-12).log() : output
    }
}
