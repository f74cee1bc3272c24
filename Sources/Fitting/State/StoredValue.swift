import Files
import Foundation

/// A value that is worked out once and kept in a file.
package enum StoredValue {
    /// What the file has; where there is none, what `make` gives, written first.
    ///
    /// - Throws: `FittingError` where the file is damaged; whatever `make` throws.
    package static func at<Value: Codable>(_ path: String, make: () throws -> Value) throws -> Value {
        if let data = FileManager.default.contents(atPath: path) {
            guard let value = try? JSONDecoder().decode(Value.self, from: data) else {
                throw FittingError("\(path) is damaged: begin anew in another output folder")
            }
            return value
        }
        let value = try make()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.replace(path, with: [UInt8](encoder.encode(value)))
        return value
    }
}
