import Files
import Datasets
import Foundation
import Interchange

/// Which images a run was trained on: the file `trained-images.json` in its folder, and in what is made of the run.
///
/// Data sets have millions of images, so a check sum stands for each name.
public struct TrainedNames: Sendable {
    /// FNV-1a of each name below the data's folder; nil where images lie many to a file, so that none is added alone.
    private let sums: Set<UInt64>?
    /// What they were, to know them again.
    private let record: ImageRecord

    private struct Stored: Codable {
        /// Eight bytes a name, the least significant first, sorted.
        let names: Data?
        let record: ImageRecord
    }

    /// Those of a training that begins.
    ///
    /// - Parameter data: the name by which the data set was opened.
    init(_ training: any Dataset, data: String, record: ImageRecord) {
        self.record = record
        guard training.count > 0, training.file(at: 0) != nil else {
            sums = nil
            return
        }
        sums = Set((0..<training.count).map { Checksum.sum(of: training.name(of: $0, in: data)) })
    }

    /// What a folder's file says; nil where it has none, as of earlier versions.
    ///
    /// - Throws: `TrainingError` where it is damaged.
    public init?(of folder: RunFolder) throws {
        guard let data = FileManager.default.contents(atPath: folder.trainedImages) else { return nil }
        do {
            let stored = try JSONDecoder().decode(Stored.self, from: data)
            record = stored.record
            sums = stored.names.map(Self.sums)
        } catch let error as DecodingError {
            throw TrainingError("\(folder.trainedImages) is damaged: \(error.sentence(of: data))")
        }
    }

    /// Writes the file.
    public func write(to folder: RunFolder) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let text = [UInt8](try encoder.encode(Stored(names: sums.map(Self.bytes), record: record)))
        try AtomicFile.replace(folder.trainedImages) { try $0.append(text) }
    }

    private static func bytes(_ sums: Set<UInt64>) -> Data {
        var bytes = Data(capacity: sums.count * 8)
        for sum in sums.sorted() {
            for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: sum >> shift)) }
        }
        return bytes
    }

    private static func sums(_ bytes: Data) -> Set<UInt64> {
        var sums = Set<UInt64>(minimumCapacity: bytes.count / 8)
        var (sum, shift): (UInt64, UInt64) = (0, 0)
        for byte in bytes {
            sum |= UInt64(byte) << shift
            shift += 8
            guard shift == 64 else { continue }
            sums.insert(sum)
            (sum, shift) = (0, 0)
        }
        return sums
    }

    private func contains(_ name: String) -> Bool { sums?.contains(Checksum.sum(of: name)) ?? true }

    /// Those of some images that were trained on, by their names.
    ///
    /// - Parameters:
    ///   - data: the name by which the data set was opened.
    ///   - heldOut: names of images that were not.
    func images(among images: any Dataset, data: String, besides heldOut: Set<String>) throws -> Subset {
        let indices = (0..<images.count).filter { index in
            let name = images.name(of: index, in: data)
            return !heldOut.contains(name) && contains(name)
        }
        return try Subset(images, indices: indices)
    }

    /// The images themselves, where a data set has all of them as they were; others may have been added.
    ///
    /// - Parameter heldOut: names of images that were not trained on.
    func find(in dataset: any Dataset, data: String, besides heldOut: Set<String>) throws -> Subset? {
        let found = try images(among: dataset, data: data, besides: heldOut)
        return ImageRecord.matches(record, found, data: data) ? found : nil
    }
}

extension RunFolder {
    /// Copies the lists of what was held out and what was trained on to the folder of what is made of the run.
    package func copyImageLists(to other: RunFolder) throws {
        try HeldOutImages(of: self)?.write(to: other)
        try TrainedNames(of: self)?.write(to: other)
    }
}

/// The images of a data set that a run was trained on, where these are the data that the run began with, whatever was added to them.
package struct TrainedImagesHere {
    private let names: Set<String>
    private let data: String

    /// Looks for them.
    ///
    /// - Parameters:
    ///   - folder: a run's, or that of what is made of it.
    ///   - dataset: all images that may be trained on.
    ///   - data: the name by which the data set was opened.
    /// - Returns: nil where the data are others, or the folder does not say what was trained on.
    package init?(of folder: RunFolder, in dataset: any Dataset, data: String) throws {
        let heldOut = Set(try HeldOutImages(of: folder)?.images ?? [])
        guard let found = try TrainedNames(of: folder)?.find(in: dataset, data: data, besides: heldOut) else {
            return nil
        }
        names = Set((0..<found.count).map { found.name(of: $0, in: data) })
        self.data = data
    }

    /// How many of some images of the data set they are.
    package func count(among images: any Dataset) -> Int {
        (0..<images.count).count { names.contains(images.name(of: $0, in: data)) }
    }
}
