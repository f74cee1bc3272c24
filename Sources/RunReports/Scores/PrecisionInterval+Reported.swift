import Datasets
import Detection

extension PrecisionInterval {
    /// The interval that pages and `sapool fit` tell: drawn in the same way in every run, so that one detector has one interval.
    ///
    /// - Parameters:
    ///   - images: what is in each image, and what was found.
    ///   - classCount: labels are below it; others are left out.
    /// - Returns: nil where there is nothing to find.
    package init?(reportedOf images: [EvaluatedImage], classCount: Int) {
        var generator = SampleGenerator(seed: 0, epoch: 0, index: 0)
        self.init(images, classCount: classCount, using: &generator)
    }
}
