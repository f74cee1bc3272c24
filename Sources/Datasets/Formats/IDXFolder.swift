import Reporting

/// A folder that holds images and labels as IDX files: MNIST, Fashion-MNIST and their kin.
struct IDXFolder {
    let path: String
    let name: String
    /// The names of the classes where they are known; otherwise labels count from "0".
    let classNames: [String]?

    private static let prefixes: [(split: Split, prefix: String)] = [(.train, "train"), (.test, "t10k")]

    /// The splits that a folder holds the images of.
    static func splits(in folder: String) -> [Split] {
        prefixes.filter { imagesPath(in: folder, prefix: $0.prefix) != nil }.map(\.split)
    }

    /// Reads one split.
    ///
    /// - Throws: `DatasetsError` that names the file that is missing or damaged.
    func dataset(for split: Split) throws -> InMemoryDataset {
        guard let prefix = Self.prefixes.first(where: { $0.split == split })?.prefix,
            let imagesPath = Self.imagesPath(in: path, prefix: prefix)
        else {
            throw missingSplit(split, of: name, available: Self.splits(in: path))
        }
        let images = try IDXFile(contentsOf: imagesPath, rank: 3)
        let (labels, labelsPath) = try labels(prefix: prefix)
        guard images.dimensions[0] == labels.count else {
            throw DatasetsError(
                "\(imagesPath) holds \(counted(images.dimensions[0], "image")), but \(labelsPath) holds \(counted(labels.count, "label")): "
                    + "they do not belong together")
        }
        guard !labels.isEmpty, images.dimensions[1] > 0, images.dimensions[2] > 0 else {
            throw DatasetsError("\(imagesPath) holds no images")
        }
        return try InMemoryDataset(
            name: name, classNames: try classNames ?? numberedClasses(),
            size: ImageSize(width: images.dimensions[2], height: images.dimensions[1]), channels: 1,
            pixels: Array(images.data), labels: labels, sources: [.init(path: imagesPath, count: labels.count)])
    }

    private func labels(prefix: String) throws -> (labels: [Int], path: String) {
        guard let path = Self.existing(in: path, ["\(prefix)-labels-idx1-ubyte", "\(prefix)-labels.idx1-ubyte"]) else {
            throw DatasetsError(
                "\(path) has no labels for its images: put \(prefix)-labels-idx1-ubyte.gz beside them")
        }
        return (try IDXFile(contentsOf: path, rank: 1).data.map(Int.init), path)
    }

    /// "0", "1" and so on, the same for every split, even if one lacks the last class.
    private func numberedClasses() throws -> [String] {
        var largest = 0
        for split in Self.splits(in: path) {
            guard let prefix = Self.prefixes.first(where: { $0.split == split })?.prefix else { continue }
            largest = max(largest, try labels(prefix: prefix).labels.max() ?? 0)
        }
        return (0...largest).map(String.init)
    }

    private static func imagesPath(in folder: String, prefix: String) -> String? {
        existing(in: folder, ["\(prefix)-images-idx3-ubyte", "\(prefix)-images.idx3-ubyte"])
    }

    private static func existing(in folder: String, _ names: [String]) -> String? {
        names.flatMap { [$0 + ".gz", $0] }.map { Folders.join(folder, $0) }.first(where: Folders.isFile)
    }
}

/// The error for a split that a data set does not have.
func missingSplit(_ split: Split, of name: String, available: [Split]) -> DatasetsError {
    let others = available.isEmpty ? "none" : available.map(\.rawValue).joined(separator: ", ")
    return DatasetsError("\(name) has no \(split.rawValue) split: it has \(others)")
}
