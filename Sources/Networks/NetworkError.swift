/// Why a network cannot be: a sentence that names the node or the part of the notation, and says what to do.
public struct NetworkError: Error, Hashable, CustomStringConvertible {
    /// What went wrong.
    public let message: String

    /// Whether an image of more pixels would do.
    public let isTooSmallAnImage: Bool

    /// An error with its message.
    public init(_ message: String, isTooSmallAnImage: Bool = false) {
        self.message = message
        self.isTooSmallAnImage = isTooSmallAnImage
    }

    /// The same error, said of a node.
    func at(_ node: String) -> NetworkError {
        NetworkError("\(node): \(message)", isTooSmallAnImage: isTooSmallAnImage)
    }

    public var description: String { message }
}
