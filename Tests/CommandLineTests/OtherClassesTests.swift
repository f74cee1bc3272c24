import Foundation
import XCTest

/// Data with other classes than a run's: the message names those that differ, however many are the same.
final class OtherClassesTests: CommandLineTestCase {
    private func copy(_ name: String, to other: String) throws {
        try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(folder)/\(other)")
    }

    func testTheClassesThatDifferAreNamed() throws {
        try makePhotos(train: 4, test: 2)
        for split in ["train", "test"] {
            for name in ["a", "b", "c", "d", "e", "umbrella"] {
                try copy("photos/\(split)/left", to: "photos/\(split)/\(name)")
            }
        }
        let trained = try sapool(
            "train", "--network", "plain-cnn(channels=4)", "--data", "photos", "--resolution", "16", "--epochs", "1",
            "--batch-size", "4", "--threads", "1", "--output", "run")
        XCTAssertEqual(trained.status, 0, trained.errors)
        try copy("photos/test", to: "others")
        try FileManager.default.removeItem(atPath: "\(folder)/others/umbrella")
        let start = "Error: others has other classes than run was trained on: "
        XCTAssertEqual(message(try sapool("evaluate", "run", "--data", "others")), start + "it lacks \"umbrella\"")
        try copy("others/a", to: "others/sofa")
        XCTAssertEqual(
            message(try sapool("quantize", "run", "--data", "others", "--images", "8")),
            start + "it lacks \"umbrella\", and has \"sofa\" besides")
        try copy("others/a", to: "others/umbrella")
        XCTAssertEqual(
            message(try sapool("predict", "run", "--data", "others")), start + "it has \"sofa\" besides")
    }
}
