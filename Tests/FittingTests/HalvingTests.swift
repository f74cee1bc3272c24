import Datasets
import Foundation
import Training
import XCTest

import Fitting

final class HalvingTests: FolderTestCase {
    private let scores = [
        "rungs/1/a": 0.5, "rungs/1/b": 0.7, "rungs/1/c": 0.6, "rungs/1/d": 0.65, "rungs/2/b": 0.8, "rungs/2/d": 0.9,
    ]

    /// Four networks, two rungs: the first of a few images.
    private func halving(_ training: FakeTraining, _ report: @escaping (FitEvent) -> Void = { _ in }) throws -> Halving
    {
        let fit = FitFolder("\(folder)/fit")
        try RunFolder(fit.path).create()
        let survey = try DataSurvey("\(folder)/photos")
        let division = try DataDivision("\(folder)/photos", survey, seed: 1)
        try division.list?.write(to: fit.images)
        let names = ["a", "b", "c", "d"]
        let epochs = Dictionary(uniqueKeysWithValues: names.map { ($0, 2) })
        let schedule = FitSchedule(
            hours: 1, timingSeconds: 0, teacher: nil,
            entries: names.map { entry($0, Pace(training: 1, scoring: 1, start: 0)) },
            rungs: [
                FitSchedule.Rung(entrants: 4, images: 8, epochs: epochs, seconds: 40),
                FitSchedule.Rung(entrants: 2, images: 1000, epochs: epochs, seconds: 40),
            ], final: FitSchedule.Final(epochs: epochs, quantizationEpochs: 1, seconds: 100), finishSeconds: 1,
            remarks: [])
        let options = FitOptions(data: "\(folder)/photos", budget: FitBudget(sram: 1 << 16, flash: 1 << 18))
        return Halving(
            schedule: schedule, division: division, folder: fit,
            recipes: FitRecipes(folder: fit, survey: survey, holdOut: 0, seed: 1, task: nil, teacher: nil),
            journal: try FitJournal(fit, options), training: training, report: report, secondsBehind: 101)
    }

    func testTheBetterHalfGoesOn() throws {
        try makePhotos(["train": ["left": 20, "right": 20], "test": ["left": 4, "right": 4]])
        let training = FakeTraining(root: "\(folder)/fit")
        training.scores = scores
        var left: [Double] = []
        let winner = try halving(training) { event in
            if case .stage(_, let seconds?) = event { left.append(seconds) }
        }.run()
        XCTAssertEqual(winner, "d")
        XCTAssertEqual(
            training.calls, ["rungs/1/a", "rungs/1/b", "rungs/1/c", "rungs/1/d", "rungs/2/b", "rungs/2/d"])
        XCTAssertEqual(left, [181, 171, 161, 151, 141, 121])
        // Few images first, then all of them; each goes on from its own weights.
        XCTAssertEqual(training.recipes[0].data, "\(folder)/fit/rungs/1/images.json")
        XCTAssertNil(training.recipes[0].weights)
        XCTAssertEqual(training.recipes[4].data, "\(folder)/fit/images.json")
        XCTAssertEqual(training.recipes[4].weights, "\(folder)/fit/rungs/1/b/model.safetensors")
        let few = try DatasetCatalog.open("\(folder)/fit/rungs/1/images.json", split: .train)
        XCTAssertEqual(few.classCounts(), [4, 4])
        let all = try DatasetCatalog.open("\(folder)/fit/images.json", split: .train)
        XCTAssertEqual(all.classCounts(), [18, 18])
    }

    func testALossThatIsNoNumberTakesItsNetworkOutAlone() throws {
        try makePhotos(["train": ["left": 20, "right": 20], "test": ["left": 4, "right": 4]])
        let training = FakeTraining(root: "\(folder)/fit")
        training.scores = scores
        training.scores["rungs/2/c"] = 0.7
        // The best of the first rung, and the best of the second.
        training.diverging = ["rungs/1/b", "rungs/2/d"]
        var said: [String] = []
        let rungs = try halving(training) { event in if case .result(let text) = event { said.append(text) } }
        XCTAssertEqual(try rungs.run(), "c")
        XCTAssertEqual(training.calls.suffix(2), ["rungs/2/d", "rungs/2/c"])
        XCTAssertTrue(said.contains("b is out: the loss is nan at step 1"), "\(said)")
        try rungs.journal.update { $0.winner = "c" }
        XCTAssertEqual(
            FitSummary.rows(rungs.schedule, rungs.journal.state).map { "\($0.name): \($0.verdict)" },
            ["c: wins", "d: loss ran away on rung 2", "a: left on rung 1", "b: loss ran away on rung 1"])

        try FileManager.default.removeItem(atPath: "\(folder)/fit")
        training.diverging = ["rungs/1/a", "rungs/1/b", "rungs/1/c", "rungs/1/d"]
        XCTAssertThrowsError(try halving(training).run()) { error in
            XCTAssertTrue("\(error)".hasPrefix("the loss of every network on rung 1 became no number: "), "\(error)")
        }
    }

    func testEqualScoresGoByCost() throws {
        let (small, large) = (candidate("large-name", channels: 4), candidate("a", channels: 8))
        let candidates = ["large-name": small, "a": large]
        XCTAssertLessThan(small.multiplyAccumulates, large.multiplyAccumulates)
        XCTAssertEqual(Halving.best(1, of: ["large-name": 0.5, "a": 0.5], candidates), ["large-name"])
        XCTAssertEqual(Halving.best(1, of: ["large-name": 0.5, "a": 0.51], candidates), ["a"])
        XCTAssertEqual(Halving.best(2, of: ["large-name": 0.5, "a": 0.51], candidates), ["a", "large-name"])
    }

    func testKilledAtAnyTrainingItEndsWithTheSame() throws {
        try makePhotos(["train": ["left": 20, "right": 20], "test": ["left": 4, "right": 4]])
        for kill in 0..<6 {
            let training = FakeTraining(root: "\(folder)/fit")
            training.scores = scores
            training.failsAt = kill
            XCTAssertThrowsError(try halving(training).run())
            // What a rung came to is written once all of it is there.
            let state = try? JSONDecoder().decode(
                FitState.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/fit/state.json")))
            XCTAssertEqual(state?.rungs.count ?? 0, kill / 4, "\(kill)")
            XCTAssertEqual(try halving(training).run(), "d", "\(kill)")
            XCTAssertEqual(training.calls.last, "rungs/2/d")
            try FileManager.default.removeItem(atPath: "\(folder)/fit")
        }
    }

    func testAJournalIsOfItsOptions() throws {
        let fit = FitFolder(folder)
        var options = FitOptions(data: "photos", budget: FitBudget(sram: 1 << 16, flash: 1 << 18))
        try FitJournal(fit, options).update { $0.winner = "a" }
        XCTAssertEqual(try FitJournal(fit, options).state.winner, "a")
        options.hours = 2
        XCTAssertThrowsError(try FitJournal(fit, options)) { error in
            XCTAssertEqual(
                "\(error)",
                "\(folder) is a fit with other options: --hours was 1.0 and is now 2.0; go on with the same, or choose another output folder"
            )
        }
        try "{".write(toFile: fit.state, atomically: true, encoding: .utf8)
        XCTAssertThrowsError(try FitJournal(fit, options))
    }
}
