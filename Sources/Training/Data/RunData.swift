import Datasets
import Detection

/// The images of a run: those that it was trained on, those that it held out, and other ones to score it on.
public struct RunData {
    public let run: RunFolder
    public let configuration: RunConfiguration
    /// Name of the data set, or its folder.
    public let data: String
    /// Whether these are the data that the run was trained with, by their place or by what lies there.
    public let isOwn: Bool

    /// The data of a run, or others.
    ///
    /// - Parameter given: a data set to look at instead of the run's own.
    /// - Throws: `TrainingError` where the run's own are no longer to be found.
    public init(_ configuration: RunConfiguration, of run: RunFolder, data given: String? = nil) throws {
        self.run = run
        self.configuration = configuration
        guard let given else {
            guard !configuration.recipe.data.isEmpty else {
                throw TrainingError(
                    "\(run.path) was trained elsewhere, on images that it does not name: give some with --data")
            }
            data = try configuration.data(in: run)
            isOwn = true
            return
        }
        try DataName.check(given, for: configuration.recipe.task ?? .classification)
        data = given
        isOwn = Self.isOwn(given, configuration, run)
    }

    /// The data of a run, or others, by its model.
    public init(_ trained: TrainedModel, data given: String? = nil) throws {
        try self.init(trained.configuration, of: trained.run, data: given)
    }

    private static func isOwn(_ data: String, _ configuration: RunConfiguration, _ run: RunFolder) -> Bool {
        if let own = try? configuration.data(in: run), DataPlace.canonical(own) == DataPlace.canonical(data) {
            return true
        }
        guard let expected = configuration.images?.training,
            let all = try? dataset(data, .train, configuration, run)
        else { return false }
        let heldOut = Set(configuration.heldOut ?? [])
        // What was added since does not matter.
        if let names = try? TrainedNames(of: run) {
            return (try? names.find(in: all, data: data, besides: heldOut)) != nil
        }
        guard let training = try? all.divided(by: heldOut, in: data).others else { return false }
        return ImageRecord.matches(expected, training, data: data)
    }

    // MARK: - Parts

    /// The part that a score is taken on where nobody says: what the run held out; else the test split, the validation split, or
    /// whatever there is.
    ///
    /// - Parameter wanted: the part that somebody has named.
    /// - Throws: `TrainingError` where the held-out part is wanted and there is none.
    public func part(_ wanted: EvaluationPart? = nil) throws -> EvaluationPart {
        let holdsOut = isOwn && configuration.recipe.holdOut > 0
        guard wanted == .heldOut || (wanted == nil && holdsOut) else {
            let splits = try splits()
            return wanted ?? EvaluationPart([.test, .validation, .train].first(where: splits.contains) ?? .test)
        }
        guard configuration.recipe.holdOut > 0 else {
            throw TrainingError("\(run.path) held no images out: score another split")
        }
        guard holdsOut else {
            throw TrainingError(
                "\(data) is not what \(run.path) was trained on, so nothing of it was held out: score another split")
        }
        return .heldOut
    }

    private func splits() throws -> [Split] {
        try isDetection ? AnnotatedFolder(data).splits : DatasetCatalog.availableSplits(data)
    }

    /// The images of a part.
    ///
    /// - Throws: `TrainingError` where its classes are not the run's, or some of the images that were held out are gone.
    public func images(_ part: EvaluationPart) throws -> any Dataset {
        let all = try Self.dataset(data, part.split, configuration, run)
        guard part == .heldOut else { return all }
        let names = try heldOutNames()
        let found = try all.divided(by: names, in: data).named
        try check(names, found: (0..<found.count).map { found.name(of: $0, in: data) })
        return found
    }

    /// The images of a part with the boxes around what is in them.
    public func annotations(_ part: EvaluationPart) throws -> AnnotatedImages {
        var annotations = try AnnotatedFolder(data).annotations(for: part.split, classNames: configuration.classNames)
        guard part == .heldOut else { return annotations }
        let names = try heldOutNames()
        let all = AnnotatedDataset(annotations, cacheBytes: 0)
        let indices = try all.divided(by: names, in: data).named.indices
        try check(names, found: indices.map { all.name(of: $0, in: data) })
        annotations.images = indices.map { annotations.images[$0] }
        return annotations
    }

    /// The images that the run was trained on, or those of another data set that one would train on, whatever their classes.
    public func trainingImages() throws -> any Dataset {
        let splits = try splits()
        let split = splits.contains(.train) ? .train : splits.first ?? .train
        return try trainingImages(among: Self.dataset(data, split, configuration, run, anyClasses: !isOwn))
    }

    /// Those of some images for training that the run was trained on; all of them where the data are others.
    func trainingImages(among images: any Dataset) throws -> any Dataset {
        guard isOwn else { return images }
        let trained = try trained(images)
        guard trained.count > 0 else { throw TrainingError("\(data) holds no image that \(run.path) was trained on") }
        return trained
    }

    /// Those of the run's own images that it was trained on: neither held out, nor added since, nor left out because they are broken.
    private func trained(_ images: any Dataset) throws -> Subset {
        let heldOut = try configuration.recipe.holdOut > 0 ? heldOutNames() : []
        let trained =
            try TrainedNames(of: run)?.images(among: images, data: data, besides: heldOut)
            ?? images.divided(by: heldOut, in: data).others
        let roots = [configuration.recipe.data, configuration.place?.path ?? ""].compactMap {
            DatasetCatalog.place(of: $0)?.path
        }
        let isSkipped = SkippedImageList(of: run).contains(trained, data: data, roots: roots)
        guard isSkipped.contains(true) else { return trained }
        return try Subset(trained, indices: trained.indices.indices.filter { !isSkipped[$0] })
    }

    /// How many of a part's images the run was trained on.
    public func trainedOn(_ part: EvaluationPart, _ images: any Dataset) throws -> Int {
        if isOwn {
            guard part == .train else { return 0 }
            return try trained(images).count
        }
        // Other data may be a part of the run's own, such as a folder in it. Where those are gone, nobody can tell.
        guard let own = try? RunData(configuration, of: run), let training = try? own.trainingImages() else { return 0 }
        let seen = Set(training.canonicalLocations(in: own.data))
        let known = images.canonicalLocations(in: data).count { seen.contains($0) }
        let isComparable = training.imageSize != nil || training.count <= Self.comparedImages
        guard known < images.count, isComparable else { return known }
        var repeated = RepeatedImages(training)
        return max(known, repeated.pairs(images).count)
    }

    /// Up to how many training files are compared byte by byte with others; only those of one size are read.
    private static let comparedImages = 20_000

    // MARK: - What was held out

    private var isDetection: Bool { configuration.recipe.task == .detection }

    /// As the run has written them down; earlier versions did not, and drew them from the recipe's seed.
    private func heldOutNames() throws -> Set<String> {
        if let names = configuration.heldOut { return Set(names) }
        let recipe = configuration.recipe
        let all = try Self.dataset(data, .train, configuration, run)
        let heldOut = try all.holdOut(fraction: recipe.holdOut, seed: recipe.seed).heldOut
        return Set((0..<heldOut.count).map { heldOut.name(of: $0, in: data) })
    }

    private func check(_ names: Set<String>, found: [String]) throws {
        try HeldOutImages.check(names, found: found, heldOutBy: run.path, data: data, advice: "score another split")
    }

    private static func dataset(
        _ data: String, _ split: Split, _ configuration: RunConfiguration, _ run: RunFolder, anyClasses: Bool = false
    ) throws -> any Dataset {
        let classNames = configuration.classNames
        if configuration.recipe.task == .detection {
            let annotations = try AnnotatedFolder(data).annotations(
                for: split, classNames: anyClasses ? nil : classNames)
            return AnnotatedDataset(annotations, cacheBytes: 0)
        }
        let dataset = try DatasetCatalog.open(data, split: split)
        if configuration.hasUnnamedClasses, dataset.classNames.count == classNames.count { return dataset }
        if !anyClasses, let difference = classDifference(of: dataset.classNames, from: classNames) {
            throw TrainingError("\(data) has other classes than \(run.path) was trained on: \(difference)")
        }
        return dataset
    }
}
