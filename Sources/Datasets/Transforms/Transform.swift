import Detection

/// What happens to an image between its file and a batch.
///
/// Works on 8-bit pixels; mean and deviation are applied to the tensor later (see `Normalization`). Every image comes
/// out with the same size. All randomness comes from the generator, in a fixed order: geometry, flip, colour,
/// RandAugment, erasing.
///
/// ```swift
/// let training = Transform.training(size: ImageSize(square: 224))
/// var generator = SampleGenerator(seed: 1, epoch: 0, index: 17)
/// let image = try training.apply(to: Image.decode(contentsOf: "cat.jpg"), using: &generator)
/// ```
public struct Transform: Codable, Sendable, Equatable {
    /// How an image gets its size.
    public enum Geometry: Codable, Sendable, Equatable {
        /// The whole image, whatever that does to its proportions.
        case resize(ImageSize)
        /// Resized until its shorter side has `shortSide` pixels (more if the crop needs more), then cut from its
        /// centre.
        case centerCrop(ImageSize, shortSide: Int)
        /// A random part, resized.
        case randomResizedCrop(ImageSize, RandomResizedCrop)
        /// Resized, surrounded by `padding` black pixels, then cut at random: a random shift.
        case paddedCrop(ImageSize, padding: Int)
        /// A part chosen by the objects in it, or the image made smaller on a larger canvas; resized, whatever that does to its proportions.
        case objectCrop(ImageSize, ObjectCrop)
    }

    /// How the image gets its size.
    public var geometry: Geometry
    /// How likely the image is mirrored left to right, 0 to 1.
    public var flipProbability: Double
    /// How likely the image is mirrored top to bottom; nil for never.
    public var verticalFlipProbability: Double?
    /// Random changes of colour, if any.
    public var colorJitter: ColorJitter?
    /// Random operations on pixels, if any; for images without boxes, which they do not move.
    public var randAugment: RandAugment?
    /// Random rectangles of noise, if any.
    public var erasing: RandomErasing?
    /// 1 or 3 channels; `nil` keeps what the data set has.
    public var channels: Int?

    /// Makes a transform.
    public init(
        geometry: Geometry, flipProbability: Double = 0, verticalFlipProbability: Double? = nil,
        colorJitter: ColorJitter? = nil, channels: Int? = nil
    ) {
        self.geometry = geometry
        self.flipProbability = flipProbability
        self.verticalFlipProbability = verticalFlipProbability
        self.colorJitter = colorJitter
        self.channels = channels
    }

    /// What shows the same part of an image at another size. The same numbers of a generator choose the same part.
    ///
    /// Nil where parts are chosen by what is in them.
    package func showingTheSame(at size: ImageSize) -> Transform? {
        func scaled(_ length: Int) -> Int {
            let longer = max(1, max(outputSize.width, outputSize.height))
            return Int((Double(length) * Double(max(size.width, size.height)) / Double(longer)).rounded())
        }
        let geometry: Geometry
        switch self.geometry {
        case .resize: geometry = .resize(size)
        case .centerCrop(_, let shortSide): geometry = .centerCrop(size, shortSide: max(1, scaled(shortSide)))
        case .randomResizedCrop(_, let crop): geometry = .randomResizedCrop(size, crop)
        case .paddedCrop(let own, let padding):
            // Not scaled where that is not needed: rounded, it would hang on the size that it comes from.
            let isUsual = padding == Self.usualPadding(own)
            geometry = .paddedCrop(size, padding: isUsual ? Self.usualPadding(size) : scaled(padding))
        case .objectCrop: return nil
        }
        return Transform(geometry: geometry, channels: channels)
    }

    /// The size of every image that comes out.
    public var outputSize: ImageSize {
        switch geometry {
        case .resize(let size), .centerCrop(let size, _), .randomResizedCrop(let size, _), .paddedCrop(let size, _),
            .objectCrop(let size, _):
            size
        }
    }

    /// The size down to which a decoder may reduce an image before this transform; nil where it has to decode all of it.
    ///
    /// Augmentation only asks that nothing has to be enlarged. An evaluation decodes whole images: a JPEG at half its size, resized to half
    /// of that, differs from the image resized alone by more than one level of 255 in the mean, and scores should not depend on it.
    public var minimumSourceSize: ImageSize? {
        switch geometry {
        case .resize, .centerCrop, .objectCrop: nil
        case .paddedCrop(let size, _): size
        case .randomResizedCrop(let size, let crop): crop.minimumSource(for: size)
        }
    }

    /// Checks the options.
    ///
    /// - Throws: `DatasetsError` that names the first that makes no sense.
    public func validate() throws {
        let limit = 1 << 15
        guard (1...limit).contains(outputSize.width), (1...limit).contains(outputSize.height) else {
            throw DatasetsError("images cannot become \(outputSize) pixels: sides go from 1 to \(limit)")
        }
        switch geometry {
        case .resize: break
        case .centerCrop(_, let shortSide):
            guard (1...limit).contains(shortSide) else {
                throw DatasetsError("images cannot get a short side of \(shortSide) pixels: it goes from 1 to \(limit)")
            }
        case .randomResizedCrop(_, let crop): try crop.validate()
        case .objectCrop(_, let crop): try crop.validate()
        case .paddedCrop(_, let padding):
            guard (0...limit).contains(padding) else {
                throw DatasetsError("images cannot be padded by \(padding) pixels: use 0 to \(limit)")
            }
        }
        for probability in [flipProbability, verticalFlipProbability ?? 0] where !(0...1).contains(probability) {
            throw DatasetsError("the probability of a flip is \(probability): it has to lie between 0 and 1")
        }
        try colorJitter?.validate()
        try randAugment?.validate()
        try erasing?.validate()
        guard channels == nil || channels == 1 || channels == 3 else {
            throw DatasetsError("images cannot get \(channels ?? 0) channels: use 1 or 3")
        }
    }

    /// Changes one image and what is in it.
    ///
    /// - Parameter objects: boxes as shares of the image.
    /// - Returns: the result, and the objects that are still to be seen in it.
    /// - Throws: `DatasetsError` if the options make no sense.
    public func apply(
        to image: Image, objects: [GroundTruth], using generator: inout SampleGenerator
    ) throws -> (image: Image, objects: [GroundTruth]) {
        try validate()
        let size = outputSize
        let channels = self.channels ?? image.channels
        let count = size.width * size.height * channels
        var kept: [GroundTruth] = []
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard let target = buffer.baseAddress else { return }
            kept = image.withView {
                apply(to: $0, objects: objects, into: target, using: &generator, scratch: ResizeScratch())
            }
            initialized = count
        }
        return (try Image(width: size.width, height: size.height, channels: channels, pixels: pixels), kept)
    }

    /// Changes one image.
    ///
    /// - Throws: `DatasetsError` if the options make no sense.
    public func apply(to image: Image, using generator: inout SampleGenerator) throws -> Image {
        try apply(to: image, objects: [], using: &generator).image
    }
}
