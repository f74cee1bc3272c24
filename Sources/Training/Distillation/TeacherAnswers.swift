import Datasets
import Torch

/// What a teacher says of a few crops of every training image, found out before the training.
///
/// A teacher that looks at every batch is most of what distillation costs where the pupil is small, and of a small
/// pupil's images it sees as few pixels as the pupil does. Asked once, about crops that come again and again, it sees
/// them at its own size, and training is as quick as without it (after Shen and Xing, *A Fast Knowledge Distillation
/// Framework for Visual Recognition*, ECCV 2022). Flips, colours, erased rectangles and mixing are not its concern: it
/// says what a crop shows, not how that is changed.
package struct TeacherAnswers {
    /// For each crop the logits of all images, one image behind the other; no numbers (NaN) for an image that it could not see.
    private let logits: [[Float]]
    private let classes: Int

    init(_ logits: [[Float]], classes: Int) { (self.logits, self.classes) = (logits, classes) }

    /// What answers may take in memory.
    private static let mostBytes = 1 << 31

    /// The most crops whose answers there is memory for; 0 where one is too much.
    package static func mostCrops(images: Int, classes: Int) -> Int {
        let (numbers, overflow) = max(1, images).multipliedReportingOverflow(by: max(1, classes))
        return overflow ? 0 : mostBytes / 4 / numbers
    }

    /// Checks that there is memory for the answers.
    ///
    /// - Throws: `TrainingError` that says how many crops there may be.
    static func checkSize(crops: Int, images: Int, classes: Int) throws {
        let most = mostCrops(images: images, classes: classes)
        guard crops > most else { return }
        throw TrainingError(
            "teacher-crops is \(crops): the teacher's answers on so many crops of \(images) images in \(classes) classes take more than 2 GiB: "
                + (most > 0 ? "use \(most) or less" : "leave it out"))
    }

    /// The classes that it saw in some images at a temperature, `[B, K]`. Of an image that it could not see the label stands for them.
    ///
    /// - Parameters:
    ///   - images: where they are in the data set.
    ///   - labels: theirs.
    ///   - crop: which crop of them.
    func classes(of images: [Int], labels: [Int64], crop: Int, temperature: Double) throws -> Tensor {
        var rows: [Float] = []
        rows.reserveCapacity(images.count * classes)
        for (image, label) in zip(images, labels) {
            let row = logits[crop][image * classes..<(image + 1) * classes]
            if row.allSatisfy(\.isFinite) {
                rows += row
            } else {
                // So far above the others that all of its share is the label's.
                rows += (0..<classes).map { Int64($0) == label ? Float(1000 * temperature) : 0 }
            }
        }
        return try (Tensor(rows, shape: [images.count, classes]) * (1 / temperature)).softmax(1)
    }
}
