import Datasets
import Files
import Foundation
import Torch

/// Asks a teacher about crops of all training images. Each crop's answers are written to a file as they are there, so
/// that what was asked is not asked again: not by a training that goes on, and not by another one of the same images.
struct TeacherQuestions {
    let teacher: Teacher
    let data: TrainingData
    let crops: RepeatedCrops
    let seed: UInt64
    let skipsBadImages: Bool
    let workers: Int
    /// Where the files lie.
    let folder: String
    let ranks: Ranks

    /// Images that it is asked about at once.
    private static let batchSize = 64

    /// All answers; nil where it was asked to stop.
    ///
    /// - Parameter progress: told which part of all is done, from 0 to 1, before and after each batch; never where all was known.
    func answers(shouldStop: () -> Bool, progress: (Double) -> Void) throws -> TeacherAnswers? {
        let (images, classes) = (data.training.count, data.training.classNames.count)
        guard var transform = data.trainingTransform.showingTheSame(at: teacher.imageSize) else {
            throw TrainingError("teacher-crops is for images without boxes: leave it out")
        }
        // Grey ones become three equal channels for one of coloured images, whatever the pupil takes.
        transform.channels = teacher.channels
        var loading = LoaderConfiguration(
            batchSize: Self.batchSize, seed: seed, shuffle: false, workers: workers, skipBadImages: skipsBadImages)
        (loading.crops, loading.part) = (crops, BatchPart(index: ranks.rank, count: ranks.count))
        let loader = try Loader(dataset: data.training, transform: transform, configuration: loading)
        let key = try key(transform)
        if ranks.isFirst { AtomicFile.removeRemains(in: folder) }
        var all: [[Float]] = []
        for crop in 0..<crops.count {
            let file = AnswerFile(path: "\(folder)/\(key)-\(crop + 1).safetensors", key: key, classes: classes)
            let stored = ranks.isFirst ? file.answers(on: crops.identities) : nil
            if let known = try ranks.common(stored, count: images * classes) {
                all.append(known)
                continue
            }
            progress(Double(crop) / Double(crops.count))
            let said = try ask(crop, loader, shouldStop) { progress((Double(crop) + $0) / Double(crops.count)) }
            guard let said else { return nil }
            if ranks.isFirst { try file.write(said, on: crops.identities) }
            all.append(said)
        }
        return TeacherAnswers(all, classes: classes)
    }

    /// The answers on one crop of each image; nil where it was asked to stop.
    private func ask(
        _ crop: Int, _ loader: Loader, _ shouldStop: () -> Bool, _ progress: (Double) -> Void
    ) throws -> [Float]? {
        let (images, classes) = (data.training.count, data.training.classNames.count)
        // Sums over ranks: of every image one rank has an answer, and the others zeros.
        var own = [Float](repeating: 0, count: images * classes)
        var isAnswered = [Float](repeating: 0, count: images)
        let batches = StepBatches(loader.batches(epoch: crop))
        for step in 0..<loader.stepsPerEpoch {
            if let batch = try batch(ofStep: step, batches) {
                let said: [Float] = try Torch.withoutGradients { try teacher.logits(batch).array() }
                for (row, image) in batch.indices.enumerated() {
                    own.replaceSubrange(
                        image * classes..<(image + 1) * classes, with: said[row * classes..<(row + 1) * classes])
                    isAnswered[image] = 1
                }
            }
            if try ranks.sum([shouldStop() ? 1 : 0]) != [0] { return nil }
            progress(Double(step + 1) / Double(loader.stepsPerEpoch))
        }
        if ranks.count > 1 {
            own = try ranks.sum(own.map(Double.init)).map { Float($0) }
            isAnswered = try ranks.sum(isAnswered.map(Double.init)).map { Float($0) }
        }
        guard isAnswered.contains(where: { $0 > 0 }) else {
            throw TrainingError("the teacher can be asked about none of the images: none of them can be read")
        }
        for image in 0..<images where isAnswered[image] == 0 {
            for place in image * classes..<(image + 1) * classes { own[place] = .nan }
        }
        return own
    }

    /// A rank of several may have broken images alone: that is the end of it for nobody, and asked about in common afterwards.
    private func batch(ofStep step: Int, _ batches: StepBatches) throws -> Batch? {
        do { return try batches.batch(ofStep: step) } catch  where skipsBadImages && ranks.count > 1 { return nil }
    }

    /// What the answers depend on, beside the images' identities.
    private func key(_ transform: Transform) throws -> String {
        var sum = Checksum()
        try teacher.add(to: &sum)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        sum.add(String(decoding: try encoder.encode(transform), as: UTF8.self))
        sum.add(Int(bitPattern: UInt(seed)))
        return sum.text
    }
}

extension Ranks {
    /// Numbers that the first rank may have, on all ranks; nil where it has none.
    fileprivate func common(_ numbers: [Float]?, count: Int) throws -> [Float]? {
        guard self.count > 1 else { return numbers }
        guard try shared({ numbers != nil }) else { return nil }
        let tensor = try Tensor(numbers ?? [Float](repeating: 0, count: count), shape: [count])
        try copyFromFirst([tensor])
        return try tensor.array()
    }
}
