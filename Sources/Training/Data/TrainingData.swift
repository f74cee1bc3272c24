import Datasets
import Detection
import Foundation
import Networks
import Reporting

/// The images of a recipe: what is trained on, what is evaluated on, and how both are brought to size.
public struct TrainingData: Sendable {
    /// Images that the weights see.
    public private(set) var training: any Dataset
    /// Images that scores are taken on.
    public let evaluation: any Dataset
    /// What training images go through.
    public let trainingTransform: Transform
    /// What evaluation images go through.
    public let evaluationTransform: Transform
    /// `[C, H, W]`.
    public let inputShape: Shape
    /// Which part of the data the evaluation images are.
    public let evaluationPart: EvaluationPart
    /// What the evaluation images are, for people: "test split", "held-out split, 10 % of the training images".
    public let evaluationName: String
    /// Names of the images that are held out of training; nil where the data have a split for evaluation.
    let heldOut: [String]?
    /// What was opened.
    private let name: String

    /// Images of at most this side are small: they are shifted and flipped rather than cut to pieces, and evaluated whole.
    private static let largestSmallSide = 64
    /// What a network takes of photographs where the recipe does not say.
    private static let photographSide = 224
    /// What a detector takes where the recipe does not say: that of MobileNetV2 with SSDLite as published.
    private static let detectionSide = 320

    /// Boxes that were left out, each with its file and reason.
    public let droppedBoxes: [DroppedBox]

    /// Opens what a recipe names.
    ///
    /// - Parameter heldOut: names of the images to hold out, where they have been chosen before; images of these names are never
    ///   trained on. Else the recipe's seed chooses.
    /// - Throws: a sentence that names the folder or file at fault.
    public init(_ recipe: Recipe, heldOut: [String]? = nil) throws {
        try DataName.check(recipe.data, for: recipe.task ?? .classification)
        switch recipe.task ?? .classification {
        case .classification: try self.init(classes: recipe, heldOut)
        case .detection: try self.init(objects: recipe, heldOut)
        }
    }

    /// Opens the data of a run, or others, for its network to see once more.
    ///
    /// Of the run's own data only those images are for training that it was trained on: others may have been added since, and scores on
    /// them have to stay what they are.
    ///
    /// - Parameter recipe: the run's, perhaps with another schedule; its data are left aside.
    /// - Throws: `TrainingError` where its images are not those that the network takes.
    package init(_ recipe: Recipe, for network: Network, of data: RunData) throws {
        var recipe = recipe
        recipe.data = data.data
        try self.init(recipe, heldOut: data.configuration.heldOut)
        training = try data.trainingImages(among: training)
        guard inputShape == network.inputShape else {
            throw TrainingError(
                "\(recipe.data) gives images of \(inputShape), and the network takes \(network.inputShape)")
        }
    }

    private init(classes recipe: Recipe, _ heldOut: [String]?) throws {
        guard recipe.augmentation != .objectCrop, recipe.augmentation != .flip else {
            throw TrainingError(
                "augmentation is \(recipe.augmentation.rawValue), which is for task: detection: use auto, crop-flip, resized-crop or none"
            )
        }
        let all = try Self.openClasses(recipe.data)
        guard all.classNames.count > 1 else {
            throw TrainingError(
                "\(all.name) holds one class, \(all.classNames.first ?? ""): put the images of each class into a folder of its own, "
                    + "two at least")
        }
        (training, evaluation, evaluationPart) = try Self.divide(
            all, recipe, heldOut, splits: DatasetCatalog.availableSplits(recipe.data)
        ) { try DatasetCatalog.open(recipe.data, split: $0) }
        (name, evaluationName, self.heldOut) = Self.names(training, evaluation, evaluationPart, recipe)
        droppedBoxes = []
        let smallSide = Self.smallSide(of: training)
        let isSmall = smallSide != nil
        let side = recipe.resolution ?? smallSide ?? training.imageSize?.longerSide ?? Self.photographSide
        let size = ImageSize(square: side)
        let isCropped = recipe.augmentation == .cropFlip || (recipe.augmentation == .automatic && isSmall)
        // Things have to be as large in evaluation as they are in training, which shifts whole images where it crops and flips.
        var evaluate =
            isSmall || isCropped ? Transform.smallImageEvaluation(size: size) : .evaluation(size: size)
        let shifted = Transform.smallImageTraining(size: size, padding: Transform.usualPadding(size))
        var train = recipe.augmentation == .none ? evaluate : isCropped ? shifted : .training(size: size)
        if recipe.verticalFlip == true { train.verticalFlipProbability = 0.5 }
        train.colorJitter = recipe.colorJitter.map { ColorJitter(brightness: $0, contrast: $0, saturation: $0) }
        train.randAugment = recipe.randAugment.map { RandAugment(magnitude: $0) }
        train.erasing = recipe.erasing.map { RandomErasing(probability: $0) }
        let channels = recipe.channels ?? training.channels
        evaluate.channels = channels
        train.channels = channels
        (trainingTransform, evaluationTransform) = (train, evaluate)
        inputShape = [channels, side, side]
    }

    /// Opens the training split of labelled images.
    ///
    /// - Throws: `TrainingError` where the folder is one of boxes, which looks like broken classes.
    private static func openClasses(_ data: String) throws -> any Dataset {
        do {
            return try DatasetCatalog.open(data, split: .train)
        } catch let error as DatasetsError {
            guard let folder = try? AnnotatedFolder(data), folder.splits.contains(.train) else { throw error }
            throw TrainingError(
                "\(data) holds images with boxes: train a detector with task: detection (--task detection)")
        }
    }

    /// The longest side of small images; nil where they are not small. Where sizes vary, a few images are looked at.
    private static func smallSide(of dataset: any Dataset) -> Int? {
        let sizes = dataset.imageSize.map { [$0] } ?? someSizes(of: dataset)
        return sizes.map(\.longerSide).max().flatMap { $0 <= largestSmallSide ? $0 : nil }
    }

    /// Sizes of up to eight images that can be read; of a large one what a decoder reduces it to, which is not small.
    private static func someSizes(of dataset: any Dataset) -> [ImageSize] {
        let count = min(8, dataset.count)
        return (0..<count).compactMap { number in
            let index = number * dataset.count / count
            let image = try? dataset.image(at: index, minimumSize: ImageSize(square: largestSmallSide + 1))
            return image.map { ImageSize(width: $0.width, height: $0.height) }
        }
    }

    private init(objects recipe: Recipe, _ heldOut: [String]?) throws {
        let side = recipe.resolution ?? Self.detectionSide
        let size = ImageSize(square: side)
        let folder = try AnnotatedFolder(recipe.data)
        let annotations = try folder.annotations(for: .train)
        try Self.requireFiles(annotations, recipe)
        // Crops enlarge what they show, so training keeps somewhat more than the network takes.
        let all = AnnotatedDataset(annotations, reducedSize: ImageSize(square: side + side / 2))
        var dropped = annotations.dropped
        (training, evaluation, evaluationPart) = try Self.divide(all, recipe, heldOut, splits: folder.splits) {
            let split = try folder.annotations(for: $0, classNames: annotations.classNames)
            try Self.requireFiles(split, recipe)
            dropped += split.dropped
            return AnnotatedDataset(split)
        }
        (name, evaluationName, self.heldOut) = Self.names(training, evaluation, evaluationPart, recipe)
        droppedBoxes = dropped
        let channels = recipe.channels ?? training.channels
        trainingTransform = try Self.objectTransform(recipe, size, channels)
        evaluationTransform = Transform(geometry: .resize(size), channels: channels)
        inputShape = [channels, side, side]
    }

    /// Refuses annotations of images that are not there before anything is trained, which those for evaluation would end after an epoch.
    private static func requireFiles(_ annotated: AnnotatedImages, _ recipe: Recipe) throws {
        guard !recipe.skipBadImages, let missing = annotated.missingImages else { return }
        throw TrainingError(
            "\(missing): add what is missing, take it out of the annotations, or leave it out with --skip-bad-images")
    }

    /// What images with boxes go through for training.
    private static func objectTransform(_ recipe: Recipe, _ size: ImageSize, _ channels: Int) throws -> Transform {
        var transform = Transform(geometry: .resize(size), channels: channels)
        switch recipe.augmentation {
        case .none: break
        case .automatic, .objectCrop, .flip:
            transform.flipProbability = 0.5
            transform.colorJitter = ColorJitter(brightness: 0.25, contrast: 0.5, saturation: 0.5, hue: 0.05)
            guard recipe.augmentation != .flip else { break }
            transform.geometry = .objectCrop(size, ObjectCrop(largestExpansion: recipe.zoomOut ?? 4))
        case .cropFlip, .resizedCrop:
            throw TrainingError(
                "augmentation is \(recipe.augmentation.rawValue), which is not for boxes: use auto, object-crop, flip or none"
            )
        }
        if recipe.verticalFlip == true { transform.verticalFlipProbability = 0.5 }
        return transform
    }

    /// What is trained on, what is evaluated on, and which part of the data that is.
    private static func divide(
        _ all: any Dataset, _ recipe: Recipe, _ heldOut: [String]?, splits: [Split],
        open: (Split) throws -> any Dataset
    ) throws -> (any Dataset, any Dataset, EvaluationPart) {
        if recipe.holdOut > 0 {
            if let heldOut {
                let (named, others) = try all.divided(by: Set(heldOut), in: recipe.data)
                if named.count > 0 { return (others, named, .heldOut) }
            }
            let (training, evaluation) = try all.holdOut(fraction: recipe.holdOut, seed: recipe.seed)
            return (training, evaluation, .heldOut)
        }
        guard let split = [Split.validation, .test].first(where: splits.contains) else {
            throw TrainingError(
                "\(recipe.data) has neither a validation nor a test split: add one, or hold out a share of the training "
                    + "images with --hold-out 0.1")
        }
        return (all, try open(split), EvaluationPart(split))
    }

    /// What was opened, what the evaluation images are for people, and names of those that are held out.
    private static func names(
        _ training: any Dataset, _ evaluation: any Dataset, _ part: EvaluationPart, _ recipe: Recipe
    ) -> (String, String, [String]?) {
        guard part == .heldOut else { return (recipe.data, part.name, nil) }
        // Not the recipe's: at least one image of each class is held out, and stays.
        let share = 100 * Double(evaluation.count) / Double(max(1, training.count + evaluation.count))
        let shown = share < 1 ? String(format: "%.1g", share) : String(Int(share.rounded()))
        let heldOut = (0..<evaluation.count).map { evaluation.name(of: $0, in: recipe.data) }
        return (recipe.data, "\(part.name), \(shown) % of the training images", heldOut)
    }

    /// Which images there are, to know them again.
    func record() -> TrainedImages {
        TrainedImages(
            training: ImageRecord(training, data: name), evaluation: ImageRecord(evaluation, data: name))
    }

    /// Checks that there are images for one step at least.
    ///
    /// - Throws: `TrainingError` with how many there are to train on.
    func checkBatchSize(_ recipe: Recipe) throws {
        guard training.count < recipe.batchSize else { return }
        let heldOut = evaluationPart == .heldOut ? " (\(counted(evaluation.count, "other")) held out)" : ""
        throw TrainingError(
            "\(recipe.data) has \(counted(training.count, "image")) to train on\(heldOut), fewer than one batch of \(recipe.batchSize): "
                + "use --batch-size \(max(1, training.count))\(training.count > 1 ? " or less" : "")")
    }

    /// How pixels become numbers, as the recipe asks.
    ///
    /// - Parameter skipBadImages: whether images that cannot be read are left out of what is measured.
    public func normalization(
        _ kind: Recipe.NormalizationKind, skipBadImages: Bool = false
    ) throws -> Normalization {
        let channels = inputShape.channels
        switch kind {
        case .half: return .half(channels: channels)
        case .weights: throw TrainingError("normalization is weights, which images alone do not tell")
        case .imagenet: return Normalization.imageNet.converted(toChannels: channels)
        case .measured:
            return try Normalization.measure(training, skipBadImages: skipBadImages).converted(toChannels: channels)
        }
    }
}

extension ImageSize {
    fileprivate var longerSide: Int { max(width, height) }
}

extension Normalization {
    /// The same for grey images made of coloured ones (mean of the channels), or coloured images made of grey ones (repeated).
    package func converted(toChannels channels: Int) -> Normalization {
        guard mean.count != channels else { return self }
        func convert(_ values: [Float]) -> [Float] {
            let average = values.reduce(0, +) / Float(max(1, values.count))
            return [Float](repeating: average, count: channels)
        }
        return Normalization(mean: convert(mean), deviation: convert(deviation))
    }
}
