import Foundation
import XCTest

import Fitting

final class FitScheduleTests: FolderTestCase {
    private func schedule(rungs: [FitSchedule.Rung] = [], names: [String] = ["a"]) -> FitSchedule {
        let epochs = Dictionary(uniqueKeysWithValues: names.map { ($0, 3) })
        return FitSchedule(
            hours: 0.1, timingSeconds: 1.25, teacher: nil,
            entries: names.map { entry($0, Pace(training: 0.1, scoring: 1.0 / 3, start: 0)) }, rungs: rungs,
            final: FitSchedule.Final(epochs: epochs, quantizationEpochs: 1, seconds: 9), finishSeconds: 2,
            remarks: ["x"])
    }

    func testIsReadAsItWasWritten() throws {
        let path = "\(folder)/schedule.json"
        let rung = FitSchedule.Rung(entrants: 2, images: 10, epochs: ["a": 1, "b": 2], seconds: 3)
        let written = schedule(rungs: [rung], names: ["a", "b"])
        try written.write(to: path)
        XCTAssertEqual(try FitSchedule(contentsOf: path), written)
        XCTAssertTrue(try String(contentsOfFile: path, encoding: .utf8).contains("\"sram_bytes\""))
    }

    /// Without a teacher version 1 says the same; with one its times are others.
    func testEarlierSchedulesAreReadWhereTheySayTheSame() throws {
        let path = "\(folder)/schedule.json"
        try schedule().write(to: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        XCTAssertTrue(text.contains("\"version\" : 2"), text)
        let earlier = text.replacingOccurrences(of: "\"version\" : 2", with: "\"version\" : 1")
        try earlier.write(toFile: path, atomically: true, encoding: .utf8)
        XCTAssertEqual(try FitSchedule(contentsOf: path), schedule())
        for (version, words) in [(1, "version 1 and a teacher"), (3, "version 3")] {
            let teacher = "\"teacher\" : {\"epochs\" : 1, \"resolution\" : 96}, \"version\" : \(version)"
            try text.replacingOccurrences(of: "\"version\" : 2", with: teacher)
                .write(toFile: path, atomically: true, encoding: .utf8)
            XCTAssertThrowsError(try FitSchedule(contentsOf: path)) { error in
                XCTAssertEqual(
                    "\(error)",
                    "\(path) has \(words), this sapool reads 2: leave --schedule out, and choose another output folder")
            }
        }
    }

    func testWhatCannotBeKeptIsRefused() throws {
        let path = "\(folder)/schedule.json"
        func refusal(_ schedule: FitSchedule) throws -> String {
            try schedule.write(to: path)
            do {
                _ = try FitSchedule(contentsOf: path)
                return ""
            } catch {
                return "\(error)"
            }
        }
        XCTAssertEqual(try refusal(schedule()), "")
        XCTAssertTrue(try refusal(schedule(names: ["a", "../b"])).contains("an entry's name is a folder's"))
        XCTAssertTrue(try refusal(schedule(names: ["a", "b"])).contains("without rungs there can be one entry only"))
        let long = FitSchedule.Rung(entrants: 2, images: 10, epochs: ["a": 0, "b": 1], seconds: 3)
        XCTAssertTrue(
            try refusal(schedule(rungs: [long], names: ["a", "b"])).contains("rung 1 needs epochs for every entry"))
        let few = FitSchedule.Rung(entrants: 1, images: 10, epochs: ["a": 1, "b": 1], seconds: 3)
        XCTAssertTrue(try refusal(schedule(rungs: [few], names: ["a", "b"])).contains("rung 1 is of all entries"))
        var impossible = schedule()
        impossible.entries[0].candidate.instructions = .min
        XCTAssertTrue(try refusal(impossible).contains("an entry's sizes or times are out of range"))
        impossible = schedule()
        impossible.finishSeconds = -1
        XCTAssertTrue(try refusal(impossible).contains("its times are out of range"))
        try "[1]".write(toFile: path, atomically: true, encoding: .utf8)
        XCTAssertThrowsError(try FitSchedule(contentsOf: path)) { error in
            XCTAssertEqual(
                "\(error)",
                "\(path) is no schedule of a fit: name the schedule.json that sapool fit has written")
        }
        XCTAssertThrowsError(try FitSchedule(contentsOf: "\(folder)/none"))
    }
}
