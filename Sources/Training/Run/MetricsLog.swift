import Files
import Foundation
import Interchange
import Reporting

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

extension EpochMetrics {
    /// What no epoch comes to, in words; nil where all may be. Of a file, nobody knows.
    ///
    /// - Parameter scoreKey: what the file calls the score.
    package func impossibility(scoreKey: String = "accuracy") -> String? {
        let shares: [(String, Double?)] = [
            (scoreKey, accuracy), (CodingKeys.meanAveragePrecision.rawValue, meanAveragePrecision),
            (CodingKeys.averagePrecisionAt75.rawValue, averagePrecisionAt75),
        ]
        for (key, value) in shares {
            if let value, !(0...1).contains(value) { return "\(key) is \(value), and no share from 0 to 1" }
        }
        // A mean of shares in float32 may lie a rounding above 1.
        guard (0...1.001).contains(trainAccuracy) else {
            return "\(CodingKeys.trainAccuracy.rawValue) is \(trainAccuracy), and no share from 0 to 1"
        }
        for (key, value) in [(CodingKeys.trainLoss, trainLoss), (.loss, loss)] where !value.isFinite {
            return "\(key.rawValue) is \(value), and no number"
        }
        guard (0...Self.mostSeconds).contains(seconds) else {
            return "\(CodingKeys.seconds.rawValue) is \(seconds), which no epoch takes"
        }
        return nil
    }

    /// Seconds that can be added up.
    private static let mostSeconds = 1e12
}

/// The file `metrics.jsonl` of a run.
struct MetricsLog {
    let path: String

    private static let advice = "put the file back as it was, or move the run's folder away and train anew"

    /// The lines there are: one an epoch, from 1.
    ///
    /// A last line that breaks off is none: whatever wrote the file was stopped in the middle of it.
    ///
    /// - Parameter count: so many are wanted, and what stands behind them is not looked at; nil for all.
    /// - Throws: `TrainingError` where a line is damaged or missing.
    func read(first count: Int? = nil) throws -> [EpochMetrics] {
        let epochs: [EpochMetrics] = try EpochLines.read(path, first: count, damaged: damaged)
        for (index, epoch) in epochs.enumerated() {
            guard epoch.epoch == index + 1 else { throw damaged("line \(index + 1) is of epoch \(epoch.epoch)") }
            if let impossibility = epoch.impossibility() { throw damaged("line \(index + 1): \(impossibility)") }
        }
        return epochs
    }

    /// Keeps the epochs that a checkpoint has, and no others: a resumed run does the rest again.
    ///
    /// - Parameter epochs: how many are trained.
    /// - Returns: the last of them; nil where there is none.
    /// - Throws: `TrainingError` where one of them is missing or damaged; then the file is as it was.
    func keep(_ epochs: Int, stepsPerEpoch: Int) throws -> EpochMetrics? {
        guard epochs > 0 || FileManager.default.fileExists(atPath: path) else { return nil }
        let lines = try read(first: epochs)
        guard lines.count == epochs else {
            throw damaged("it has \(lines.count) of the \(counted(epochs, "epoch")) that are trained")
        }
        if let line = lines.first(where: { $0.step != $0.epoch * stepsPerEpoch }) {
            throw damaged(
                "line \(line.epoch): step is \(line.step), and an epoch has \(counted(stepsPerEpoch, "step"))")
        }
        try write(lines)
        return lines.last
    }

    /// Adds a line.
    func append(_ metrics: EpochMetrics) throws { try write(read(first: metrics.epoch - 1) + [metrics]) }

    private func damaged(_ what: String) -> TrainingError {
        TrainingError("\(path) is damaged: \(what): \(Self.advice)")
    }

    private func write(_ lines: [EpochMetrics]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try AtomicFile.replace(path) { file in
            for line in lines { try file.append([UInt8](encoder.encode(line)) + [UInt8(ascii: "\n")]) }
        }
    }
}
