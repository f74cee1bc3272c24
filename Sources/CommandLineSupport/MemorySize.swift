import ArgumentParser
import Reporting

/// Sizes of a device's memory on the command line.
package enum MemorySize {
    /// No microcontroller has more, and sums of a few of these are numbers still.
    private static let largest = 1 << 40
    /// Below this many bytes without a unit, K was probably meant.
    private static let smallest = 4096

    /// A size of any memory: the stack's, or what is set aside.
    package static func amount(_ text: String) throws -> Int {
        let bytes = try ByteSize.parse(text)
        guard bytes <= largest else { throw ValidationError("use at most \(ByteSize.text(largest))") }
        return bytes
    }

    /// A whole memory: what a device has, or what a network may take. Asks back where a unit seems to be missing.
    package static func whole(_ text: String) throws -> Int {
        let bytes = try amount(text)
        guard bytes > 0 else { throw ValidationError("use more than 0, for example 64K") }
        guard bytes >= smallest || Int(text) == nil else {
            throw ValidationError(
                "that is \(counted(bytes, "byte")); did you mean \(bytes)K? If not, write the unit: \(bytes)B")
        }
        return bytes
    }
}
