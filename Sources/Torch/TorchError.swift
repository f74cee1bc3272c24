import CTorch

/// A failure inside libtorch, or a use of a tensor that cannot be.
public struct TorchError: Error, CustomStringConvertible, Sendable {
    /// The operator or function that failed, for example `aten::conv2d`.
    public let operation: String

    /// libtorch's own words.
    public let message: String

    /// Creates an error of `operation`.
    public init(operation: String, message: String) {
        self.operation = operation
        self.message = message
    }

    /// The error that the shim has just left behind on this thread.
    static func last(in operation: String) -> TorchError {
        TorchError(operation: operation, message: String(cString: ct_last_error()))
    }

    /// Where the device is at fault and not what it was told to compute: what happened to it.
    public var deviceFailure: DeviceFailure? { DeviceFailure(libtorch: message) }

    /// What libtorch says without the advice it adds.
    package var firstLine: Substring { message.split(separator: "\n").first ?? "" }

    public var description: String {
        deviceFailure.map { "\($0)" } ?? "libtorch's \(operation) failed: \(message)"
    }
}
