import Datasets
import Networks

/// The images of a recipe: what is trained on, what is evaluated on, and how both are brought to size.
public struct TrainingData: Sendable {
    /// Images that the weights see.
    public let training: any Dataset
    /// Images that scores are taken on.
    public let evaluation: any Dataset
    /// What training images go through.
    public let trainingTransform: Transform
    /// What evaluation images go through.
    public let evaluationTransform: Transform
    /// `[C, H, W]`.
    public let inputShape: Shape
    /// What the evaluation images are, for people: "test split", "10 % of the training images".
    public let evaluationName: String

    /// Images of at most this side are small: they are shifted and flipped rather than cut to pieces, and evaluated whole.
    private static let smallSide = 64

    /// Opens what a recipe names.
    ///
    /// - Throws: a sentence that names the folder or file at fault.
    public init(_ recipe: Recipe) throws {
        let all = try DatasetCatalog.open(recipe.data, split: .train)
        if recipe.holdOut > 0 {
            (training, evaluation) = try all.holdOut(fraction: recipe.holdOut, seed: recipe.seed)
            evaluationName = "\(Int((recipe.holdOut * 100).rounded())) % of the training images, held out"
        } else {
            let splits = try DatasetCatalog.availableSplits(recipe.data)
            guard let split = [Split.validation, .test].first(where: splits.contains) else {
                throw TrainingError(
                    "\(recipe.data) has neither a validation nor a test split: add one, or hold out a share of the training "
                        + "images with --hold-out 0.1")
            }
            (training, evaluation) = (all, try DatasetCatalog.open(recipe.data, split: split))
            evaluationName = "\(split.rawValue) split"
        }
        let stored = training.imageSize.map { max($0.width, $0.height) }
        let side = recipe.resolution ?? stored ?? 224
        let size = ImageSize(square: side)
        let isSmall = (stored ?? Int.max) <= Self.smallSide
        var evaluate = isSmall ? Transform.smallImageEvaluation(size: size) : .evaluation(size: size)
        var train =
            switch recipe.augmentation {
            case .none: evaluate
            case .cropFlip: Transform.smallImageTraining(size: size, padding: max(1, side / 8))
            case .resizedCrop: Transform.training(size: size)
            case .automatic:
                isSmall ? Transform.smallImageTraining(size: size, padding: max(1, side / 8)) : .training(size: size)
            }
        let channels = recipe.channels ?? training.channels
        evaluate.channels = channels
        train.channels = channels
        (trainingTransform, evaluationTransform) = (train, evaluate)
        inputShape = [channels, side, side]
    }

    /// How pixels become numbers, as the recipe asks.
    public func normalization(_ kind: Recipe.NormalizationKind) throws -> Normalization {
        let channels = inputShape.channels
        switch kind {
        case .half: return .half(channels: channels)
        case .imagenet: return Normalization.imageNet.converted(toChannels: channels)
        case .measured: return try Normalization.measure(training).converted(toChannels: channels)
        }
    }
}

extension Normalization {
    /// The same for grey images made of coloured ones (mean of the channels), or coloured images made of grey ones (repeated).
    func converted(toChannels channels: Int) -> Normalization {
        guard mean.count != channels else { return self }
        func convert(_ values: [Float]) -> [Float] {
            let average = values.reduce(0, +) / Float(max(1, values.count))
            return [Float](repeating: average, count: channels)
        }
        return Normalization(mean: convert(mean), deviation: convert(deviation))
    }
}
