import Foundation
import XCTest

import Fitting

final class BoxSurveyTests: FolderTestCase {
    func testObjectsDecideTheAnchors() throws {
        let data = "\(folder)/cells"
        for name in ["Annotations", "ImageSets/Main", "JPEGImages"] {
            try FileManager.default.createDirectory(atPath: "\(data)/\(name)", withIntermediateDirectories: true)
        }
        let names = (0..<10).map { "\($0)" }
        for name in names {
            try Data().write(to: URL(fileURLWithPath: "\(data)/JPEGImages/\(name).jpg"))
            // A quarter of the image's side.
            try """
            <annotation><filename>\(name).jpg</filename><size><width>160</width><height>160</height><depth>3</depth></size>
            <object><name>cell</name><bndbox><xmin>21</xmin><ymin>21</ymin><xmax>60</xmax><ymax>60</ymax></bndbox></object>
            </annotation>
            """.write(toFile: "\(data)/Annotations/\(name).xml", atomically: true, encoding: .utf8)
        }
        for (split, part) in [("train", names[..<8]), ("test", names[8...])] {
            try part.joined(separator: "\n").write(
                toFile: "\(data)/ImageSets/Main/\(split).txt", atomically: true, encoding: .utf8)
        }
        let survey = try DataSurvey(boxesOf: data)
        XCTAssertEqual(survey.classNames, ["cell"])
        XCTAssertEqual(survey.parts.map(\.images), [8, 2])
        XCTAssertEqual(survey.count, 10)
        XCTAssertEqual(survey.medianSide, 160)
        for (scale, expected) in zip(survey.anchorScales, [0.25, 0.27, 0.29, 0.31, 0.33]) {
            XCTAssertEqual(scale, expected, accuracy: 0.01)
        }
        // Without a validation split some of the training images are held out to choose by; the figures are of the test split.
        let division = try DataDivision(boxes: data, survey)
        XCTAssertEqual(division.holdOut, DataDivision.validationShare)
        XCTAssertEqual([division.count(.train), division.count(.validation), division.count(.test)], [7, 1, 2])
        XCTAssertEqual(division.figures, .test)
        XCTAssertEqual(division.data(FitFolder("fit")), data)
        XCTAssertNil(try division.few(training: 2, seed: 1))

        // Networks that begin with weights compete as well, without a backbone's last stages where these do not fit.
        let budget = FitBudget(sram: 256 << 10, flash: 1 << 20)
        let list = try CandidateList(detectorsFor: budget, survey, pretrained: "efficientnet-lite0")
        let pretrained = list.candidates.filter { $0.origin == .pretrained }
        XCTAssertFalse(pretrained.isEmpty)
        for one in pretrained {
            XCTAssertTrue(
                one.network.contains("backbone=efficientnet-lite0, first-stride=8, last-stride=16"), one.network)
            XCTAssertTrue(one.title.hasSuffix(", pretrained"), one.title)
        }
        XCTAssertTrue(list.candidates.contains { $0.origin == .searched })
        XCTAssertEqual(Set(list.candidates.map(\.name)).count, list.candidates.count)
        let without = try CandidateList(detectorsFor: budget, survey, pretrained: nil)
        XCTAssertFalse(without.candidates.contains { $0.origin == .pretrained })

        // An image that is asked for at the very end is missed at the beginning.
        try FileManager.default.removeItem(atPath: "\(data)/JPEGImages/9.jpg")
        XCTAssertThrowsError(try DataSurvey(boxesOf: data)) {
            XCTAssertTrue("\($0)".contains("names 1 image that is not there"), "\($0)")
            XCTAssertTrue("\($0)".contains("9.jpg"), "\($0)")
        }
    }
}
