import Foundation
import Training
import XCTest

/// Names of data that are nearly right, and data that are still packed.
final class DataNameTests: XCTestCase {
    private func complaint(_ name: String, _ task: Recipe.TaskKind = .classification) -> String {
        do {
            try DataName.check(name, for: task)
            return ""
        } catch { return "\(error)" }
    }

    func testNamesThatAreNearlyKnownAreAskedAbout() {
        let known = "known by name are fashion-mnist and mnist, anything else has to be a folder"
        for (name, meant) in [
            ("fashion_mnist", "fashion-mnist"), ("Fashion-MNIST", "fashion-mnist"), ("minst", "mnist"),
            ("wake-word:photos", "wake-words:photos"), ("wakewords:a/b", "wake-words:a/b"),
        ] {
            XCTAssertEqual(complaint(name), "there is no data set \"\(name)\" (did you mean \(meant)?): \(known)")
        }
        // What opens the data tells of these.
        for name in ["mnist", "fashion-mnist", "nowhere", "wake-words:nowhere", "a/b", "x:y", ""] {
            XCTAssertEqual(complaint(name), "", name)
        }
        XCTAssertEqual(complaint("fashion_mnist", .detection), "")
    }

    func testArchivesAreToBeUnpacked() throws {
        let folder = NSTemporaryDirectory() + "sapool-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        XCTAssertEqual(complaint(folder), "")
        func touch(_ name: String) { _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil) }
        touch("Photos.ZIP")
        touch(".DS_Store")
        for name in ["\(folder)/Photos.ZIP", "wake-words:\(folder)/Photos.ZIP"] {
            XCTAssertEqual(
                complaint(name),
                "\(folder)/Photos.ZIP is an archive: unpack it first, and name the folder that comes out of it")
        }
        XCTAssertEqual(complaint(folder), "\(folder) holds nothing but Photos.ZIP, an archive: unpack it first")
        touch("more.tar.gz")
        XCTAssertEqual(
            complaint(folder, .detection),
            "\(folder) holds nothing but archives, such as Photos.ZIP: unpack them first")
        touch("labels.csv")
        XCTAssertEqual(complaint(folder), "")
    }
}
