import Datasets
import Execution
import Interchange
import Networks
import Torch

/// A trained network that is asked about images.
struct Teacher {
    private let model: Model
    private let normalization: Normalization
    private let tensors: BatchTensors

    /// The network of a run's folder, or of an imported one's.
    ///
    /// - Throws: `TrainingError` where that run takes grey images and these are in colour, or tells other classes.
    init(_ path: String, _ recipe: Recipe, _ data: TrainingData, device: Device) throws {
        let trained = try TrainedModel(RunFolder(path), device: device)
        let configuration = trained.configuration
        guard configuration.inputShape.channels >= data.inputShape.channels else {
            throw TrainingError(
                "the teacher \(path) takes grey images, and this network's are in colour: train it with --channels 3, or this network with "
                    + "--channels 1")
        }
        if let difference = classDifference(of: data.training.classNames, from: configuration.classNames) {
            throw TrainingError(
                "\(recipe.data) has other classes than the teacher \(path) was trained on: \(difference)")
        }
        model = trained.model
        normalization = configuration.normalization
        tensors = try BatchTensors(normalization, model.parameters)
    }

    /// The size of the images that it takes.
    var imageSize: ImageSize { ImageSize(width: input.width, height: input.height) }

    /// 1 or 3.
    var channels: Int { input.channels }

    private var input: Shape { model.network.inputShape }

    /// What it says of a batch, `[B, K]` in float32. Images of another size are resampled to its own.
    func logits(_ batch: Batch) throws -> Tensor {
        try model.network.logits(of: model(images(batch), training: false).to(.float32))
    }

    /// One grey channel times three scales is three channels.
    private func images(_ batch: Batch) throws -> Tensor {
        let images = try tensors.images(batch)
        guard batch.height != input.height || batch.width != input.width else { return images }
        return try images.upsampledBilinear(to: [input.height, input.width])
    }

    /// Adds all that its answers depend on to a check sum.
    func add(to sum: inout Checksum) throws {
        sum.add(String(decoding: try model.network.json(), as: UTF8.self))
        for number in normalization.mean + normalization.deviation { sum.add(Int(number.bitPattern)) }
        for (name, tensor) in try model.parameters.state() {
            sum.add(name)
            tensor.bytes.withUnsafeBytes { sum.add(words: $0) }
        }
    }
}
