import Detection

/// Images of one size and their labels.
public final class Batch: Sendable {
    /// Which step of its epoch it is, counted from 0.
    public let step: Int
    /// The images: unsigned bytes of shape [count, height, width, channels].
    public let pixels: PixelBuffer
    /// One class an image.
    public let labels: [Int64]
    /// For each image what has been mixed into it; empty where images are not mixed.
    public let mixtures: [Mixture]
    /// For each image the objects that are still in it, boxes as shares of the image as it is here.
    public let objects: [[GroundTruth]]
    /// Where each image is in the data set.
    public let indices: [Int]
    /// Which of their crops the images show; nil where those are new in every epoch (see `RepeatedCrops`).
    public let crop: Int?
    /// Rows.
    public let height: Int
    /// Pixels in a row.
    public let width: Int
    /// 1 or 3.
    public let channels: Int
    /// Which rows of the whole batch these are (see `LoaderConfiguration.part`), those of skipped images included.
    public let rows: Range<Int>
    /// Rows of the whole batch.
    public let wholeCount: Int
    /// The images that are missing because they cannot be read.
    let skipped: [(index: Int, reason: String)]

    /// The number of images: the batch size, less in the last batch and where images were skipped.
    public var count: Int { labels.count }

    init(
        step: Int, pixels: PixelBuffer, labels: [Int64], mixtures: [Mixture] = [], objects: [[GroundTruth]],
        indices: [Int], size: ImageSize,
        channels: Int, crop: Int?, rows: Range<Int>, wholeCount: Int, skipped: [(index: Int, reason: String)]
    ) {
        self.step = step
        self.pixels = pixels
        self.labels = labels
        self.mixtures = mixtures
        self.objects = objects
        self.indices = indices
        height = size.height
        width = size.width
        self.channels = channels
        self.crop = crop
        self.rows = rows
        self.wholeCount = wholeCount
        self.skipped = skipped
    }

    /// The batch as batches of consecutive images, whose pixels are not copied; sizes differ by at most one.
    ///
    /// - Parameter wanted: how many; fewer where there are fewer images.
    public func pieces(_ wanted: Int) -> [Batch] {
        let pieces = max(1, min(wanted, count))
        guard pieces > 1 else { return [self] }
        let bytes = height * width * channels
        return (0..<pieces).map { piece in
            let images = count * piece / pieces..<count * (piece + 1) / pieces
            return Batch(
                step: step, pixels: PixelBuffer(images.lowerBound * bytes..<images.upperBound * bytes, of: pixels),
                labels: Array(labels[images]), mixtures: mixtures.isEmpty ? [] : Array(mixtures[images]),
                objects: Array(objects[images]), indices: Array(indices[images]),
                size: ImageSize(width: width, height: height), channels: channels, crop: crop, rows: rows,
                wholeCount: wholeCount, skipped: [])
        }
    }
}

/// What an image of a batch shares its pixels with.
public struct Mixture: Sendable, Equatable {
    /// The class of the other image.
    public var label: Int64
    /// The share of the image itself, 0 to 1; the other one has the rest.
    public var ownShare: Float
    /// Where the other image is in the data set.
    public var image: Int

    /// A share of an image, and the class and place of the other.
    public init(label: Int64, ownShare: Float, image: Int) {
        (self.label, self.ownShare, self.image) = (label, ownShare, image)
    }
}
