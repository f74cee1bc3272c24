import XCTest

import Fitting

final class ScheduleArithmeticTests: XCTestCase {
    private func arithmetic(_ seconds: Double, teacher: FitSchedule.TeacherStage? = nil) -> ScheduleArithmetic {
        ScheduleArithmetic(
            seconds: seconds, spent: 0, finish: { _ in 0 }, training: 1000, validation: 100, teacher: teacher)
    }

    /// 0.01 s an image: an epoch of 1000 images takes 10 s, and 1 s for 100 images that are scored.
    private let pace = Pace(training: 0.01, scoring: 0.01, start: 0)

    func testRungsHalve() {
        XCTAssertEqual(ScheduleArithmetic.sizes(12), [12, 6, 3])
        XCTAssertEqual(ScheduleArithmetic.sizes(7), [7, 4, 2])
        XCTAssertEqual(ScheduleArithmetic.sizes(3), [3])
        XCTAssertEqual(ScheduleArithmetic.sizes(1), [])
    }

    func testPacesCountEpochs() {
        XCTAssertEqual(pace.epoch(training: 1000, scored: 100), 11, accuracy: 1e-9)
        XCTAssertEqual(Pace(training: 0.01, scoring: 0.01, start: 5).epochs(in: 27, training: 1000, scored: 100), 2)
        XCTAssertEqual(pace.epochs(in: 10.9, training: 1000, scored: 100), 0)
        XCTAssertEqual(pace.epochs(in: -1, training: 1000, scored: 100), 0)
    }

    func testFourNetworksOfOnePace() throws {
        // Of 1000 s 970 are used: 388 for two rungs, 194 each.
        let entries = (1...4).map { entry("n\($0)", pace) }
        let schedule = try arithmetic(1000).schedule(hours: 1000 / 3600.0, entries)
        XCTAssertEqual(schedule.rungs.map(\.entrants), [4, 2])
        // Rung 1: half of the images, 48.5 s each, 6 s an epoch. Rung 2: all of them, 97 s each, 11 s an epoch.
        XCTAssertEqual(schedule.rungs.map(\.images), [500, 1000])
        XCTAssertEqual(schedule.rungs.map { $0.epochs["n1"] }, [8, 8])
        XCTAssertEqual(schedule.rungs[0].seconds, 4 * 8 * 6, accuracy: 1e-9)
        XCTAssertEqual(schedule.rungs[1].seconds, 2 * 8 * 11, accuracy: 1e-9)
        // What is left: 970 - 192 - 176 = 602 s, 30 of them for training with int8's rounding: 52 epochs.
        XCTAssertEqual(schedule.final.seconds, 602, accuracy: 1e-9)
        XCTAssertEqual(schedule.final.epochs["n1"], 52)
        XCTAssertNil(schedule.teacher)
    }

    /// Of many images a rung shows fewer, rather than that a large network goes.
    func testALargeNetworkCompetesHoweverManyImagesThereAre() throws {
        func arithmetic(_ training: Int) -> ScheduleArithmetic {
            ScheduleArithmetic(
                seconds: 3600, spent: 0, finish: { _ in 0 }, training: training, validation: 100, teacher: nil)
        }
        let quick = Pace(training: 0.0001, scoring: 0.0001, start: 1)
        let slow = Pace(training: 0.001, scoring: 0.0001, start: 1)
        let entries = (1...11).map { entry("quick\($0)", quick) } + [entry("slow", slow)]
        // Rung 1 has 3492 · 0.4 / 3 / 12 = 38.8 s a network: six times (38.8 - 1) / 6 / 0.001 - 0.01 / 0.001 = 6290 images.
        let many = try arithmetic(60_000).schedule(hours: 1, entries)
        XCTAssertEqual(many.entries.count, 12)
        XCTAssertEqual(many.remarks, [])
        XCTAssertEqual(many.rungs[0].images, 6290)
        XCTAssertEqual(many.rungs[0].epochs["slow"], 6)
        XCTAssertGreaterThan(many.rungs[2].images, many.rungs[1].images)
        XCTAssertGreaterThanOrEqual(try XCTUnwrap(many.final.epochs["slow"]), 30)
        // What cannot see 4096 of them six times does not compete, and few images are as before.
        let tooSlow = Pace(training: 0.0016, scoring: 0.0001, start: 1)
        XCTAssertEqual(
            try arithmetic(60_000).schedule(hours: 1, entries.dropLast() + [entry("slow", tooSlow)]).entries.count, 11)
        XCTAssertEqual(try arithmetic(3000).schedule(hours: 1, entries).rungs.map(\.images), [750, 1500, 3000])
        // Times of nothing, and of forever, count no image beyond those there are.
        let free = Pace(training: 0, scoring: 0, start: 0)
        XCTAssertEqual(
            try arithmetic(60_000).schedule(hours: 1, (1...4).map { entry("n\($0)", free) }).rungs.map(\.images),
            [30_000, 60_000])
    }

    func testTheTimeIsKept() throws {
        let entries = (1...12).map { entry("n\($0)", Pace(training: 0.001 * Double($0), scoring: 0.001, start: 2)) }
        for seconds in [1500.0, 7200, 20000] {
            let schedule = try arithmetic(seconds).schedule(hours: seconds / 3600, entries)
            let paces = Dictionary(uniqueKeysWithValues: schedule.entries.map { ($0.candidate.name, $0.pace) })
            let rungs = schedule.rungs.reduce(0) { $0 + $1.seconds }
            for (name, epochs) in schedule.final.epochs where epochs < ScheduleArithmetic.mostEpochs {
                let pace = try XCTUnwrap(paces[name])
                let whole = rungs + pace.seconds(epochs: epochs, training: 1000, scored: 100)
                XCTAssertLessThan(whole, seconds * 1.05, name)
                XCTAssertGreaterThan(whole, seconds * 0.85, name)
            }
        }
    }

    func testATeacherTakesThreeTenthsAndATenthToBeAsked() throws {
        let slow = Pace(training: 0.02, scoring: 0.01, start: 0)
        let stage = FitSchedule.TeacherStage(resolution: 96, epochs: 1, pace: slow)
        let schedule = try self.arithmetic(1000, teacher: stage).schedule(hours: 1, [entry("n1", pace)])
        // Three tenths of 970 s, 21 s an epoch; a tenth, 10 s a crop.
        XCTAssertEqual(schedule.teacher?.epochs, 13)
        XCTAssertEqual(schedule.teacher?.crops, 9)
        XCTAssertEqual(schedule.teacherSeconds(training: 1000, scored: 100), 13 * 21 + 90, accuracy: 1e-9)
        // 970 - 363 = 607 s, 30 of them for int8; 11 s an epoch, as the teacher has said all that it has to say.
        XCTAssertEqual(schedule.final.epochs["n1"], 52)
        XCTAssertTrue(schedule.rungs.isEmpty)

        // Where there is hardly time, four crops all the same; where there is memory for two, two.
        var arithmetic = self.arithmetic(300, teacher: stage)
        XCTAssertEqual(try arithmetic.schedule(hours: 1, [entry("n1", pace)]).teacher?.crops, 4)
        arithmetic.mostCrops = 2
        XCTAssertEqual(try arithmetic.schedule(hours: 1, [entry("n1", pace)]).teacher?.crops, 2)
        arithmetic.mostCrops = 0
        let speechless = try arithmetic.schedule(hours: 1, [entry("n1", pace)])
        XCTAssertNil(speechless.teacher)
        XCTAssertEqual(
            speechless.remarks, ["no teacher: its answers on so many images in so many classes take too much memory"])

        // One that is trained is only asked.
        let trained = FitSchedule.TeacherStage(resolution: 96, epochs: 0, pace: slow)
        let asked = try self.arithmetic(1000, teacher: trained).schedule(hours: 1, [entry("n1", pace)])
        XCTAssertEqual(asked.teacher?.epochs, 0)
        XCTAssertEqual(asked.teacherSeconds(training: 1000, scored: 100), 90, accuracy: 1e-9)

        let tooSlow = FitSchedule.TeacherStage(
            resolution: 96, epochs: 1, pace: Pace(training: 1, scoring: 0.5, start: 0))
        let alone = try self.arithmetic(1000, teacher: tooSlow).schedule(
            hours: 1, [entry("n1", pace), entry("p", pace, .pruned)])
        XCTAssertNil(alone.teacher)
        XCTAssertEqual(alone.entries.map(\.candidate.name), ["n1"])
        XCTAssertEqual(alone.remarks, ["no teacher: an epoch of it takes more than three tenths of the time"])
    }

    func testTheSlowestGoWhereTimeIsShort() throws {
        let slow = Pace(training: 0.1, scoring: 0.1, start: 0)
        let schedule = try arithmetic(600).schedule(
            hours: 1, [entry("slow", slow), entry("a", pace), entry("b", pace)])
        XCTAssertEqual(schedule.entries.map(\.candidate.name), ["a", "b"])
        XCTAssertEqual(schedule.remarks.count, 1)
    }

    /// Weights that have learned already show what they are worth in a third of the epochs.
    func testAPrunedTeacherMayBeSlower() throws {
        let teacher = FitSchedule.TeacherStage(resolution: 16, epochs: 0, pace: Pace(training: 0, scoring: 0, start: 0))
        let quick = Pace(training: 0.001, scoring: 0.001, start: 0)
        // 485 s, of which 194 are for two rungs: 24 s each for four networks on the first, of 500 images.
        func schedule(_ training: Double, _ origin: FitCandidate.Origin) throws -> FitSchedule {
            let slow = entry("slow", Pace(training: training, scoring: 0.001, start: 0), origin)
            return try arithmetic(500, teacher: teacher).schedule(
                hours: 1, [slow] + ["a", "b", "c"].map { entry($0, quick) })
        }
        XCTAssertEqual(try schedule(0.02, .searched).entries.map(\.candidate.name), ["a", "b", "c"])
        let kept = try schedule(0.02, .pruned)
        XCTAssertEqual(kept.entries.map(\.candidate.name), ["slow", "a", "b", "c"])
        XCTAssertEqual(kept.rungs.first?.epochs["slow"], 2)
        XCTAssertEqual(try schedule(0.03, .pruned).entries.map(\.candidate.name), ["a", "b", "c"])
    }

    func testWhatIsAffordable() {
        // 970 s: 388 for two rungs, 48.5 s each for four networks, 500 images on the first; six epochs of at most 8 s.
        let arithmetic = self.arithmetic(1000)
        XCTAssertTrue(arithmetic.isAffordable(entry("n", Pace(training: 0.014, scoring: 0.01, start: 0)), among: 4))
        XCTAssertFalse(arithmetic.isAffordable(entry("n", Pace(training: 0.0145, scoring: 0.01, start: 1)), among: 4))
        XCTAssertTrue(
            arithmetic.isAffordable(entry("p", Pace(training: 0.04, scoring: 0.01, start: 0), .pruned), among: 4))
        XCTAssertTrue(arithmetic.isAffordable(entry("n", Pace(training: 9, scoring: 9, start: 9)), among: 1))
    }

    /// Of six from scratch the slowest goes where a part of the teacher needs the time; of four none does.
    func testNetworksFromScratchMakeRoomForTheTeacher() throws {
        let teacher = FitSchedule.TeacherStage(resolution: 16, epochs: 0, pace: Pace(training: 0, scoring: 0, start: 0))
        // 970 s, of which 388 are for rungs of all 1000 images: 18 s each for seven networks, 32 for six, 39 for five.
        var arithmetic = arithmetic(1000, teacher: teacher)
        arithmetic.leastImages = 1000
        func names(_ count: Int, _ training: Double) throws -> [String] {
            let others = (1...count).map { entry("n\($0)", Pace(training: 0.0001 * Double($0), scoring: 0, start: 0)) }
            let slow = entry("part", Pace(training: training, scoring: 0, start: 0), .pruned)
            return try arithmetic.schedule(hours: 1, others + [slow]).entries.map(\.candidate.name)
        }
        XCTAssertEqual(try names(6, 0.009), ["n1", "n2", "n3", "n4", "n5", "n6", "part"])
        XCTAssertEqual(try names(6, 0.015), ["n1", "n2", "n3", "n4", "n5", "part"])
        XCTAssertEqual(try names(5, 0.03), ["n1", "n2", "n3", "n4"])
    }

    /// What the end would take of networks that do not compete is no time lost.
    func testTheEndIsThatOfNetworksThatCompete() throws {
        var arithmetic = arithmetic(1000)
        arithmetic.finish = { entries in entries.contains { $0.candidate.name == "large" } ? 990 : 100 }
        let schedule = try arithmetic.schedule(
            hours: 1, [entry("a", pace), entry("large", pace), entry("b", pace)])
        XCTAssertEqual(schedule.entries.map(\.candidate.name), ["a", "b"])
        XCTAssertEqual(schedule.finishSeconds, 100)
    }

    func testTooShortForOneTraining() throws {
        XCTAssertThrowsError(try arithmetic(8).schedule(hours: 0.002, [entry("n1", pace)])) { error in
            XCTAssertTrue(
                "\(error)".hasPrefix(
                    "--hours 0.002 is too short for one training: an epoch of n1 alone takes 11 s here; give "),
                "\(error)")
        }
    }
}
