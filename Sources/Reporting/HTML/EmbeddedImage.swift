import Foundation

/// A picture of pixels that lies in a page itself.
public struct EmbeddedImage: Sendable, Equatable {
    /// How the bytes are encoded.
    public enum Format: String, Sendable {
        case png = "image/png"
        case jpeg = "image/jpeg"
    }

    /// The sides that it is shown with, in pixels.
    public let width: Int
    public let height: Int
    /// A `data:` address with everything in it.
    public let address: String

    /// An image by its file's bytes.
    public init(_ bytes: [UInt8], format: Format, width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        address = "data:\(format.rawValue);base64,\(Data(bytes).base64EncodedString())"
    }
}
