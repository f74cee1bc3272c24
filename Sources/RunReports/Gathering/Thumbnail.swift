import Datasets
import Reporting

extension EmbeddedImage {
    /// An image of a data set, as stored but no larger than needed.
    ///
    /// - Parameter side: the most that its longer side has.
    init(_ dataset: any Dataset, at index: Int, side: Int) throws {
        try self.init(dataset.image(at: index, minimumSize: ImageSize(square: side)), side: side)
    }

    /// An image, no larger than needed.
    init(_ image: Image, side: Int) throws {
        let small = try image.reduced(by: Double(side) / Double(max(image.width, image.height)))
        // JPEG blurs what has few pixels.
        if max(small.width, small.height) <= 64 {
            self.init(try small.pngData(), format: .png, width: small.width, height: small.height)
        } else {
            self.init(try small.jpegData(quality: 82), format: .jpeg, width: small.width, height: small.height)
        }
    }
}
