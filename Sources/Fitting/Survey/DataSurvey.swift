import Datasets
import Foundation
import Planning
import Reporting

/// What somebody's images are: how many of which class, how large, which of them are broken or there twice.
///
/// Every image is read once, on all cores.
public struct DataSurvey: Sendable, Equatable, Codable {
    /// A split as it is.
    public struct Part: Sendable, Equatable, Codable {
        public var split: Split
        /// Images of each class; of images with boxes their objects.
        public var counts: [Int]
        /// How many images.
        public var images: Int
    }

    /// An image that is left out.
    public struct LeftOut: Sendable, Equatable, Codable {
        public var split: Split
        /// Below the data's folder.
        public var name: String
        public var reason: String
    }

    public var classNames: [String]
    /// In the order train, validation, test.
    public var parts: [Part]
    /// Broken ones, and all but one of those of the same bytes.
    public var leftOut: [LeftOut]
    /// The longer side of images: the smallest, the median and the largest.
    public var smallestSide: Int
    public var medianSide: Int
    public var largestSide: Int
    /// Whether no image has a colour.
    public var isGrey: Bool
    /// Whether all images are of one size and lie in memory.
    public var isInMemory: Bool
    /// Of images with boxes: sides of objects as shares of the image, the 2nd, 25th, 50th, 75th and 98th of a hundred;
    /// nil for others.
    public var objectSides: [Double]?

    /// Images of the class with the most over those of the class with the fewest, in the first split.
    public var imbalance: Double {
        guard let counts = parts.first?.counts, let most = counts.max(), let least = counts.min(), least > 0 else {
            return 1
        }
        return Double(most) / Double(least)
    }

    /// Images in all.
    public var count: Int { parts.reduce(0) { $0 + $1.images } }

    private struct Look: Sendable {
        var digest: Int?
        var side = 0
        var isGrey = true
        var problem: String?
    }

    /// Looks at every image of every split.
    ///
    /// - Parameter progress: told how many of all were looked at, on any thread.
    /// - Throws: a sentence where the data cannot be opened, or none of the images can be read.
    public init(_ data: String, progress: @Sendable (Int, Int) -> Void = { _, _ in }) throws {
        let splits = try DatasetCatalog.availableSplits(data)
        let datasets = try splits.map { ($0, try DatasetCatalog.open(data, split: $0)) }
        guard let first = datasets.first?.1 else { throw FittingError("\(data) holds no images") }
        let classNames = first.classNames
        self.classNames = classNames
        for (split, other) in datasets {
            if let difference = classDifference(of: other.classNames, from: classNames) {
                throw FittingError(
                    "the \(split.rawValue) split of \(data) has other classes than the \(splits[0].rawValue) split: \(difference)"
                )
            }
        }
        isInMemory = first.imageSize != nil
        parts = datasets.map { Part(split: $0.0, counts: $0.1.classCounts(), images: $0.1.count) }
        var leftOut: [LeftOut] = []
        let all = datasets.reduce(0) { $0 + $1.1.count }
        var sides: [Int] = []
        var isGrey = true
        var seen: [Int: (name: String, label: Int)] = [:]
        var done = 0
        // Images that scores are taken on stay: of twins the one that is trained on goes.
        for (split, dataset) in datasets.reversed() {
            let start = done
            let looks = Self.looks(at: dataset) { progress(start + $0, all) }
            done += dataset.count
            for (index, look) in looks.enumerated() {
                let name = dataset.name(of: index, in: data)
                func leave(_ reason: String) { leftOut.append(LeftOut(split: split, name: name, reason: reason)) }
                if let problem = look.problem {
                    leave(problem)
                    continue
                }
                sides.append(look.side)
                isGrey = isGrey && look.isGrey
                guard let digest = look.digest else { continue }
                if let twin = seen[digest] {
                    let other = classNames[twin.label]
                    leave(
                        twin.label == dataset.label(at: index)
                            ? "the same bytes as \(twin.name)"
                            : "the same bytes as \(twin.name), which is labelled \(other)")
                } else {
                    seen[digest] = (name, dataset.label(at: index))
                }
            }
        }
        sides.sort()
        guard let least = sides.first, let most = sides.last else {
            throw FittingError(
                "none of the images of \(data) can be read: \(leftOut.first?.reason ?? "there are none")")
        }
        (smallestSide, medianSide, largestSide) = (least, sides[sides.count / 2], most)
        (self.isGrey, self.leftOut) = (isGrey, leftOut)
    }

    private static func looks(at dataset: any Dataset, progress: @Sendable (Int) -> Void) -> [Look] {
        inParallel(Array(0..<dataset.count), chunk: 64, progress: progress) { look(at: $0, of: dataset) }
    }

    private static func look(at index: Int, of dataset: any Dataset) -> Look {
        var look = Look()
        func digest(_ bytes: UnsafeRawBufferPointer) -> Int {
            // The same within this process, which is all that is asked.
            var hasher = Hasher()
            hasher.combine(bytes.count)
            hasher.combine(bytes: bytes)
            return hasher.finalize()
        }
        do {
            if let file = dataset.file(at: index) {
                look.digest = FileManager.default.contents(atPath: file).map { $0.withUnsafeBytes(digest) }
            } else {
                look.digest = dataset.withStoredPixels(at: index) { digest(UnsafeRawBufferPointer($0)) }
            }
            let image = try dataset.image(at: index)
            look.side = max(image.width, image.height)
            look.isGrey = image.channels == 1 || Self.isGrey(image)
        } catch {
            look.problem = "\(error)"
        }
        return look
    }

    /// Whether red, green and blue are the same but for what compression does to them.
    private static func isGrey(_ image: Image) -> Bool {
        image.pixels.withUnsafeBufferPointer { pixels in
            stride(from: 0, to: pixels.count - 2, by: 3 * 7).allSatisfy { place in
                let (red, green, blue) = (Int(pixels[place]), Int(pixels[place + 1]), Int(pixels[place + 2]))
                return abs(red - green) <= 4 && abs(green - blue) <= 4
            }
        }
    }

    /// Sentences for people.
    public var sentences: [String] {
        var sentences: [String] = []
        let totals = parts.map { "\(TextTable.grouped($0.images)) in \($0.split.rawValue)" }
        sentences.append(
            "\(counted(count, "image")) of \(counted(classNames.count, "class", "classes")) (\(totals.joined(separator: ", "))), "
                + (isGrey ? "grey" : "in colour")
                + ", \(smallestSide) to \(largestSide) pixels, half of them \(medianSide) and more")
        let counts = parts.first?.counts ?? []
        sentences.append(
            (objectSides == nil ? "classes: " : "objects: ")
                + zip(classNames, counts).map { "\($0.printableName) (\($1))" }.joined(separator: ", "))
        if objectSides == nil, imbalance >= Self.imbalanceLimit {
            sentences.append(
                String(format: "classes are far apart, %.0f to 1: each is drawn as often in training", imbalance))
        }
        if let first = leftOut.first {
            sentences.append(
                "\(counted(leftOut.count, "image is", "images are")) left out, such as \(first.name.printableName): "
                    + "\(first.reason.printableName)")
        }
        return sentences
    }

    /// From which imbalance on classes are drawn equally often.
    package static let imbalanceLimit = 5.0
}
