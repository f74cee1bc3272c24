import CommandLineSupport
import Datasets
import Training

/// Some images of the part of a data set that a trained network is scored on.
enum TestSamples {
    /// `count` images, evenly spread over what the run held out, or the test split; says which, and where the run was trained on some.
    static func evenly(spread count: Int, of data: RunData) throws -> any Dataset {
        let part = try data.part()
        let samples = try Subset(evenly: count, of: data.images(part))
        note("\(grouped(samples.count)) images of the \(part.name) of \(data.data)")
        data.warn(trainedOn: try data.trainedOn(part, samples), of: samples.count)
        return samples
    }

    /// The same without a run: of what the folder of a device package says was held out of these data, or the split.
    static func evenly(
        spread count: Int, of data: String, package: String, isDetector: Bool
    ) throws -> (images: any Dataset, part: EvaluationPart) {
        let splits = try isDetector ? AnnotatedFolder(data).splits : DatasetCatalog.availableSplits(data)
        func open(_ split: Split) throws -> any Dataset {
            guard isDetector else { return try DatasetCatalog.open(data, split: split) }
            return AnnotatedDataset(try AnnotatedFolder(data).annotations(for: split), cacheBytes: 0)
        }
        if let heldOut = try HeldOutImages(of: RunFolder(package)), splits.contains(.train),
            let images = try heldOut.find(in: open(.train), data: data)
        {
            return (try Subset(evenly: count, of: images), .heldOut)
        }
        let split = Split.toScore(of: splits)
        return (try Subset(evenly: count, of: open(split)), EvaluationPart(split))
    }
}

extension Split {
    /// The split that a trained network is scored on: the test split where there is one.
    static func toScore(of splits: [Split]) -> Split {
        [.test, .validation, .train].first(where: splits.contains) ?? .test
    }
}
