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
/// equal channels for one of coloured images. With `teacher-crops` it is asked before the training instead, at its own
/// size, about a few crops of each image that come again and again (`TeacherAnswers`).
final class Distillation {
    let teacher: Teacher
    private let share: Double
    private let temperature: Double
    /// What the teacher said before the training; nil where it is asked about each batch.
    private var answers: TeacherAnswers?

    /// Loads the teacher that a recipe names, if it names one.
    ///
    /// - Throws: `TrainingError` where that run takes grey images and these are in colour, or tells other classes.
    init?(_ recipe: Recipe, _ data: TrainingData, device: Device) throws {
        guard let path = recipe.teacher else { return nil }
        teacher = try Teacher(path, recipe, data, device: device)
        share = recipe.distillationShare
        temperature = recipe.distillationTemperature
    }

    /// Takes what the teacher said before the training.
    func take(_ answers: TeacherAnswers) { self.answers = answers }

    /// The loss of a batch.
    ///
    /// - Parameters:
    ///   - labelled: the cross entropy with the labels.
    ///   - logits: the pupil's, `[B, K]`.
    func loss(_ labelled: Tensor, logits: Tensor, _ batch: Batch) throws -> Tensor {
        let target = try Torch.withoutGradients { try self.target(batch, logits.device) }
        let agreement = try (logits * (1 / temperature)).crossEntropy(target)
        return try labelled * (1 - share) + agreement * (share * temperature * temperature)
    }

    /// The classes as the teacher sees them, `[B, K]`. Of images that are mixed after it was asked, what it said of both
    /// is mixed as they are.
    private func target(_ batch: Batch, _ device: Device) throws -> Tensor {
        guard let answers, let crop = batch.crop else {
            return try (teacher.logits(batch) * (1 / temperature)).softmax(1)
        }
        func said(_ images: [Int], _ labels: [Int64]) throws -> Tensor {
            try answers.classes(of: images, labels: labels, crop: crop, temperature: temperature).sent(to: device)
        }
        let own = try said(batch.indices, batch.labels)
        guard !batch.mixtures.isEmpty else { return own }
        let others = try said(batch.mixtures.map(\.image), batch.mixtures.map(\.label))
        let shares = try Tensor(batch.mixtures.map(\.ownShare), shape: [batch.count, 1]).sent(to: device)
        return try own * shares + others * (shares * -1 + 1)
    }
}
