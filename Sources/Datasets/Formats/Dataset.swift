import Detection

/// Labelled images, counted from 0.
///
/// Data sets are values that any number of threads may read at a time.
public protocol Dataset: Sendable {
    /// What it is called: "fashion-mnist", or its folder's path.
    var name: String { get }
    /// One name a class; a label is an index into it.
    var classNames: [String] { get }
    /// The number of images.
    var count: Int { get }
    /// The channels of every image: 1 (grey) or 3 (RGB).
    var channels: Int { get }
    /// The size of every image, or `nil` where sizes vary.
    var imageSize: ImageSize? { get }
    /// Sentences that somebody should read before using the images: what lies beside them and is left out.
    var remarks: [String] { get }
    /// The class of an image, an index into `classNames`.
    func label(at index: Int) -> Int
    /// What is in an image: boxes as shares of it, areas in pixels² of the stored image. Empty where images have a class alone.
    func objects(at index: Int) -> [GroundTruth]
    /// The size of the stored image, where it is known without reading the image.
    func storedSize(at index: Int) -> ImageSize?
    /// One image, of `channels` channels.
    ///
    /// - Parameters:
    ///   - index: 0 up to but without `count`.
    ///   - minimumSize: a decoder may hand out a smaller image than the stored one, down to this size, if that is
    ///     faster.
    /// - Throws: `DatasetsError` that names the file if the image cannot be read.
    func image(at index: Int, minimumSize: ImageSize?) throws -> Image
    /// The file that holds an image and nothing else, or `nil` where there is none: a loader may then decode no more of it
    /// than a transform needs.
    func file(at index: Int) -> String?
    /// The file that names an image and says what is in it, such as COCO's JSON or a table of labels; `nil` where folders say that.
    func annotation(of index: Int) -> String?
    /// Where an image comes from, for messages: its path, or "train-images-idx3-ubyte.gz, image 17".
    func location(of index: Int) -> String
    /// Calls `body` with the bytes of an image that lies in memory: `imageSize` rows and columns of `channels` bytes.
    ///
    /// - Returns: what `body` returns, or `nil` where images do not lie in memory.
    func withStoredPixels<Result>(
        at index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result?
}

extension Dataset {
    /// One image at its full size.
    ///
    /// - Throws: `DatasetsError` that names the file if the image cannot be read.
    public func image(at index: Int) throws -> Image {
        try image(at: index, minimumSize: nil)
    }

    /// Nothing to remark unless a data set says so.
    public var remarks: [String] { [] }

    /// Images have a class alone unless a data set says so.
    public func objects(at index: Int) -> [GroundTruth] { [] }

    /// Only where all images are of one size.
    public func storedSize(at index: Int) -> ImageSize? { imageSize }

    /// Images have no files of their own unless a data set says so.
    public func file(at index: Int) -> String? { nil }

    /// No file names an image unless a data set says so.
    public func annotation(of index: Int) -> String? { nil }

    /// Images do not lie in memory unless a data set says so.
    public func withStoredPixels<Result>(
        at index: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
    ) rethrows -> Result? {
        nil
    }

    /// How many images every class has.
    public func classCounts() -> [Int] {
        var counts = [Int](repeating: 0, count: classNames.count)
        for index in 0..<count { counts[label(at: index)] += 1 }
        return counts
    }
}
