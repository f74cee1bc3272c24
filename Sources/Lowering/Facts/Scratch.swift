/// Working memory of one operation.
package struct Scratch: Sendable, Hashable {
    /// What it holds; appended to the node's name.
    package let name: String
    package let bytes: Int
    /// Whether it lives from the operation's first row to its last, and not only while one row is computed.
    package let isKept: Bool

    /// Accumulators of one output position: int32s that are kept for one row, or for all.
    static func sums(_ count: Int, isKept: Bool = false) -> [Scratch] {
        [Scratch(name: "sums", bytes: 4 * count, isKept: isKept)]
    }
}
