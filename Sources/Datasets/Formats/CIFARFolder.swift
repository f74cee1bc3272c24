/// CIFAR-10 and CIFAR-100 in their binary version (Krizhevsky, “Learning multiple layers of features from tiny
/// images”, 2009): records of one label (two for CIFAR-100: coarse, then fine) and 32 x 32 pixels, red plane first.
struct CIFARFolder {
    enum Kind {
        case cifar10
        case cifar100
    }

    let path: String
    let kind: Kind

    private static let side = 32

    /// Which of the two a folder holds, if any.
    static func kind(of folder: String) -> Kind? {
        func has(_ name: String) -> Bool { Folders.isFile(Folders.join(folder, name)) }
        if has("data_batch_1.bin") || has("test_batch.bin") { return .cifar10 }
        // STL-10 has no file of these names, but others may have a train.bin.
        if has("fine_label_names.txt") && (has("train.bin") || has("test.bin")) { return .cifar100 }
        return nil
    }

    /// The splits whose files are there, or some of them.
    var splits: [Split] {
        [Split.train, .test].filter { split in
            files(for: split).contains { Folders.isFile(Folders.join(path, $0)) }
        }
    }

    /// Reads one split.
    ///
    /// - Throws: `DatasetsError` that names the file that is missing or damaged.
    func dataset(for split: Split) throws -> InMemoryDataset {
        guard splits.contains(split) else { throw missingSplit(split, of: path, available: splits) }
        let area = Self.side * Self.side
        let labelBytes = kind == .cifar10 ? 1 : 2
        var pixels: [UInt8] = []
        var labels: [Int] = []
        var sources: [InMemoryDataset.Source] = []
        let classNames = try classNames()
        for file in files(for: split) {
            let filePath = Folders.join(path, file)
            let count = try RecordFile.read(filePath, length: labelBytes + 3 * area) { record in
                labels.append(Int(record[labelBytes - 1]))
                appendInterleaved(
                    UnsafeBufferPointer(rebasing: record[labelBytes...]), channels: 3, side: Self.side,
                    columnsFirst: false, to: &pixels)
            }
            sources.append(.init(path: filePath, count: count))
        }
        return try InMemoryDataset(
            name: path, classNames: classNames, size: ImageSize(square: Self.side), channels: 3, pixels: pixels,
            labels: labels, sources: sources)
    }

    private func files(for split: Split) -> [String] {
        switch (kind, split) {
        case (.cifar10, .train): (1...5).map { "data_batch_\($0).bin" }
        case (.cifar10, .test): ["test_batch.bin"]
        case (.cifar100, .train): ["train.bin"]
        case (.cifar100, .test): ["test.bin"]
        case (_, .validation): []
        }
    }

    private func classNames() throws -> [String] {
        let file = Folders.join(path, kind == .cifar10 ? "batches.meta.txt" : "fine_label_names.txt")
        let names = try FileReader.lines(of: file)
        guard !names.isEmpty, !names.contains("") else {
            throw DatasetsError("\(file) has to hold the name of one class a line")
        }
        return names
    }
}

/// Appends one square image, given plane by plane, with interleaved channels and rows first.
func appendInterleaved(
    _ planes: UnsafeBufferPointer<UInt8>, channels: Int, side: Int, columnsFirst: Bool, to pixels: inout [UInt8]
) {
    let area = side * side
    precondition(planes.count == channels * area, "planes of another size")
    let rowStep = columnsFirst ? 1 : side
    let columnStep = columnsFirst ? side : 1
    pixels.reserveCapacity(max(pixels.capacity, pixels.count + channels * area))
    for y in 0..<side {
        for x in 0..<side {
            let offset = y * rowStep + x * columnStep
            for c in 0..<channels { pixels.append(planes[c * area + offset]) }
        }
    }
}
