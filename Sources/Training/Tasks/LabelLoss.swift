import Datasets
import Torch

/// Cross entropy of images with their labels: of mixed images (see `ImageMixing`) with both labels, each by its share.
///
/// An image's cross entropy with a label counts as much as the label's class does (`Recipe.Balance.weights`).
package struct LabelLoss {
    private let classWeights: [Float]?
    private let labelSmoothing: Double

    /// A loss.
    ///
    /// - Parameter classWeights: for each class what the loss of its images counts; nil for one and all the same.
    package init(classWeights: [Float]? = nil, labelSmoothing: Double = 0) {
        self.classWeights = classWeights
        self.labelSmoothing = labelSmoothing
    }

    /// The mean over the images: with weights too, so that several processes compute what one would.
    ///
    /// - Parameters:
    ///   - logits: `[B, K]`.
    ///   - mixtures: what is mixed into each image; empty where nothing is.
    package func callAsFunction(_ logits: Tensor, _ labels: [Int64], _ mixtures: [Mixture] = []) throws -> Tensor {
        guard classWeights != nil || !mixtures.isEmpty else {
            return try logits.crossEntropy(Self.tensor(labels, logits), labelSmoothing: labelSmoothing)
        }
        let count = Double(max(1, labels.count))
        let own = try sum(logits, labels, shares: mixtures.map(\.ownShare))
        guard !mixtures.isEmpty else { return try own / count }
        let others = try sum(logits, mixtures.map(\.label), shares: mixtures.map { 1 - $0.ownShare })
        return try (own + others) / count
    }

    /// The sum over images of cross entropy, times the weight of the label and the image's share.
    ///
    /// - Parameter shares: of each image; empty for all of each.
    private func sum(_ logits: Tensor, _ labels: [Int64], shares: [Float]) throws -> Tensor {
        var factors = labels.map { classWeights?[Int($0)] ?? 1 }
        for (index, share) in shares.enumerated() { factors[index] *= share }
        let entropies = try logits.crossEntropies(Self.tensor(labels, logits), labelSmoothing: labelSmoothing)
        return try (entropies * Tensor(factors, shape: [labels.count]).sent(to: logits.device)).sum()
    }

    /// How many images are told right; of a mixed one the share of the class that is told. One number, on the logits'
    /// device.
    package static func right(_ logits: Tensor, _ labels: [Int64], _ mixtures: [Mixture] = []) throws -> Tensor {
        try Torch.withoutGradients {
            let told = try logits.argmax(1)
            func agreement(_ labels: [Int64]) throws -> Tensor {
                try told.isEqual(to: tensor(labels, logits)).to(.float32)
            }
            guard !mixtures.isEmpty else { return try agreement(labels).sum() }
            let shares = try Tensor(mixtures.map(\.ownShare), shape: [mixtures.count]).sent(to: logits.device)
            let others = try agreement(mixtures.map(\.label))
            return try (agreement(labels) * shares + others * (shares * -1 + 1)).sum()
        }
    }

    private static func tensor(_ labels: [Int64], _ logits: Tensor) throws -> Tensor {
        try Tensor(labels, shape: [labels.count]).sent(to: logits.device)
    }
}
