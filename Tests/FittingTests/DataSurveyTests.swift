import Datasets
import Foundation
import XCTest

import Fitting

final class DataSurveyTests: FolderTestCase {
    private var data: String { "\(folder)/photos" }

    func testCountsAndFindsWhatIsBrokenOrThereTwice() throws {
        try makePhotos(["train": ["left": 12, "right": 10], "test": ["left": 4, "right": 4]])
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: "\(data)/train/left/0.png"))
        // A test image that is trained on too, under the other class.
        try FileManager.default.removeItem(atPath: "\(data)/train/right/1.png")
        try FileManager.default.copyItem(atPath: "\(data)/test/left/1.png", toPath: "\(data)/train/right/1.png")
        let survey = try DataSurvey(data)
        XCTAssertEqual(survey.classNames, ["left", "right"])
        XCTAssertEqual(survey.parts.map(\.counts), [[12, 10], [4, 4]])
        XCTAssertEqual(survey.count, 30)
        XCTAssertEqual([survey.smallestSide, survey.medianSide, survey.largestSide], [16, 16, 16])
        XCTAssertFalse(survey.isGrey)
        XCTAssertFalse(survey.isInMemory)
        XCTAssertEqual(survey.imbalance, 1.2, accuracy: 1e-12)
        XCTAssertEqual(survey.leftOut.map(\.name), ["train/left/0.png", "train/right/1.png"])
        XCTAssertEqual(survey.leftOut[1].reason, "the same bytes as test/left/1.png, which is labelled left")

        // Neither is anywhere in the division, and no image is in two parts.
        let list = try XCTUnwrap(DataDivision(data, survey, seed: 1).list)
        let parts = Split.allCases.map { list[$0]?.images ?? [] }
        XCTAssertEqual(parts.map(\.count), [18, 2, 8])
        XCTAssertEqual(Set(parts.joined()).count, 28)
        XCTAssertFalse(parts.joined().contains("train/left/0.png") || parts.joined().contains("train/right/1.png"))
    }

    func testDividesFoldersOfClasses() throws {
        try makePhotos(["": ["left": 50, "right": 20]], isGrey: true)
        let survey = try DataSurvey(data)
        XCTAssertTrue(survey.isGrey)
        let usable = 70 - survey.leftOut.count
        let list = try XCTUnwrap(DataDivision(data, survey, seed: 1).list)
        let counts = Split.allCases.map { list[$0]?.images.count ?? 0 }
        XCTAssertEqual(counts.reduce(0, +), usable)
        XCTAssertEqual(try DataDivision(data, survey, seed: 1).list, list)
        XCTAssertNotEqual(try DataDivision(data, survey, seed: 2).list, list)

        // The list is a data set like any other.
        try list.write(to: "\(folder)/images.json")
        XCTAssertEqual(try DatasetCatalog.availableSplits("\(folder)/images.json"), [.train, .validation, .test])
        let test = try DatasetCatalog.open("\(folder)/images.json", split: .test)
        XCTAssertEqual(test.count, counts[2])
        XCTAssertEqual(test.classNames, ["left", "right"])
        try FileManager.default.removeItem(atPath: test.location(of: 0))
        XCTAssertThrowsError(try DatasetCatalog.open("\(folder)/images.json", split: .test))
    }

    func testTooFewImages() throws {
        try makePhotos(["train": ["left": 20, "right": 3], "test": ["left": 4, "right": 2]])
        XCTAssertThrowsError(try DataDivision(data, try DataSurvey(data), seed: 1)) { error in
            XCTAssertEqual(
                "\(error)",
                "class right of \(data) has 5 images that can be used: 8 at least are needed to train on some and score others; add some, or "
                    + "remove the class")
        }
    }

    func testAListIsRead() throws {
        for (text, what) in [
            ("[]", "is no list of images"), ("{\"format\": \"sapool-division\"}", "is no list of images"),
            (
                "{\"format\": \"sapool-division\", \"version\": 1, \"data\": \"x.json\", \"parts\": {}}",
                "lists images of another list"
            ),
        ] {
            try text.write(toFile: "\(folder)/l.json", atomically: true, encoding: .utf8)
            XCTAssertThrowsError(try DatasetCatalog.availableSplits("\(folder)/l.json")) { error in
                XCTAssertTrue("\(error)".contains(what), "\(error)")
            }
        }
    }
}
