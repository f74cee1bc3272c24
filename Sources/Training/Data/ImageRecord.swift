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

    /// Looks at every image's name and the size of its file.
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
    }

    private static func size(ofFile path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : -1
    }

    /// Whether images are those of a record.
    static func matches(_ record: ImageRecord, _ images: any Dataset, data: String) -> Bool {
        images.count == record.count && ImageRecord(images, data: data) == record
    }

    /// What has changed since an earlier record, for people: "class "cat" had 24 training images and has 25".
    ///
    /// - Parameters:
    ///   - one: what one is called: "training image".
    ///   - many: what more are called.
    func change(since earlier: ImageRecord, _ one: String, _ many: String, classNames: [String]) -> String? {
        guard self != earlier else { return nil }
        func images(_ number: Int) -> String { counted(number, one, many) }
        if classCounts.count == earlier.classCounts.count {
            for (name, (now, before)) in zip(classNames, zip(classCounts, earlier.classCounts)) where now != before {
                return "class \"\(name.printableName)\" had \(images(before)) and has \(now)"
            }
        }
        guard count == earlier.count else { return "it had \(images(earlier.count)) and has \(count)" }
        return "other files, labels or boxes are among its \(images(count))"
    }
}

extension TrainedImages {
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

    private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0100_0000_01b3 }

    var text: String { String(value, radix: 16) }
}
