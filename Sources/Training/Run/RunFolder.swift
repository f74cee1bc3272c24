import Datasets
import Files
import Foundation
import Interchange
import Networks

/// The folder of one training, and the names of what lies in it.
public struct RunFolder: Sendable, Equatable {
    /// Its path.
    public let path: String

    /// A folder by its path; nothing is made or read.
    public init(_ path: String) { self.path = path }

    /// The recipe, the classes and how images are normalised.
    public var configuration: String { path + "/config.json" }
    /// The architecture in its JSON form.
    public var network: String { path + "/network.json" }
    /// A line for each epoch.
    public var metrics: String { path + "/metrics.jsonl" }
    /// Weights to use: those of the last finished epoch, averaged where the recipe says so.
    public var model: String { path + "/model.safetensors" }
    /// Everything a resumed run needs, as of the last checkpoint.
    public var last: String { path + "/last.safetensors" }
    /// Everything a resumed run needs, as of the epoch with the best score.
    public var best: String { path + "/best.safetensors" }
    /// The int8 model that `sapool quantize` makes.
    public var int8: String { path + "/int8.safetensors" }
    /// How far attention is from even after each epoch, where that was asked for.
    public var attention: String { path + "/attention.jsonl" }
    /// Images that were left out, and why.
    public var skippedImages: String { path + "/skipped-images.txt" }

    /// Boxes of annotations that were left out, and why.
    public var droppedBoxes: String { path + "/dropped-boxes.txt" }

    /// Whether a training has begun here.
    public var holdsRun: Bool { FileManager.default.fileExists(atPath: configuration) }

    /// What each finished epoch came to; empty where none is.
    public func epochMetrics() -> [EpochMetrics] { MetricsLog(path: metrics).read() }

    /// What attention came to after each epoch; empty where it was not logged.
    public func attentionMetrics() -> [AttentionMetrics] { AttentionLog.read(attention) }

    /// Removes what a process that was killed while writing has left behind.
    func removeHalfWrittenFiles() {
        TemporaryFile.removeRemains(in: path)
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
    /// - Throws: `TrainingError` where the folder holds no run.
    public static func read(from run: RunFolder) throws -> (configuration: RunConfiguration, network: Network) {
        guard let data = FileManager.default.contents(atPath: run.configuration) else {
            throw TrainingError("\(run.path) holds no run: it has no config.json")
        }
        guard let networkData = FileManager.default.contents(atPath: run.network) else {
            throw TrainingError("\(run.path) holds no run: it has no network.json")
        }
        do {
            return (try JSONDecoder().decode(RunConfiguration.self, from: data), try Network(json: networkData))
        } catch let error as DecodingError {
            throw TrainingError("\(run.configuration) is damaged: \(error.sentence)")
        } catch let error as NetworkError {
            throw TrainingError("\(run.network) is damaged: \(error)")
        }
    }

    /// Writes a run's configuration and network.
    public func write(to run: RunFolder, network: Network) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try RunConfiguration.replace(run.network, network.json())
        try RunConfiguration.replace(run.configuration, encoder.encode(self))
    }

    private static func replace(_ path: String, _ data: Data) throws {
        try AtomicFile.replace(path) { try $0.append([UInt8](data)) }
    }
}
