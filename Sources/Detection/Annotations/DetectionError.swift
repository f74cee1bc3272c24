/// Annotations that cannot be used: what is wrong, where, and what to do.
public struct DetectionError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
