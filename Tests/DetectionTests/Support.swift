import Detection
import Foundation
import XCTest

/// A folder that is gone after the test.
class AnnotationTestCase: XCTestCase {
    private(set) var folder = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("detection-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    func write(_ name: String, _ text: String) throws {
        let path = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    /// Messages with the folder's name replaced.
    func short(_ text: some CustomStringConvertible) -> String {
        text.description.replacingOccurrences(of: folder, with: "DIR")
    }

    func complaint(_ body: () throws -> AnnotatedImages) -> String {
        do {
            _ = try body()
            return ""
        } catch { return short("\(error)") }
    }
}
