import Files
import Datasets
import Foundation
import Interchange
import Networks
import Reporting

/// The folder of one training, and the names of what lies in it.
public struct RunFolder: Sendable, Equatable {
    /// Its path.
    public let path: String

    /// A folder by its path; nothing is made or read.
    public init(_ path: String) { self.path = path }

    /// The recipe, the classes and how images are normalised.
    public var configuration: String { path + "/" + RunFiles.configuration }
    /// The architecture in its JSON form.
    public var network: String { path + "/" + RunFiles.network }
    /// A line for each epoch.
    public var metrics: String { path + "/" + RunFiles.metrics }
    /// Weights to use: those of the last finished epoch, averaged where the recipe says so.
    public var model: String { path + "/" + RunFiles.model }
    /// Everything a resumed run needs, as of the last checkpoint.
    public var last: String { path + "/" + RunFiles.last }
    /// Everything a resumed run needs, as of the epoch with the best score.
    public var best: String { path + "/" + RunFiles.best }
    /// The int8 model that `sapool quantize` makes.
    public var int8: String { path + "/" + RunFiles.int8 }
    /// How far attention is from even after each epoch, where that was asked for.
    public var attention: String { path + "/" + RunFiles.attention }
    /// What a teacher said of the training images, while they are trained on.
    var teacherAnswers: String { path + "/" + RunFiles.teacherAnswers }
    /// Names of the images that were held out of training.
    public var heldOut: String { path + "/" + RunFiles.heldOut }
    /// Names of the images that were trained on, as check sums.
    public var trainedImages: String { path + "/" + RunFiles.trainedImages }
    /// Images that were left out, and why.
    public var skippedImages: String { path + "/" + RunFiles.skippedImages }

    /// Boxes of annotations that were left out, and why.
    public var droppedBoxes: String { path + "/" + RunFiles.droppedBoxes }

    /// Whether a training has begun here.
    public var holdsRun: Bool { FileManager.default.fileExists(atPath: configuration) }

    /// A file that no training has written in a folder without a run: of a network that was imported or pruned, of a device package, or of a
    /// run whose configuration is gone. Nil where there is none.
    ///
    /// - Parameter network: the one to be trained. A training that was killed as it began may have written it, and nothing else.
    func fileOfOthers(_ network: Network) -> String? {
        let names = ["firmware.json", "firmware-files.txt"] + [model, best, last, int8, metrics].map { name(of: $0) }
        let isThere = { (name: String) in FileManager.default.fileExists(atPath: self.path + "/" + name) }
        if let name = names.first(where: isThere) { return name }
        guard isThere(name(of: self.network)) else { return nil }
        let stored = try? Network(jsonFile: self.network)
        return stored?.nodes == network.nodes && stored?.outputs == network.outputs ? nil : name(of: self.network)
    }

    private func name(of file: String) -> String { String(file.dropFirst(path.count + 1)) }

    /// What each finished epoch came to; empty where none is.
    ///
    /// - Throws: `TrainingError` where the file is damaged.
    public func epochMetrics() throws -> [EpochMetrics] { try MetricsLog(path: metrics).read() }

    /// What attention came to after each epoch; empty where it was not logged.
    ///
    /// - Throws: `TrainingError` where the file is damaged.
    public func attentionMetrics() throws -> [AttentionMetrics] { try AttentionLog.read(attention) }

    /// Whether the run is trained to its end: the checkpoint, which an epoch writes last, is of the last epoch.
    ///
    /// - Throws: `TrainingError` where the metrics are damaged.
    public func isFinished(epochs: Int) throws -> Bool {
        guard let last = try epochMetrics().last, last.epoch == epochs, FileManager.default.fileExists(atPath: model),
            let step = try? Checkpoint.step(of: self.last)
        else { return false }
        return step == last.step
    }

    /// Removes what a process that was killed while writing has left behind.
    func removeHalfWrittenFiles() {
        AtomicFile.removeRemains(in: path)
    }

    /// Makes the folder.
    ///
    /// - Throws: `TrainingError` where it cannot be made or written.
    public func create() throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw TrainingError("the output folder \(path) cannot be made: choose a place that you may write to")
        }
        guard FileManager.default.isWritableFile(atPath: path) else {
            throw TrainingError(
                "the output folder \(path) cannot be written: choose another, or change its permissions")
        }
    }
}

/// What a run's folder says of the run, beside its weights.
public struct RunConfiguration: Sendable, Equatable, Codable {
    /// How it is trained.
    public var recipe: Recipe
    /// `[C, H, W]` of an image as the network takes it.
    public var inputShape: Shape
    /// What an image goes through on its way to the network, when it is not for training.
    public var evaluationTransform: Transform
    /// Names of the classes, in the order of the logits.
    public var classNames: [String]
    /// How pixels become numbers.
    public var normalization: Normalization
    /// Where the data lay when the run began; nil for data sets that are known by name, and in runs of earlier versions.
    public var place: DataPlace?
    /// Which images there were when the run began; nil in runs of earlier versions.
    public var images: TrainedImages?
    /// Names of the tensors that the recipe's weights had, where the recipe trains them in another way than new ones; nil elsewhere.
    public var givenWeights: [String]?
    /// Names of the images that were held out of training, below the data's folder; nil where none were, and in runs of earlier versions.
    ///
    /// They lie in a file of their own.
    public var heldOut: [String]?

    private enum CodingKeys: String, CodingKey {
        case recipe, inputShape, evaluationTransform, classNames, normalization, place, images, givenWeights
    }

    /// A configuration by its parts.
    package init(
        recipe: Recipe, inputShape: Shape, evaluationTransform: Transform, classNames: [String],
        normalization: Normalization
    ) {
        self.recipe = recipe
        self.inputShape = inputShape
        self.evaluationTransform = evaluationTransform
        self.classNames = classNames
        self.normalization = normalization
    }

    /// Reads a run's configuration and network.
    ///
    /// - Parameter assumed: what pixels become where an imported network's folder does not say it.
    /// - Throws: `TrainingError` where the folder holds no run, or the two are not of each other.
    public static func read(
        from run: RunFolder, assuming assumed: Normalization? = nil
    ) throws -> (configuration: RunConfiguration, network: Network) {
        guard let data = FileManager.default.contents(atPath: run.configuration) else {
            if assumed != nil || ModelInterface.isThere(in: run.path) { return try imported(run, assuming: assumed) }
            guard !FileManager.default.fileExists(atPath: run.network),
                !FileManager.default.fileExists(atPath: run.model)
            else {
                let recipe = run.path + "/" + RunFiles.recipe
                throw TrainingError(
                    "\(run.path) holds a network of which nothing says what pixels become, and no run: "
                        + (FileManager.default.fileExists(atPath: recipe)
                            ? "train it first, with sapool train --recipe \(recipe)"
                            : "import it again with --normalization"))
            }
            throw TrainingError("\(run.path) holds no run: it has no config.json")
        }
        guard let networkData = FileManager.default.contents(atPath: run.network) else {
            throw TrainingError("\(run.path) holds no run: it has no network.json")
        }
        do {
            var configuration = try JSONDecoder().decode(RunConfiguration.self, from: data)
            configuration.heldOut = try HeldOutImages(of: run)?.images
            let network = try Network(json: networkData)
            if let disagreement = configuration.disagreement(with: network) {
                throw TrainingError(
                    "\(run.configuration) is not of the network beside it: \(disagreement): put both files "
                        + "back as they were"
                )
            }
            return (configuration, network)
        } catch let error as DecodingError {
            throw TrainingError("\(run.configuration) is damaged: \(error.sentence(of: data))")
        } catch let error as NetworkError {
            throw TrainingError("\(run.network) is damaged: \(error)")
        }
    }

    /// Writes a run's configuration and network.
    public func write(to run: RunFolder, network: Network) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        if let heldOut {
            try HeldOutImages(images: heldOut, record: images?.evaluation).write(to: run)
        } else {
            // Of a training that was killed before it had begun.
            try? FileManager.default.removeItem(atPath: run.heldOut)
        }
        try RunConfiguration.replace(run.network, network.json())
        // Last: with it a folder holds a run.
        try RunConfiguration.replace(run.configuration, encoder.encode(self))
    }

    /// The data's name, as it leads to them now.
    ///
    /// - Throws: `TrainingError` where they are no longer to be found.
    public func data(in run: RunFolder) throws -> String { try place?.find(recipe.data, run: run) ?? recipe.data }

    /// The recipe with paths that lead from any working folder to where things lie now.
    public func lastingRecipe(of run: RunFolder) -> Recipe {
        var lasting = recipe.withAbsolutePaths()
        lasting.data = DataPlace.absoluteName((try? data(in: run)) ?? recipe.data)
        return lasting
    }

    private static func replace(_ path: String, _ data: Data) throws {
        try AtomicFile.replace(path) { try $0.append([UInt8](data)) }
    }
}
