import Detection
import Reporting

/// Some images of another data set, in an order of their own.
public struct Subset: Dataset {
    private let base: any Dataset
    /// The images taken, as indices into the whole data set.
    public let indices: [Int]

    /// Takes images of a data set.
    ///
    /// - Parameters:
    ///   - base: the whole.
    ///   - indices: which images, in this order; the same may come more than once.
    /// - Throws: `DatasetsError` if an index is not that of an image.
    public init(_ base: any Dataset, indices: [Int]) throws {
        let count = base.count
        if let bad = indices.first(where: { !(0..<count).contains($0) }) {
            throw DatasetsError("\(base.name) has no image \(bad): it has \(counted(count, "image")), counted from 0")
        }
        self.base = base
        self.indices = indices
    }

    /// Takes images that are spread evenly over a data set, in its order.
    ///
    /// - Parameter count: how many; all of them where there are fewer.
    public init(evenly count: Int, of base: any Dataset) throws {
        let taken = min(count, base.count)
        try self.init(base, indices: (0..<taken).map { $0 * base.count / taken })
    }

    public var name: String { base.name }
    public var classNames: [String] { base.classNames }
    public var count: Int { indices.count }
    public var channels: Int { base.channels }
    public var imageSize: ImageSize? { base.imageSize }
    public var remarks: [String] { base.remarks }

    public func label(at index: Int) -> Int {
        base.label(at: indices[index])
    }

    public func objects(at index: Int) -> [GroundTruth] { base.objects(at: indices[index]) }

    public func storedSize(at index: Int) -> ImageSize? { base.storedSize(at: indices[index]) }

    public func image(at index: Int, minimumSize: ImageSize?) throws -> Image {
        try base.image(at: indices[index], minimumSize: minimumSize)
    }

    public func file(at index: Int) -> String? { base.file(at: indices[index]) }

    public func annotation(of index: Int) -> String? { base.annotation(of: indices[index]) }

    public func location(of index: Int) -> String {
        base.location(of: indices[index])
    }

    public func withStoredPixels<Result>(
        at index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        try base.withStoredPixels(at: indices[index], body)
    }
}
