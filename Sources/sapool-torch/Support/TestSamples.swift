import Datasets

/// Some images of the split that a trained network is scored on.
enum TestSamples {
    /// `count` images, evenly spread over the split.
    static func evenly(spread count: Int, of data: String) throws -> any Dataset {
        let all = try DatasetCatalog.open(data, split: .toScore(of: DatasetCatalog.availableSplits(data)))
        return try Subset(evenly: count, of: all)
    }

    /// The same of images with boxes.
    static func evenly(spread count: Int, of folder: AnnotatedFolder) throws -> any Dataset {
        let annotations = try folder.annotations(for: .toScore(of: folder.splits))
        return try Subset(evenly: count, of: AnnotatedDataset(annotations, cacheBytes: 0))
    }
}
