/// An object that a network claims to see.
public struct Detection: Sendable, Hashable, Codable {
    public var box: Box
    /// Index of the class.
    public var label: Int
    /// How sure the network is; larger is surer.
    public var score: Double

    /// A detection by its parts.
    public init(box: Box, label: Int, score: Double) {
        self.box = box
        self.label = label
        self.score = score
    }
}
