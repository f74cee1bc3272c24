import Datasets
import Files
import Foundation
import Training

/// From images and a budget to firmware: looks at the data, chooses a network by training, trains it to the end, makes
/// int8 and firmware of it, and proves both.
///
/// ```swift
/// let options = FitOptions(data: "photos", budget: FitBudget(sram: 64 << 10, flash: 512 << 10))
/// let fit = try Fit(options, folder: FitFolder("fit"))
/// let summary = try fit.run(training: TrainerOptions(), shouldStop: { false }, report: { print($0) })
/// ```
///
/// It may be killed at any moment and started again: what is done is in the folder, and what a clock has decided is in
/// `schedule.json`.
public final class Fit {
    public let options: FitOptions
    public let folder: FitFolder
    /// A schedule to keep instead of one by the clock; nil for that.
    private let givenSchedule: String?

    /// A fit; nothing is made or read but a schedule that is given.
    ///
    /// - Throws: `FittingError` where the options cannot be.
    public init(_ options: FitOptions, folder: FitFolder, schedule: String? = nil) throws {
        try options.validate()
        guard !options.data.hasSuffix(".json") else {
            throw FittingError("\(options.data) is a list of images: name the folder of the images themselves")
        }
        try DataName.check(options.data, for: options.task ?? .classification)
        if let schedule { _ = try FitSchedule(contentsOf: schedule) }
        (self.options, self.folder, givenSchedule) = (options, folder, schedule)
    }

    /// Goes all the way, or on from where it was.
    ///
    /// - Parameters:
    ///   - shouldStop: asked after every step of a training; true ends it with a checkpoint.
    ///   - report: told what happens.
    /// - Returns: what came out; nil where `shouldStop` ended it earlier.
    /// - Throws: a sentence that says what cannot be and what to do.
    public func run(
        training options: TrainerOptions, shouldStop: @escaping () -> Bool, report: @escaping (FitEvent) -> Void
    ) throws -> FitSummary? {
        let training = RunTraining(options, answers: folder.teacherAnswers, shouldStop: shouldStop, report: report)
        return try inFolder { lock in
            try withExtendedLifetime(lock) {
                guard let plan = try plan(training, shouldStop, report) else { return nil }
                return try FitWork(self, plan, try FitJournal(folder, self.options), training, shouldStop, report).run()
            }
        }
    }

    /// The plan alone: that of the folder where there is one, else one that is made beside it and leaves nothing.
    ///
    /// - Throws: what `run` would throw before the plan stands.
    public func dryRun(
        training options: TrainerOptions, shouldStop: @escaping () -> Bool, report: @escaping (FitEvent) -> Void
    ) throws -> FitPlan? {
        _ = try checkFolder()
        let training = RunTraining(options, answers: folder.teacherAnswers, shouldStop: shouldStop, report: report)
        if folder.holdsSchedule {
            let journal = try FitJournal(folder, self.options)
            let plan = try plan(training, shouldStop, report)
            if let plan { try journal.check(plan) }
            return plan
        }
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("sapool-fit-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let fit = try Fit(self.options, folder: FitFolder(place.path), schedule: givenSchedule)
        try RunFolder(place.path).create()
        return try fit.plan(training, shouldStop, report)
    }

    /// Checks that the folder is a fit's, or may become one's.
    ///
    /// - Returns: what lies in it; nil where it is not there.
    private func checkFolder() throws -> [String]? {
        let path = folder.path
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            guard !FileManager.default.fileExists(atPath: path) else {
                throw FittingError("\(path) is no folder that can be read: choose another output folder")
            }
            return nil
        }
        guard names.isEmpty || folder.holdsFit else {
            throw FittingError("\(path) holds files and no fit: choose another output folder")
        }
        return names
    }

    /// Makes the folder, or checks whose it is. Where nothing was there and the plan cannot be, nothing stays.
    private func inFolder<Result>(_ body: (FolderLock) throws -> Result?) throws -> Result? {
        let path = folder.path
        AtomicFile.removeRemains(in: path)
        let before = try checkFolder()
        let isNew = (before ?? []).isEmpty
        try RunFolder(path).create()
        let lock = try FolderLock(path, work: "fits")
        do {
            if folder.holdsSchedule {
                _ = try FitJournal(folder, options)
            } else {
                // Without a schedule nothing is decided: whatever an earlier start has left is worked out anew. What tells that a fit is
                // here goes last, so that a kill leaves a folder that is known or empty.
                for file in [folder.timings, folder.survey, folder.images, folder.candidates, folder.state] {
                    try? FileManager.default.removeItem(atPath: file)
                }
                try FitJournal(folder, options).update { _ in }
            }
            return try body(lock)
        } catch {
            if isNew, !folder.holdsSchedule {
                for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
                    try? FileManager.default.removeItem(atPath: path + "/" + name)
                }
                if before == nil { try? FileManager.default.removeItem(atPath: path) }
            }
            throw error
        }
    }

    // MARK: - The plan

    /// What is going to be done; nil where it was asked to stop.
    package func plan(
        _ training: any FitTraining, _ shouldStop: () -> Bool, _ report: @escaping (FitEvent) -> Void
    ) throws -> FitPlan? {
        let began = ContinuousClock.now
        let data = DataPlace.absoluteName(options.data)
        report(.stage("looking at the images of \(options.data)", secondsLeft: nil))
        let isDetection = options.task == .detection
        let survey = try StoredValue.at(folder.survey, impossibility: \.impossibility) {
            try isDetection ? DataSurvey(boxesOf: data) : DataSurvey(data)
        }
        let division = try isDetection ? DataDivision(boxes: data, survey) : divided(data, survey)
        if !folder.holdsSchedule { for sentence in survey.sentences { report(.result(sentence)) } }
        let teacher = try TeacherSource(options, classNames: survey.classNames)
        if shouldStop() { return nil }
        func made(_ schedule: FitSchedule, _ considered: Int, _ fitting: Int) -> FitPlan {
            FitPlan(
                survey: survey, schedule: schedule, division: division,
                teacher: schedule.teacher == nil && !schedule.hasPretrained ? nil : teacher,
                considered: considered, fitting: fitting)
        }
        if folder.holdsSchedule || givenSchedule != nil {
            let schedule = try kept(teacher, classes: survey.classNames.count)
            let counts = try? JSONDecoder().decode(
                CandidateList.Counts.self, from: FileManager.default.contents(atPath: folder.candidates) ?? Data())
            let count = schedule.entries.count
            return made(schedule, counts?.considered ?? count, counts?.fitting ?? count)
        }
        report(.stage("looking for networks that keep to \(options.budget.text)", secondsLeft: nil))
        let list = try candidates(survey, teacher)
        report(.result("\(list.candidates.count) networks compete"))
        if shouldStop() { return nil }
        let timing = Timing(
            options: options, folder: folder, survey: survey, division: division,
            recipes: recipes(survey, division, teacher), training: training,
            report: report, began: began)
        let schedule = try timing.schedule(list)
        if shouldStop() { return nil }
        try schedule.write(to: folder.schedule)
        return made(schedule, list.considered, list.fitting)
    }

    /// The division that the folder has; where it has none, a new one, written first.
    private func divided(_ data: String, _ survey: DataSurvey) throws -> DataDivision {
        if FileManager.default.fileExists(atPath: folder.images) {
            return DataDivision(try DividedImages(contentsOf: folder.images))
        }
        let division = try DataDivision(data, survey, seed: options.seed)
        try division.list?.write(to: folder.images)
        return division
    }

    /// The schedule that is there, or is given.
    private func kept(_ teacher: TeacherSource?, classes: Int) throws -> FitSchedule {
        let path = folder.holdsSchedule ? folder.schedule : givenSchedule ?? folder.schedule
        let schedule = try FitSchedule(contentsOf: path)
        if folder.holdsSchedule, let givenSchedule, try FitSchedule(contentsOf: givenSchedule) != schedule {
            throw FittingError(
                "\(folder.path) keeps another schedule than \(givenSchedule): leave --schedule out, or choose another output folder"
            )
        }
        if schedule.teacher != nil, teacher == nil {
            throw FittingError(
                "\(path) has a teacher, and there is none to be had: run Scripts/weights, or give one with --teacher or --weights"
            )
        }
        if schedule.hasPretrained, teacher == nil {
            throw FittingError(
                "\(path) has networks that begin with weights, and there are none to be had: run Scripts/weights, or give them with --weights"
            )
        }
        for entry in schedule.entries {
            guard let excess = entry.candidate.excess(of: options.budget) else { continue }
            throw FittingError("\(path): \(entry.candidate.name) takes \(excess), more than \(options.budget.text)")
        }
        try check(schedule, teacher, classes, path)
        if !folder.holdsSchedule { try schedule.write(to: folder.schedule) }
        return schedule
    }

    /// That the teacher can be pruned as a schedule says.
    private func check(_ schedule: FitSchedule, _ teacher: TeacherSource?, _ classes: Int, _ path: String) throws {
        guard let teacher else { return }
        for entry in schedule.entries where entry.candidate.origin == .pruned {
            do {
                let recipe = try teacher.networkRecipe()
                _ = try PrunedTeacher.network(entry.candidate, recipe, classes: classes)
            } catch {
                throw FittingError("\(path): \(entry.candidate.name) cannot be made of the teacher: \(error)")
            }
        }
    }

    private func candidates(_ survey: DataSurvey, _ teacher: TeacherSource?) throws -> CandidateList {
        let channels = survey.isGrey ? 1 : 3
        let classes = survey.classNames.count
        return try StoredValue.at(folder.candidates) {
            if options.task == .detection {
                return try CandidateList(
                    detectorsFor: options.budget, survey, pretrained: try teacher?.backboneNotation())
            }
            var list = try CandidateList(
                options.budget, side: survey.medianSide, channels: channels, classes: classes)
            if let teacher {
                // A run whose network has a file of its own can be built at its own size alone: the others are passed over.
                let own = teacher.resolution.map { [$0] } ?? []
                let sides = Set(own + CandidateList.resolutions(side: survey.medianSide)).sorted()
                let pruned = PrunedTeacher.candidates(
                    try teacher.networkRecipe(), resolutions: sides, channels: teacher.channels, classes: classes,
                    options.budget)
                list.candidates += pruned.candidates
                list.smaller.merge(pruned.smaller) { _, new in new }
            }
            return list
        }
    }

    package func recipes(_ survey: DataSurvey, _ division: DataDivision, _ teacher: TeacherSource?) -> FitRecipes {
        FitRecipes(
            folder: folder, survey: survey, holdOut: division.holdOut, seed: options.seed, task: options.task,
            teacher: teacher)
    }
}
