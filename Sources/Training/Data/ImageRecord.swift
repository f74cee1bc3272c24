import Datasets
import Foundation
import Reporting

/// Which images a run was trained and scored on.
public struct TrainedImages: Sendable, Equatable, Codable {
    public var training: ImageRecord
    public var evaluation: ImageRecord
}

/// Which images there are: enough to notice that some were added, removed, renamed, labelled anew or replaced.
public struct ImageRecord: Sendable, Equatable, Codable {
    /// How many.
    public var count: Int
    /// How many of each class; empty where images have boxes.
    public var classCounts: [Int]
    /// FNV-1a of names, labels, boxes and sizes of files, in their order.
    public var checksum: String
    /// A check sum of what is in them: of all pixels where images lie many to a file, which have no names and sizes of their own; else of
    /// some files. Nil in records of earlier versions.
    public var content: String?

    /// How many files are looked into.
    private static let filesToRead = 32
    /// How much of each, in bytes.
    private static let bytesToRead = 1 << 16

    /// Looks at every image's name and the size of its file, and into some of the files.
    ///
    /// - Parameter data: the name by which the data set was opened.
    init(_ dataset: any Dataset, data: String) {
        var sum = Checksum()
        var counts = [Int](repeating: 0, count: dataset.classNames.count)
        var hasBoxes = false
        for index in 0..<dataset.count {
            let label = dataset.label(at: index)
            sum.add(dataset.name(of: index, in: data))
            sum.add(label)
            if counts.indices.contains(label) { counts[label] += 1 }
            for object in dataset.objects(at: index) {
                hasBoxes = true
                sum.add(object.label)
                for side in [object.box.left, object.box.top, object.box.right, object.box.bottom] {
                    sum.add(Int(truncatingIfNeeded: side.bitPattern))
                }
            }
            if dataset.imageSize == nil { sum.add(Self.size(ofFile: dataset.location(of: index))) }
        }
        count = dataset.count
        classCounts = hasBoxes ? [] : counts
        checksum = sum.text
        content = Self.content(of: dataset)
    }

    private static func content(of dataset: any Dataset) -> String {
        var sum = Checksum()
        if dataset.imageSize != nil {
            for index in 0..<dataset.count {
                _ = dataset.withStoredPixels(at: index) { sum.add(words: UnsafeRawBufferPointer($0)) }
            }
            return sum.text
        }
        let taken = min(filesToRead, dataset.count)
        for number in 0..<taken {
            guard let path = dataset.file(at: number * dataset.count / taken), let start = start(ofFile: path) else {
                sum.add(-1)
                continue
            }
            start.withUnsafeBytes { sum.add(words: $0) }
        }
        return sum.text
    }

    private static func start(ofFile path: String) -> Data? {
        // A named pipe would keep everybody waiting.
        guard size(ofFile: path) > 0, let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        return try? file.read(upToCount: bytesToRead)
    }

    /// Whether two records are of the same images, as far as both say.
    func agrees(with other: ImageRecord) -> Bool {
        guard count == other.count, classCounts == other.classCounts, checksum == other.checksum else { return false }
        return content == nil || other.content == nil || content == other.content
    }

    private static func size(ofFile path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : -1
    }

    /// Whether images are those of a record.
    static func matches(_ record: ImageRecord, _ images: any Dataset, data: String) -> Bool {
        images.count == record.count && ImageRecord(images, data: data).agrees(with: record)
    }

    /// What has changed since an earlier record, for people: "class "cat" had 24 training images and has 25".
    ///
    /// - Parameters:
    ///   - one: what one is called: "training image".
    ///   - many: what more are called.
    func change(since earlier: ImageRecord, _ one: String, _ many: String, classNames: [String]) -> String? {
        guard !agrees(with: earlier) else { return nil }
        func images(_ number: Int) -> String { counted(number, one, many) }
        if classCounts.count == earlier.classCounts.count {
            for (name, (now, before)) in zip(classNames, zip(classCounts, earlier.classCounts)) where now != before {
                return "class \"\(name.printableName)\" had \(images(before)) and has \(now)"
            }
        }
        guard count == earlier.count else { return "it had \(images(earlier.count)) and has \(count)" }
        guard checksum != earlier.checksum else { return "other pixels are in its \(images(count))" }
        return "other files, labels or boxes are among its \(images(count))"
    }
}

extension TrainedImages {
    /// Whether two records are of the same images, as far as both say.
    func agrees(with other: TrainedImages) -> Bool {
        training.agrees(with: other.training) && evaluation.agrees(with: other.evaluation)
    }

    /// What has changed since a run began, for people.
    func change(since earlier: TrainedImages, classNames: [String]) -> String? {
        training.change(since: earlier.training, "training image", "training images", classNames: classNames)
            ?? evaluation.change(
                since: earlier.evaluation, "image for evaluation", "images for evaluation", classNames: classNames)
    }
}

/// FNV-1a: short, and the same on every machine.
struct Checksum {
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325

    /// That of one text.
    static func sum(of text: String) -> UInt64 {
        var sum = Checksum()
        sum.add(text)
        return sum.value
    }

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0)
    }

    mutating func add(_ number: Int) {
        for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// Adds bytes eight at a time, and their number: a data set in memory has a hundred million of them.
    mutating func add(words bytes: UnsafeRawBufferPointer) {
        let whole = bytes.count & ~7
        for place in stride(from: 0, to: whole, by: 8) {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            value = (value ^ word) &* 0x0100_0000_01b3
            // A product leaves its high bits out of the low ones.
            value ^= value >> 32
        }
        for byte in bytes[whole...] { add(byte) }
        add(bytes.count)
    }

    private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0100_0000_01b3 }

    var text: String { String(value, radix: 16) }
}
