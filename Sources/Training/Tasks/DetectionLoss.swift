import Detection
import Networks
import Torch

/// What is wrong with a detector's outputs.
///
/// Of each image the sum over its anchors is divided by the number of its anchors with objects (at least 1), and the loss is the mean over
/// images: what several processes compute for their shares of a batch is then what one computes for all of it.
///
/// - SSD (Liu et al., 2016, section 2.2): cross entropy over anchors with objects and the hardest of the others, or focal loss (Lin et
///   al., 2017) over all; smooth L1 of the offsets.
/// - YOLO (Redmon and Farhadi, 2018): binary cross entropies of "an object" over all anchors but those that overlap an object without
///   being its own, of the place in the cell and of each class; smooth L1 of the logarithms of the size.
public struct DetectionLoss {
    /// Its settings.
    public struct Options: Sendable, Equatable {
        public var matchOverlap = 0.5
        public var negativeRatio = 3.0
        public var classLoss = Recipe.ClassLoss.crossEntropy
        public var labelSmoothing = 0.0

        public init() {}

        init(_ recipe: Recipe) {
            matchOverlap = recipe.matchOverlap ?? matchOverlap
            negativeRatio = recipe.negativeRatio ?? negativeRatio
            classLoss = recipe.classLoss ?? classLoss
            labelSmoothing = recipe.labelSmoothing
        }
    }

    private let anchors: DetectorAnchors
    private let options: Options
    private static let gamma = 2.0
    private static let alpha = 0.25

    /// The loss of a detector.
    public init(_ layout: DetectorLayout, _ options: Options = Options()) {
        anchors = DetectorAnchors(layout)
        self.options = options
    }

    /// Mean over the batch's images.
    ///
    /// - Parameters:
    ///   - outputs: of the network, `[B, C, rows, columns]` each.
    ///   - objects: of each image, boxes as shares of it.
    public func value(_ outputs: [Tensor], _ objects: [[GroundTruth]]) throws -> Tensor {
        try self(outputs, objects).value
    }

    func callAsFunction(_ outputs: [Tensor], _ objects: [[GroundTruth]]) throws -> TaskLoss {
        let targets = objects.map { AnchorTargets(anchors, objects: $0, threshold: options.matchOverlap) }
        let batch = BatchTargets(targets, anchorCount: anchors.boxes.count)
        return switch anchors.layout.style {
        case .ssd: try ssd(outputs, batch)
        case .yolo: try yolo(outputs, batch)
        }
    }

    /// All of a batch's targets, anchors counted over all images.
    private struct BatchTargets {
        let images: [AnchorTargets]
        let anchorCount: Int
        let positives: [Int64]
        let offsets: [Float]
        /// Of each positive: one over the number of its image's.
        let weights: [Float]

        init(_ images: [AnchorTargets], anchorCount: Int) {
            self.images = images
            self.anchorCount = anchorCount
            positives = images.enumerated().flatMap { image, targets in
                targets.positives.map { Int64(image * anchorCount + $0) }
            }
            offsets = images.flatMap(\.offsets)
            weights = images.flatMap { image in image.positives.map { _ in 1 / Float(image.positives.count) } }
        }

        /// The class of each positive, from 0.
        var classes: [Int64] { images.flatMap { image in image.positives.map { image.labels[$0] - 1 } } }
    }

    // MARK: - SSD

    private func ssd(_ outputs: [Tensor], _ batch: BatchTargets) throws -> TaskLoss {
        let width = anchors.layout.classes + 1
        let logits = try Self.rows(stride(from: 0, to: outputs.count, by: 2).map { outputs[$0] }, width)
        let offsets = try Self.rows(stride(from: 1, to: outputs.count, by: 2).map { outputs[$0] }, 4)
        let device = logits.device
        let images = Double(max(1, batch.images.count))
        let labels = try Tensor(batch.images.flatMap { $0.labels.map { max(0, $0) } }, shape: [logits.shape[0]])
            .to(device: device)
        var losses = try logits.crossEntropies(labels, labelSmoothing: options.labelSmoothing)
        let weights: [Float]
        switch options.classLoss {
        case .crossEntropy: weights = try minedWeights(losses.detached().array(), batch)
        case .focal:
            // p of the right class is e^−loss.
            losses = try losses * ((losses * -1).exp() * -1 + 1).power(Self.gamma)
            weights = focalWeights(batch)
        }
        let classLoss = try (losses * Tensor(weights, shape: [weights.count]).to(device: device)).sum()
        let loss = try classLoss + boxLoss(offsets, batch) { try $0.smoothL1($1) }
        return TaskLoss(value: try loss / images, right: try Tensor([right(logits, batch)], shape: []))
    }

    /// Weights of anchors: those with objects and the hardest others count, by the number of their image's objects.
    private func minedWeights(_ losses: [Float], _ batch: BatchTargets) -> [Float] {
        var weights = [Float](repeating: 0, count: losses.count)
        for (image, targets) in batch.images.enumerated() {
            let start = image * batch.anchorCount
            let weight = 1 / Float(max(1, targets.positives.count))
            let negatives = HardNegatives.choose(
                losses: losses[start..<start + batch.anchorCount], labels: targets.labels, ratio: options.negativeRatio)
            for index in targets.positives + negatives { weights[start + index] = weight }
        }
        return weights
    }

    private func focalWeights(_ batch: BatchTargets) -> [Float] {
        batch.images.flatMap { targets in
            let weight = 1 / Float(max(1, targets.positives.count))
            return targets.labels.map { label -> Float in
                label < 0 ? 0 : weight * Float(label > 0 ? Self.alpha : 1 - Self.alpha)
            }
        }
    }

    // MARK: - YOLO

    private func yolo(_ outputs: [Tensor], _ batch: BatchTargets) throws -> TaskLoss {
        let classes = anchors.layout.classes
        let rows = try Self.rows(outputs, classes + 5)
        let device = rows.device
        let images = Double(max(1, batch.images.count))
        let hasObject: [Float] = batch.images.flatMap { image in image.labels.map { $0 > 0 ? 1 : 0 } }
        let found = try Tensor(hasObject, shape: [hasObject.count]).to(device: device)
        let shares: [Float] = batch.images.flatMap { image in
            image.labels.map { $0 < 0 ? 0 : 1 / Float(max(1, image.positives.count)) }
        }
        let weights = try Tensor(shares, shape: [shares.count]).to(device: device)
        let objectness = try rows.sliced(1, 4..<5).reshaped([-1])
        let presence = try (objectness.binaryCrossEntropies(found) * weights).sum()
        let places = try boxLoss(rows.sliced(1, 0..<4), batch) { offsets, targets in
            try Tensor.concatenated(
                [
                    offsets.sliced(1, 0..<2).binaryCrossEntropies(targets.sliced(1, 0..<2)),
                    offsets.sliced(1, 2..<4).smoothL1(targets.sliced(1, 2..<4)),
                ], dimension: 1)
        }
        var loss = try presence + places
        let logits = try rows.sliced(1, 5..<classes + 5)
        if !batch.positives.isEmpty {
            let indices = try Tensor(batch.positives, shape: [batch.positives.count]).to(device: device)
            var wanted = [Float](repeating: 0, count: batch.positives.count * classes)
            for (row, label) in batch.classes.enumerated() { wanted[row * classes + Int(label)] = 1 }
            let targets = try Tensor(wanted, shape: [batch.positives.count, classes]).to(device: device)
            let losses = try logits.gathered(0, indices).binaryCrossEntropies(targets).sum([1])
            loss = try loss + (losses * Tensor(batch.weights, shape: [batch.weights.count]).to(device: device)).sum()
        }
        return TaskLoss(value: try loss / images, right: try Tensor([right(logits, batch, offset: 0)], shape: []))
    }

    // MARK: - Both

    /// The outputs of all grids as rows, one an anchor, image after image: `[B·N, width]`.
    private static func rows(_ outputs: [Tensor], _ width: Int) throws -> Tensor {
        let parts = try outputs.map { output in
            try output.permuted([0, 2, 3, 1]).reshaped([output.shape[0], -1, width])
        }
        return try Tensor.concatenated(parts, dimension: 1).reshaped([-1, width])
    }

    /// Sum over positives, weighted.
    private func boxLoss(
        _ offsets: Tensor, _ batch: BatchTargets, _ distance: (Tensor, Tensor) throws -> Tensor
    ) throws -> Tensor {
        // Every weight has a gradient in every step, even without objects: processes that train together wait for all of them.
        let nothing = try offsets.sum() * 0
        guard !batch.positives.isEmpty else { return nothing }
        let device = offsets.device
        let count = batch.positives.count
        let own = try offsets.gathered(0, Tensor(batch.positives, shape: [count]).to(device: device))
        let losses = try distance(own, Tensor(batch.offsets, shape: [count, 4]).to(device: device)).sum([1])
        return try (losses * Tensor(batch.weights, shape: [count]).to(device: device)).sum() + nothing
    }

    /// Over images the share of their anchors with objects whose most likely class is the right one; 1 for an image without objects.
    private func right(_ logits: Tensor, _ batch: BatchTargets, offset: Int64 = 1) throws -> Double {
        let empty = Double(batch.images.count { $0.positives.isEmpty })
        guard !batch.positives.isEmpty else { return empty }
        return try Torch.withoutGradients {
            let indices = try Tensor(batch.positives, shape: [batch.positives.count]).to(device: logits.device)
            let guesses: [Int64] = try logits.gathered(0, indices).argmax(1).array()
            let shares = zip(zip(guesses, batch.classes), batch.weights).map { pair, weight in
                pair.0 == pair.1 + offset ? Double(weight) : 0
            }
            return empty + shares.reduce(0, +)
        }
    }
}
