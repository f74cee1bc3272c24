import Files
import Foundation
import Interchange

/// What one epoch came to: a line of `metrics.jsonl`.
public struct EpochMetrics: Sendable, Equatable, Codable {
    /// Counted from 1.
    public var epoch: Int
    /// Steps done, over all epochs.
    public var step: Int
    /// Of the epoch's last step.
    public var learningRate: Double
    /// Means over the epoch's training images, augmented, while the weights changed.
    public var trainLoss: Double
    public var trainAccuracy: Double
    /// On the evaluation images, after the epoch.
    public var loss: Double
    /// The score that epochs are compared by: accuracy, or a detector's mAP at overlap 0.50.
    public var accuracy: Double
    /// Of a detector: mean average precision over the overlaps 0.50 to 0.95, and at 0.75.
    public var meanAveragePrecision: Double?
    public var averagePrecisionAt75: Double?
    /// Seconds of the epoch's training steps; evaluation is not counted.
    public var seconds: Double
    public var imagesPerSecond: Double

    /// An epoch by its parts.
    package init(
        epoch: Int, step: Int, learningRate: Double, trainLoss: Double, trainAccuracy: Double, loss: Double,
        accuracy: Double, meanAveragePrecision: Double?, averagePrecisionAt75: Double?, seconds: Double,
        imagesPerSecond: Double
    ) {
        self.epoch = epoch
        self.step = step
        self.learningRate = learningRate
        self.trainLoss = trainLoss
        self.trainAccuracy = trainAccuracy
        self.loss = loss
        self.accuracy = accuracy
        self.meanAveragePrecision = meanAveragePrecision
        self.averagePrecisionAt75 = averagePrecisionAt75
        self.seconds = seconds
        self.imagesPerSecond = imagesPerSecond
    }

    enum CodingKeys: String, CodingKey {
        case epoch, step
        case learningRate = "learning_rate"
        case trainLoss = "train_loss"
        case trainAccuracy = "train_accuracy"
        case loss, accuracy, seconds
        case meanAveragePrecision = "map"
        case averagePrecisionAt75 = "map_75"
        case imagesPerSecond = "images_per_second"
    }
}

/// The file `metrics.jsonl` of a run.
struct MetricsLog {
    let path: String

    /// The lines there are.
    func read() -> [EpochMetrics] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        return data.split(separator: UInt8(ascii: "\n")).compactMap {
            try? JSONDecoder().decode(EpochMetrics.self, from: Data($0))
        }
    }

    /// Keeps the epochs up to `epoch`: a resumed run does not repeat lines of steps it does again.
    func truncate(after epoch: Int) throws {
        try write(read().filter { $0.epoch <= epoch })
    }

    /// Adds a line.
    func append(_ metrics: EpochMetrics) throws { try write(read().filter { $0.epoch < metrics.epoch } + [metrics]) }

    private func write(_ lines: [EpochMetrics]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try AtomicFile.replace(path) { file in
            for line in lines { try file.append([UInt8](encoder.encode(line)) + [UInt8(ascii: "\n")]) }
        }
    }
}
