import Datasets
import Foundation
import Interchange
import Networks

/// Which pixels weights want that were born elsewhere: a network's scores on photographs whose classes are known, under each candidate.
public struct PixelCheck {
    /// A candidate and its scores.
    public struct Score: Sendable, Equatable {
        /// As it is given to `sapool import --normalization`; nil for what the imported folder says and no name stands for.
        public let option: String?
        public let normalization: Normalization
        /// Share of the photographs whose most likely class is theirs.
        public let accuracy: Double
        /// Mean of −log p of their classes.
        public let loss: Double
    }

    /// All candidates, the best first.
    public let scores: [Score]
    /// How many photographs were looked at.
    public let images: Int

    /// Scores an imported network.
    ///
    /// - Parameters:
    ///   - data: a folder of photographs, a folder for each class, or a data set by its name.
    ///   - count: how many are looked at, evenly spread.
    /// - Throws: `TrainingError` where its classes are not found among the network's.
    public init(_ trained: TrainedModel, data: String, count: Int) throws {
        guard trained.model.network.detector == nil else {
            throw TrainingError(
                "\(trained.run.path) finds objects: photographs of one class each do not tell its pixels")
        }
        let splits = try DatasetCatalog.availableSplits(data)
        let split = [.test, .validation, .train].first(where: splits.contains) ?? Split.test
        let all = try DatasetCatalog.open(data, split: split)
        guard all.count > 0 else { throw TrainingError("\(data) has no photographs") }
        let labels = try Self.labels(all.classNames, data: data, of: trained)
        let loader = try Loader(
            dataset: Subset(evenly: count, of: all), transform: trained.configuration.evaluationTransform,
            configuration: LoaderConfiguration(
                batchSize: 32, seed: 0, shuffle: false, dropLast: false, workers: 2, skipBadImages: true))
        var sums = Self.candidates(trained.configuration).map { ($0, right: 0, loss: 0.0) }
        var images = 0
        let batches = loader.batches(epoch: 0)
        while let batch = try batches.next() {
            guard batch.count > 0 else { continue }
            images += batch.count
            for index in sums.indices {
                var configuration = trained.configuration
                configuration.normalization = sums[index].0.normalization
                let shares = try Evaluator(trained.model, configuration).probabilities(batch)
                for (label, share) in zip(batch.labels, shares) {
                    let wanted = labels[Int(label)]
                    if share.indices.max(by: { share[$0] < share[$1] }) == wanted { sums[index].right += 1 }
                    sums[index].loss -= log(Double(max(1e-12, share[wanted])))
                }
            }
        }
        guard images > 0 else { throw TrainingError("none of the photographs of \(data) can be read") }
        self.images = images
        scores = sums.map { candidate, right, loss in
            Score(
                option: candidate.option, normalization: candidate.normalization,
                accuracy: Double(right) / Double(images), loss: loss.isFinite ? loss / Double(images) : .infinity)
        }.sorted { ($1.accuracy, $0.loss) < ($0.accuracy, $1.loss) }
    }

    /// What the folder says first, then what is known, each once.
    package static func candidates(
        _ configuration: RunConfiguration
    ) -> [(option: String?, normalization: Normalization)] {
        let channels = configuration.inputShape.channels
        var all: [(option: String?, normalization: Normalization)] = KnownPixels.allCases.compactMap { known in
            known.pixels(channels: channels).map {
                (known.option, Normalization(mean: $0.mean, deviation: $0.deviation))
            }
        }
        let own = configuration.normalization
        func isNear(_ other: Normalization) -> Bool {
            zip(own.mean + own.deviation, other.mean + other.deviation).allSatisfy { abs($0 - $1) < 1e-4 }
        }
        if !all.contains(where: { isNear($0.normalization) }) { all.insert((nil, own), at: 0) }
        return all
    }

    /// For each class of the photographs the network's: by its name, by a name that is its number, or in their order where there are as many.
    static func labels(_ names: [String], data: String, of trained: TrainedModel) throws -> [Int] {
        try labels(names, data: data, among: trained.configuration.classNames, of: trained.run.path)
    }

    package static func labels(_ names: [String], data: String, among own: [String], of run: String) throws -> [Int] {
        let places = Dictionary(own.enumerated().map { ($1, $0) }) { first, _ in first }
        let byName = names.compactMap { places[$0] }
        if byName.count == names.count { return byName }
        let byNumber = names.compactMap { name in Int(name).flatMap { own.indices.contains($0) ? $0 : nil } }
        if byNumber.count == names.count { return byNumber }
        guard names.count == own.count, byName.isEmpty else {
            let unknown = names.first { places[$0] == nil } ?? ""
            throw TrainingError(
                "\(data) has a class \"\(unknown)\" that \(run) does not know among its \(own.count): give their names at import with "
                    + "--class-names, or call the folders by their numbers")
        }
        return Array(own.indices)
    }
}
