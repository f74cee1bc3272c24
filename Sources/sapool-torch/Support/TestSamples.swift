import Datasets

/// Some images of a data set's test split.
enum TestSamples {
    /// `count` images, evenly spread over the split; of the first split where there is no test split.
    static func evenly(spread count: Int, of data: String) throws -> any Dataset {
        let splits = try DatasetCatalog.availableSplits(data)
        let all = try DatasetCatalog.open(data, split: splits.contains(.test) ? .test : splits.first ?? .train)
        return try Subset(evenly: count, of: all)
    }

    /// The same of images with boxes.
    static func evenly(spread count: Int, of folder: AnnotatedFolder) throws -> any Dataset {
        let split = folder.splits.contains(.test) ? .test : folder.splits.first ?? .train
        return try Subset(evenly: count, of: AnnotatedDataset(folder.annotations(for: split), cacheBytes: 0))
    }
}
