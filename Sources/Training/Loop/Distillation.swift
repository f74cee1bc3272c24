import Datasets
import Execution
import Torch

/// A trained network that the one in training is to agree with (Hinton, Vinyals and Dean, *Distilling the Knowledge in
/// a Neural Network*, 2015).
///
///     loss = (1 − share) · cross entropy with the labels + share · T² · cross entropy of the classes at temperature T
///
/// T² keeps gradients of both parts of one size. The teacher sees the very images that the pupil does, augmentation
/// included; where it was trained on larger or smaller ones, they are resampled to its size, and grey ones become three
/// equal channels for one of coloured images.
struct Distillation {
    private let teacher: Model
    private let tensors: BatchTensors
    private let share: Double
    private let temperature: Double

    /// Loads the teacher that a recipe names, if it names one.
    ///
    /// - Throws: `TrainingError` where that run takes grey images and these are in colour, or tells other classes.
    init?(_ recipe: Recipe, _ data: TrainingData, device: Device) throws {
        guard let path = recipe.teacher else { return nil }
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
        teacher = trained.model
        tensors = try BatchTensors(configuration.normalization, teacher.parameters)
        share = recipe.distillationShare
        temperature = recipe.distillationTemperature
    }

    /// The loss of a batch.
    ///
    /// - Parameters:
    ///   - labelled: the cross entropy with the labels.
    ///   - logits: the pupil's, `[B, K]`.
    func loss(_ labelled: Tensor, logits: Tensor, _ batch: Batch) throws -> Tensor {
        let target = try Torch.withoutGradients {
            try
                (teacher.network.logits(of: teacher(images(batch), training: false).to(.float32))
                * (1 / temperature)).softmax(1)
        }
        let agreement = try (logits * (1 / temperature)).crossEntropy(target)
        return try labelled * (1 - share) + agreement * (share * temperature * temperature)
    }

    /// A batch as the teacher takes it. One grey channel times three scales is three channels.
    private func images(_ batch: Batch) throws -> Tensor {
        let images = try tensors.images(batch)
        let input = teacher.network.inputShape
        guard batch.height != input.height || batch.width != input.width else { return images }
        return try images.upsampledBilinear(to: [input.height, input.width])
    }
}
