import Files
import Foundation

/// A value that is worked out once and kept in a file.
package enum StoredValue {
    /// What the file has; where there is none, what `make` gives, written first.
    ///
    /// - Parameter impossibility: what a value that was read cannot be, in words.
    /// - Throws: `FittingError` where the file is damaged; whatever `make` throws.
    package static func at<Value: Codable>(
        _ path: String, impossibility: (Value) -> String? = { _ in nil }, make: () throws -> Value
    ) throws -> Value {
        if let data = FileManager.default.contents(atPath: path) {
            guard let value = try? JSONDecoder().decode(Value.self, from: data) else {
                throw FittingError("\(path) is damaged: begin anew in another output folder")
            }
            if let impossibility = impossibility(value) {
                throw FittingError("\(path) is damaged: \(impossibility): begin anew in another output folder")
            }
            return value
        }
        let value = try make()
        try AtomicFile.replace(path, with: json(value))
        return value
    }

    /// The form of a fit's files.
    package static func json(
        _ value: some Encodable, keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys
    ) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = keys
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(value))
    }
}
