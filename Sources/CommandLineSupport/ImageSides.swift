import ArgumentParser
import Networks

/// The sides of images on the command line: `96` for 96×96 pixels, `49x10` for 49 rows of 10.
package struct ImageSides: ExpressibleByArgument, CustomStringConvertible {
    /// Rows and columns.
    package let size: Size

    /// Sides that are known.
    package init(_ size: Size) { self.size = size }

    package init?(argument: String) {
        let sides = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = sides.first, let last = sides.last, sides.count <= 2, let first, let last else { return nil }
        size = Size(first, last)
    }

    /// Refuses images that nobody has.
    package func check() throws {
        guard size.pair.allSatisfy({ (1...8192).contains($0) }) else {
            throw ValidationError("--resolution \(self): use 1 to 8192 pixels.")
        }
    }

    package var description: String {
        size.height == size.width ? "\(size.height)" : "\(size.height)x\(size.width)"
    }
}
