import Datasets
import Files
import Foundation
import Torch

/// What a teacher says of a few crops of every training image, found out before the training.
///
/// A teacher that looks at every batch is most of what distillation costs where the pupil is small, and of a small
/// pupil's images it sees as few pixels as the pupil does. Asked once, about crops that come again and again, it sees
/// them at its own size, and training is as quick as without it (after Shen and Xing, *A Fast Knowledge Distillation
/// Framework for Visual Recognition*, ECCV 2022). Flips, colours, erased rectangles and mixing are not its concern: it
/// says what a crop shows, not how that is changed.
struct TeacherAnswers {
    /// For each crop the logits of all images, one image behind the other.
    private let logits: [[Float]]
    private let classes: Int

    init(_ logits: [[Float]], classes: Int) { (self.logits, self.classes) = (logits, classes) }

    /// The most that may be kept in memory.
    private static let mostBytes = 1 << 31

    /// Checks that there is memory for the answers.
    ///
    /// - Throws: `TrainingError` that says how much they take.
    static func checkSize(crops: Int, images: Int, classes: Int) throws {
        let (bytes, overflow) = (images * 4 * max(1, classes)).multipliedReportingOverflow(by: crops)
        guard overflow || bytes > mostBytes else { return }
        throw TrainingError(
            "teacher-crops is \(crops): a teacher's answers on so many crops of \(images) images in \(classes) classes take more than 2 GiB: "
                + "use fewer, or leave it out")
    }

    /// What it said of some images, `[B, K]`.
    ///
    /// - Parameters:
    ///   - images: where they are in the data set.
    ///   - crop: which crop of them.
    func logits(of images: [Int], crop: Int) throws -> Tensor {
        var rows: [Float] = []
        rows.reserveCapacity(images.count * classes)
        for image in images { rows += logits[crop][image * classes..<(image + 1) * classes] }
        return try Tensor(rows, shape: [images.count, classes])
    }
}

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
    /// - Parameter progress: told now and then which part of all is done, from 0 to 1.
    func answers(shouldStop: () -> Bool, progress: (Double) -> Void) throws -> TeacherAnswers? {
        let (images, classes) = (data.training.count, data.training.classNames.count)
        try TeacherAnswers.checkSize(crops: crops.count, images: images, classes: classes)
        guard let transform = data.trainingTransform.showingTheSame(at: teacher.imageSize) else {
            throw TrainingError("teacher-crops is for images without boxes: leave it out")
        }
        var loading = LoaderConfiguration(
            batchSize: Self.batchSize, seed: seed, shuffle: false, workers: workers, skipBadImages: skipsBadImages)
        (loading.crops, loading.part) = (crops, BatchPart(index: ranks.rank, count: ranks.count))
        let loader = try Loader(dataset: data.training, transform: transform, configuration: loading)
        let key = try key(transform)
        if ranks.isFirst { AtomicFile.removeRemains(in: folder) }
        var all: [[Float]] = []
        for crop in 0..<crops.count {
            let file = AnswerFile(path: "\(folder)/crop-\(crop + 1).safetensors", key: key, classes: classes)
            let stored = ranks.isFirst ? file.answers(on: crops.identities) : nil
            if let known = try ranks.common(stored, count: images * classes) {
                all.append(known)
                continue
            }
            var own = [Float](repeating: 0, count: images * classes)
            let batches = loader.batches(epoch: crop)
            while let batch = try batches.next() {
                let said: [Float] = try Torch.withoutGradients { try teacher.logits(batch).array() }
                for (row, image) in batch.indices.enumerated() {
                    own.replaceSubrange(
                        image * classes..<(image + 1) * classes, with: said[row * classes..<(row + 1) * classes])
                }
                if ranks.count == 1, shouldStop() { return nil }
                let part = Double(batch.step + 1) / Double(loader.stepsPerEpoch)
                progress((Double(crop) + part) / Double(crops.count))
            }
            // Of every image one rank has an answer, and the others zeros.
            if ranks.count > 1 { own = try ranks.sum(own.map(Double.init)).map { Float($0) } }
            if ranks.isFirst { try file.write(own, on: crops.identities) }
            if ranks.count > 1, try ranks.sum([shouldStop() ? 1 : 0]) != [0] { return nil }
            all.append(own)
        }
        return TeacherAnswers(all, classes: classes)
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
