import Execution
import Interchange
import Reporting
import Torch

/// Where a training stands: everything that the next step depends on, and nothing else.
///
/// Random numbers need no state: those of step n follow from the seed and n.
struct TrainingState: Codable {
    /// Steps done, over all epochs.
    var step = 0
    /// Of the epoch in progress: sums over its steps so far.
    var epochTotals = EpochTotals()
    /// Best score on the evaluation images so far, and its epoch (from 1).
    var bestAccuracy = -1.0
    var bestEpoch = 0

    /// Sums over the steps of an epoch.
    struct EpochTotals: Equatable, Codable {
        var loss = 0.0
        var correct = 0.0
        var images = 0
        /// Of computing, in all sessions of this run together.
        var seconds = 0.0
    }
}

/// Reads and writes checkpoints: weights under their names, the optimiser's state and the average under `optimizer/` and `ema/`, and the
/// rest as metadata.
struct Checkpoint {
    let parameters: Parameters
    let average: Parameters?
    let optimizer: any Optimizer
    /// Of training in float16.
    var lossScale: LossScale?

    private static let format = "sapool-checkpoint-1"
    private static let optimizerPrefix = "optimizer/"
    private static let averagePrefix = "ema/"
    /// In front of weights whose own names begin with one of these.
    private static let weightsPrefix = "weights/"

    func write(_ state: TrainingState, to path: String) throws {
        var tensors = try parameters.state().map { (name: Self.stored($0.name), tensor: $0.tensor) }
        tensors += try optimizer.state().map { (Self.optimizerPrefix + $0.name, try TensorData($0.tensor)) }
        tensors += try (lossScale?.state() ?? []).map { (Self.optimizerPrefix + $0.name, try TensorData($0.tensor)) }
        if let average { tensors += try average.state().map { (Self.averagePrefix + $0.name, $0.tensor) } }
        let metadata = [
            "format": Self.format, "step": "\(state.step)", "epoch_loss": "\(state.epochTotals.loss)",
            "epoch_correct": "\(state.epochTotals.correct)", "epoch_images": "\(state.epochTotals.images)",
            "best_accuracy": "\(state.bestAccuracy)", "best_epoch": "\(state.bestEpoch)",
            "epoch_seconds": "\(state.epochTotals.seconds)",
        ]
        try Safetensors(tensors, metadata: metadata).write(to: path)
    }

    /// The step that a checkpoint stands at, without reading its tensors; nil where the file is no checkpoint.
    static func step(of path: String) throws -> Int? {
        let metadata = try Safetensors.metadata(of: path)
        guard metadata["format"] == format else { return nil }
        return metadata["step"].flatMap(Int.init)
    }

    /// Every tensor that a checkpoint holds.
    func tensors() throws -> [Tensor] {
        try parameters.all.map(\.tensor) + optimizer.state().map(\.tensor) + (average?.all.map(\.tensor) ?? [])
            + (lossScale?.state().map(\.tensor) ?? [])
    }

    /// Restores everything from a file.
    ///
    /// - Parameters:
    ///   - epochs: of the whole training.
    ///   - batchSize: the most images of a step.
    /// - Throws: `TrainingError` where the file is no checkpoint of this training; then nothing has changed.
    func restore(from path: String, epochs: Int, stepsPerEpoch: Int, batchSize: Int) throws -> TrainingState {
        let file = try Safetensors(contentsOf: path)
        guard file.metadata["format"] == Self.format else {
            throw TrainingError("\(path) is no checkpoint: it holds weights without the state of a training")
        }
        let state = try Self.state(
            file.metadata, of: path, epochs: epochs, stepsPerEpoch: stepsPerEpoch, batchSize: batchSize)
        try parameters.load(Safetensors(Self.weights(in: file)), from: path)
        if let average { try average.load(Safetensors(Self.part(Self.averagePrefix, of: file)), from: path) }
        let optimizerState = try Self.part(Self.optimizerPrefix, of: file).map { ($0.name, try Tensor($0.tensor)) }
        let restored = Dictionary(optimizerState) { first, _ in first }
        try optimizer.restore(restored)
        try lossScale?.restore(restored)
        return state
    }

    /// Where a training stands, as metadata tells it.
    ///
    /// - Throws: `TrainingError` where a number is missing, or this training never comes to it.
    static func state(
        _ metadata: [String: String], of path: String, epochs: Int, stepsPerEpoch: Int, batchSize: Int
    ) throws -> TrainingState {
        let advice = "put the file back as it was, or begin anew in another output folder"
        func number<Value: LosslessStringConvertible & Comparable>(
            _ key: String, _ range: ClosedRange<Value>
        ) throws -> Value {
            guard let text = metadata[key] else {
                throw TrainingError("\(path) is damaged: its metadata has no \(key): \(advice)")
            }
            guard let value = Value(text), range.contains(value) else {
                let shown = text.count > 40 ? "\(text.prefix(40))…" : text
                throw TrainingError(
                    "\(path) is damaged: \(key) is \(shown.printableName), which this training never comes to: "
                        + advice
                )
            }
            return value
        }
        let step = try number("step", 0...epochs * stepsPerEpoch)
        let images = try number("epoch_images", 0...step % stepsPerEpoch * batchSize)
        let finite = Double.greatestFiniteMagnitude
        return TrainingState(
            step: step,
            epochTotals: TrainingState.EpochTotals(
                loss: try number("epoch_loss", -finite...finite), correct: try number("epoch_correct", 0...finite),
                images: images, seconds: try number("epoch_seconds", 0...finite)),
            bestAccuracy: try number("best_accuracy", -1...1),
            bestEpoch: try number("best_epoch", 0...step / stepsPerEpoch)
        )
    }

    /// The weights alone of a checkpoint or a weights file.
    ///
    /// - Parameter averaged: whether they are the average over steps, where there is one.
    static func weights(of path: String, averaged: Bool = true) throws -> Safetensors {
        let file = try WeightFile.read(contentsOf: path)
        guard file.metadata["format"] == format else { return Safetensors(file.tensors) }
        let average = averaged ? part(averagePrefix, of: file) : []
        return Safetensors(average.isEmpty ? weights(in: file) : average)
    }

    // MARK: - Names

    /// What weights are called in a checkpoint. Names of nodes may have slashes, as those of imported networks do.
    private static func stored(_ name: String) -> String {
        [optimizerPrefix, averagePrefix, weightsPrefix].contains { name.hasPrefix($0) } ? weightsPrefix + name : name
    }

    private static func part(_ prefix: String, of file: Safetensors) -> [(name: String, tensor: TensorData)] {
        file.tensors.filter { $0.name.hasPrefix(prefix) }.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }
    }

    private static func weights(in file: Safetensors) -> [(name: String, tensor: TensorData)] {
        let prefixes = [optimizerPrefix, averagePrefix, weightsPrefix]
        let plain = file.tensors.filter { tensor in !prefixes.contains { tensor.name.hasPrefix($0) } }
        return plain + part(weightsPrefix, of: file)
    }
}
