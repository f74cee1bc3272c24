import Datasets
import Foundation
import Reporting

/// Training images that are also among images that scores are taken on, byte for byte: such scores promise too much.
///
/// Files are compared with files, and what lies in memory (MNIST, CIFAR) by its pixels.
struct RepeatedImages {
    private let training: any Dataset
    /// Training files by their sizes, and by what is in them where that had to be looked at.
    private let sizes: [Int: [String]]
    private var digests: [Int: [Int: String]] = [:]
    /// Training images in memory by their pixels, once that was asked for.
    private var stored: [Int: Int]?

    /// Notes the sizes of the training images' files.
    init(_ training: any Dataset) {
        self.training = training
        var sizes: [Int: [String]] = [:]
        for index in 0..<training.count {
            guard let file = training.file(at: index), let size = Self.size(of: file) else { continue }
            sizes[size, default: []].append(file)
        }
        self.sizes = sizes
    }

    /// Pairs of images of the same bytes, in the order of the images for scores. Only files of one size are read.
    mutating func pairs(_ evaluation: any Dataset) -> [(training: String, evaluation: String)] {
        var pairs: [(training: String, evaluation: String)] = []
        for index in 0..<evaluation.count {
            let file = evaluation.file(at: index)
            let twin: String?
            if let file {
                twin = trainingFile(like: file)
            } else {
                twin = storedImage(like: evaluation, index)
            }
            if let twin { pairs.append((twin, file ?? evaluation.location(of: index))) }
        }
        return pairs
    }

    private mutating func trainingFile(like file: String) -> String? {
        guard let size = Self.size(of: file), let candidates = sizes[size] else { return nil }
        if digests[size] == nil {
            let pairs = candidates.compactMap { candidate in Self.digest(of: candidate).map { ($0, candidate) } }
            digests[size] = Dictionary(pairs) { first, _ in first }
        }
        return Self.digest(of: file).flatMap { digests[size]?[$0] }
    }

    private mutating func storedImage(like evaluation: any Dataset, _ index: Int) -> String? {
        guard training.imageSize != nil, training.imageSize == evaluation.imageSize,
            let digest = Self.digest(of: evaluation, index)
        else { return nil }
        if stored == nil {
            let pairs = (0..<training.count).compactMap { index in
                Self.digest(of: training, index).map { ($0, index) }
            }
            stored = Dictionary(pairs) { first, _ in first }
        }
        return stored?[digest].map { training.location(of: $0) }
    }

    /// A sentence on images of the same bytes; nil for none.
    ///
    /// - Parameter name: what the images are called: "the test split".
    mutating func sentence(_ evaluation: any Dataset, _ name: String) -> String? {
        let pairs = pairs(evaluation)
        guard !pairs.isEmpty else { return nil }
        let examples = pairs.prefix(3).map { pair -> String in
            let (seen, scored) = (pair.training.printableName, pair.evaluation.printableName)
            return seen == scored ? seen : "\(scored) is \(seen)"
        }
        return
            "images of \(name) that are among the training images too, so that its scores promise too much: \(pairs.count) ("
            + examples.joined(separator: ", ") + (pairs.count > 3 ? " …)" : ")")
    }

    private static func size(of path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// The same for the same bytes, within one process.
    private static func digest(of path: String) -> Int? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        var hasher = Hasher()
        data.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    /// The same of an image in memory; nil where it lies elsewhere.
    private static func digest(of dataset: any Dataset, _ index: Int) -> Int? {
        dataset.withStoredPixels(at: index) { pixels in
            var hasher = Hasher()
            hasher.combine(bytes: UnsafeRawBufferPointer(pixels))
            return hasher.finalize()
        }
    }
}
