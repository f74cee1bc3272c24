import ArgumentParser
import CommandLineSupport
import Datasets
import Reporting
import Training

/// Some images of the part of a data set that a trained network is scored on.
enum TestSamples {
    /// Refuses a number of images below one, and one that says nothing because no data set is taken.
    static func check(_ samples: Int?, of data: String?) throws {
        guard let samples else { return }
        guard samples > 0 else { throw ValidationError("--samples \(samples): use 1 or more.") }
        guard data != nil else {
            throw ValidationError("--samples says how many of --data: give --data too, or leave it out.")
        }
    }

    /// `count` images, evenly spread over what the run held out, or the test split; says which, and where the run was trained on some.
    static func evenly(spread count: Int, of data: RunData) throws -> any Dataset {
        let part = try data.part()
        let samples = try Subset(evenly: count, of: data.images(part))
        note("\(counted(samples.count, "image")) of the \(part.name) of \(data.data)")
        data.warn(trainedOn: try data.trainedOn(part, samples), of: samples.count)
        return samples
    }

    /// The same without a run: of what the folder of a device package says was held out of these data, or the split.
    ///
    /// - Throws: `TrainingError` where some of the images that were held out are gone.
    static func evenly(
        spread count: Int, of data: String, package: String, isDetector: Bool
    ) throws -> (images: any Dataset, part: EvaluationPart) {
        try DataName.check(data, for: isDetector ? .detection : .classification)
        let splits = try isDetector ? AnnotatedFolder(data).splits : DatasetCatalog.availableSplits(data)
        func open(_ split: Split) throws -> any Dataset {
            guard isDetector else { return try DatasetCatalog.open(data, split: split) }
            return AnnotatedDataset(try AnnotatedFolder(data).annotations(for: split), cacheBytes: 0)
        }
        let folder = RunFolder(package)
        if splits.contains(.train), let heldOut = try HeldOutImages(of: folder) {
            let all = try open(.train)
            if let images = try heldOut.find(in: all, data: data) {
                return (try Subset(evenly: count, of: images), .heldOut)
            }
            // The run's own data, though not all that it held out is as it was.
            if try TrainedImagesHere(of: folder, in: all, data: data) != nil {
                let images = try heldOut.all(in: all, data: data, heldOutBy: "the run of \(package)")
                return (try Subset(evenly: count, of: images), .heldOut)
            }
        }
        let split = Split.toScore(of: splits)
        let all = try open(split)
        let samples = try Subset(evenly: count, of: all)
        if split == .train, let trained = try TrainedImagesHere(of: folder, in: all, data: data) {
            TrainingWarning.note(
                "the network of \(package)", trainedOn: trained.count(among: samples), of: samples.count,
                holdsOut: false)
        }
        return (samples, EvaluationPart(split))
    }
}

extension Split {
    /// The split that a trained network is scored on: the test split where there is one.
    static func toScore(of splits: [Split]) -> Split {
        [.test, .validation, .train].first(where: splits.contains) ?? .test
    }
}
