import Datasets
import Foundation

/// Files of the training images that are also among those that scores are taken on: such scores promise too much.
struct RepeatedImages {
    /// Pairs of files with the same bytes, by the evaluation's order.
    private(set) var pairs: [(training: String, evaluation: String)] = []

    /// Looks for files of the same bytes. Only those of one size are read.
    init(_ training: any Dataset, _ evaluation: any Dataset) {
        var sizes: [Int: [String]] = [:]
        for file in Self.files(of: training) {
            if let size = Self.size(of: file) { sizes[size, default: []].append(file) }
        }
        var digests: [Int: [Int: String]] = [:]
        for file in Self.files(of: evaluation) {
            guard let size = Self.size(of: file), let candidates = sizes[size] else { continue }
            if digests[size] == nil {
                let pairs = candidates.compactMap { candidate in Self.digest(of: candidate).map { ($0, candidate) } }
                digests[size] = Dictionary(pairs) { first, _ in first }
            }
            if let digest = Self.digest(of: file), let same = digests[size]?[digest] { pairs.append((same, file)) }
        }
    }

    /// A sentence with some of them; nil for none.
    func sentence(_ evaluationName: String) -> String? {
        guard !pairs.isEmpty else { return nil }
        let examples = pairs.prefix(3).map { pair in
            pair.training == pair.evaluation ? pair.training : "\(pair.evaluation) is \(pair.training)"
        }
        let count = pairs.count == 1 ? "1 image for evaluation is" : "\(pairs.count) images for evaluation are"
        return "\(count) among the training images too, so scores (\(evaluationName)) promise too much: "
            + examples.joined(separator: ", ") + (pairs.count > 3 ? " …" : "")
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
