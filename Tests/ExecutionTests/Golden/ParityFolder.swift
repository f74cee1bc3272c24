import Foundation
import Interchange
import XCTest

/// The golden numbers of the reference implementation.
///
/// They lie in the folder that the environment variable `SAPOOL_PARITY` names, by default `../shared/parity` beside the package.
/// Without them tests skip, unless `SAPOOL_REQUIRE_PARITY` is set.
struct ParityFolder {
    let path: String

    init() throws {
        let environment = ProcessInfo.processInfo.environment
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        path = environment["SAPOOL_PARITY"] ?? package.appendingPathComponent("../shared/parity").path
        guard FileManager.default.fileExists(atPath: path + "/layers.json") else {
            let message = "no golden numbers at \(path): name their folder in SAPOOL_PARITY"
            if environment["SAPOOL_REQUIRE_PARITY"] != nil {
                XCTFail(message)
                throw ParityError(description: message)
            }
            throw XCTSkip(message)
        }
    }

    struct ParityError: Error, CustomStringConvertible {
        let description: String
    }

    func list<Entry: Decodable>(_ name: String, of type: Entry.Type) throws -> [Entry] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
        return try JSONDecoder().decode([Entry].self, from: data)
    }

    func tensors(_ name: String) throws -> Safetensors { try Safetensors(contentsOf: "\(path)/\(name)") }
}
