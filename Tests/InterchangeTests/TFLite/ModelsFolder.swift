import Foundation
import XCTest

/// Models that other people trained.
///
/// They lie in the folder that the environment variable `SAPOOL_MODELS` names, by default `../shared/models` beside the package. Without
/// them tests skip, unless `SAPOOL_REQUIRE_MODELS` is set.
struct ModelsFolder {
    let path: String

    init() throws {
        let environment = ProcessInfo.processInfo.environment
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        path = environment["SAPOOL_MODELS"] ?? package.appendingPathComponent("../shared/models").path
        guard FileManager.default.fileExists(atPath: path + "/mlperf-tiny") else {
            let message = "no models at \(path): name their folder in SAPOOL_MODELS"
            if environment["SAPOOL_REQUIRE_MODELS"] != nil { XCTFail(message) }
            throw XCTSkip(message)
        }
    }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
    }
}
