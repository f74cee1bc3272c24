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
