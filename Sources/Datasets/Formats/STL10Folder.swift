import Reporting

/// STL-10 in its binary version (Coates, Lee and Ng, “An analysis of single-layer networks in unsupervised feature
/// learning”, 2011): 96 x 96 pixels, red plane first, each plane *column* by column; labels from 1 in a file of their
/// own.
struct STL10Folder {
    let path: String

    private static let side = 96

    /// The splits whose images are in a folder; none if it does not hold STL-10.
    static func splits(in folder: String) -> [Split] {
        [Split.train, .test].filter { Folders.isFile(Folders.join(folder, "\($0.rawValue)_X.bin")) }
    }

    /// Reads one split.
    ///
    /// - Throws: `DatasetsError` that names the file that is missing or damaged.
    func dataset(for split: Split) throws -> InMemoryDataset {
        let available = Self.splits(in: path)
        guard available.contains(split) else { throw missingSplit(split, of: path, available: available) }
        let namesPath = Folders.join(path, "class_names.txt")
        let names = try FileReader.lines(of: namesPath)
        guard !names.isEmpty, !names.contains("") else {
            throw DatasetsError("\(namesPath) has to hold the name of one class a line")
        }
        let labelsPath = Folders.join(path, "\(split.rawValue)_y.bin")
        let labels = try FileReader.contents(of: labelsPath).map { Int($0) - 1 }
        if let bad = labels.first(where: { !names.indices.contains($0) }) {
            throw DatasetsError("\(labelsPath) has label \(bad + 1): labels go from 1 to \(names.count)")
        }
        let imagesPath = Folders.join(path, "\(split.rawValue)_X.bin")
        var pixels: [UInt8] = []
        let count = try RecordFile.read(imagesPath, length: 3 * Self.side * Self.side) { record in
            appendInterleaved(record, channels: 3, side: Self.side, columnsFirst: true, to: &pixels)
        }
        guard count == labels.count else {
            throw DatasetsError(
                "\(imagesPath) holds \(counted(count, "image")), but \(labelsPath) holds \(counted(labels.count, "label")): fetch both again"
            )
        }
        return try InMemoryDataset(
            name: path, classNames: names, size: ImageSize(square: Self.side), channels: 3, pixels: pixels,
            labels: labels, sources: [.init(path: imagesPath, count: count)])
    }
}
