import Training
import XCTest

import Fitting

final class TimingTests: FolderTestCase {
    private func network(_ channels: Int) -> String { "plain-cnn(channels=\(channels)-8)" }

    /// Two networks compete, and smaller ones of the first one's kind may take its place.
    private func schedule(_ training: FakeTraining, hours: Double = 0.1) throws -> FitSchedule {
        try makePhotos(["train": ["left": 60, "right": 60], "test": ["left": 4, "right": 4]])
        let fit = FitFolder("\(folder)/fit")
        try RunFolder(fit.path).create()
        let survey = try DataSurvey("\(folder)/photos")
        let division = try DataDivision("\(folder)/photos", survey, seed: 1)
        try division.list?.write(to: fit.images)
        var options = FitOptions(data: "\(folder)/photos", budget: FitBudget(sram: 1 << 16, flash: 1 << 18))
        (options.hours, options.goesAlone) = (hours, true)
        func member(_ name: String, _ channels: Int) -> FitCandidate {
            var one = candidate(name, channels: channels)
            one.multiplyAccumulates = 1000 * channels
            return one
        }
        var list = try CandidateList(options.budget, side: 16, channels: 3, classes: 2)
        list.candidates = [member("01-a", 16), member("02-b", 5)]
        list.smaller = ["01-a": [member("01-a-8", 8), member("01-a-6", 6), member("01-a-4", 4), member("01-a-2", 2)]]
        let timing = Timing(
            options: options, folder: fit, survey: survey, division: division,
            recipes: FitRecipes(folder: fit, survey: survey, holdOut: 0, seed: 1, task: nil, teacher: nil),
            training: training, report: { _ in }, began: .now)
        let schedule = try timing.schedule(list)
        try schedule.write(to: fit.schedule)
        XCTAssertEqual(try FitSchedule(contentsOf: fit.schedule), schedule)
        return schedule
    }

    private func names(_ schedule: FitSchedule) -> [String] { schedule.entries.map(\.candidate.name) }

    func testASlowOneSendsTheLargestThatIsQuickEnough() throws {
        let training = FakeTraining(root: folder)
        // Of 0.1 hours each has some 50 s on the one rung: six epochs of 108 images, at most 0.07 s an image.
        training.paces = [
            network(16): Pace(training: 0.12, scoring: 0.01, start: 0),
            network(8): Pace(training: 0.1, scoring: 0.01, start: 0),
            network(6): Pace(training: 0.01, scoring: 0.01, start: 0),
            network(4): Pace(training: 0.04, scoring: 0.01, start: 0),
        ]
        let schedule = try schedule(training)
        // By its work the one of 8 channels was likely to be quick enough, and was not.
        XCTAssertEqual(Array(training.timed.prefix(3)), ["01-a", "01-a-8", "01-a-6"])
        XCTAssertEqual(names(schedule), ["01-a-6", "02-b"])
        XCTAssertEqual(schedule.remarks, [])
    }

    func testAQuickOneStays() throws {
        let training = FakeTraining(root: folder)
        XCTAssertEqual(names(try schedule(training)), ["01-a", "02-b"])
        XCTAssertEqual(training.timed, ["01-a", "02-b"])
    }

    func testWhereNoneIsQuickEnoughNothingIsTimedInVain() throws {
        let training = FakeTraining(root: folder)
        training.paces[network(16)] = Pace(training: 10, scoring: 0.01, start: 0)
        let schedule = try schedule(training)
        XCTAssertEqual(training.timed, ["01-a", "02-b"])
        XCTAssertEqual(names(schedule), ["02-b"])
        XCTAssertEqual(schedule.remarks, ["1 of the slowest networks do not compete: the time is too short for them"])
    }
}
