import Datasets
import Foundation

/// Files of the training images that are also among images that scores are taken on: such scores promise too much.
struct RepeatedImages {
    /// Training files by their sizes, and by what is in them where that had to be looked at.
    private let sizes: [Int: [String]]
    private var digests: [Int: [Int: String]] = [:]

    /// Notes the sizes of the training images' files.
    init(_ training: any Dataset) {
        var sizes: [Int: [String]] = [:]
        for file in Self.files(of: training) {
            if let size = Self.size(of: file) { sizes[size, default: []].append(file) }
        }
        self.sizes = sizes
    }

    /// Pairs of files of the same bytes, in the order of the images for scores. Only files of one size are read.
    mutating func pairs(_ evaluation: any Dataset) -> [(training: String, evaluation: String)] {
        Self.files(of: evaluation).compactMap { file in
            guard let size = Self.size(of: file), let candidates = sizes[size] else { return nil }
            if digests[size] == nil {
                let pairs = candidates.compactMap { candidate in Self.digest(of: candidate).map { ($0, candidate) } }
                digests[size] = Dictionary(pairs) { first, _ in first }
            }
            return Self.digest(of: file).flatMap { digests[size]?[$0] }.map { ($0, file) }
        }
    }

    /// A sentence on files of the same bytes; nil for none.
    ///
    /// - Parameter name: what the images are called: "the test split".
    mutating func sentence(_ evaluation: any Dataset, _ name: String) -> String? {
        let pairs = pairs(evaluation)
        guard !pairs.isEmpty else { return nil }
        let examples = pairs.prefix(3).map { pair in
            pair.training == pair.evaluation ? pair.training : "\(pair.evaluation) is \(pair.training)"
        }
        return
            "images of \(name) that are among the training images too, so that its scores promise too much: \(pairs.count) ("
            + examples.joined(separator: ", ") + (pairs.count > 3 ? " …)" : ")")
    }

    private static func files(of dataset: any Dataset) -> [String] {
        (0..<dataset.count).compactMap { dataset.file(at: $0) }
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
}
