import Datasets
import Files
import Foundation
import Reporting
import Training

/// The work of a fit once its schedule stands: teacher, rungs, the winner, int8, firmware, the report. Each step is
/// done once; what is done is told by runs' folders and the journal.
package struct FitWork {
    private let fit: Fit
    private let plan: FitPlan
    private let journal: FitJournal
    private let training: any FitTraining
    private let shouldStop: () -> Bool
    private let report: (FitEvent) -> Void
    private let recipes: FitRecipes

    package init(
        _ fit: Fit, _ plan: FitPlan, _ journal: FitJournal, _ training: any FitTraining,
        _ shouldStop: @escaping () -> Bool, _ report: @escaping (FitEvent) -> Void
    ) {
        (self.fit, self.plan, self.journal, self.training) = (fit, plan, journal, training)
        (self.shouldStop, self.report) = (shouldStop, report)
        recipes = fit.recipes(plan.survey, plan.division, plan.teacher)
    }

    private var folder: FitFolder { fit.folder }
    private var schedule: FitSchedule { plan.schedule }

    /// All that is not done yet.
    ///
    /// - Returns: nil where it was asked to stop.
    /// - Throws: `FittingError` where the journal is damaged; whatever a step of the work throws.
    package func run() throws -> FitSummary? {
        try journal.check(plan)
        guard try teach(), !shouldStop() else { return nil }
        let behind = schedule.final.seconds + schedule.finishSeconds
        if journal.state.winner == nil {
            let halving = Halving(
                schedule: schedule, division: plan.division, folder: folder, recipes: recipes, journal: journal,
                training: training, report: report, secondsBehind: behind)
            guard let winner = try halving.run() else { return nil }
            try journal.update { $0.winner = winner }
        }
        guard let entry = schedule.entries.first(where: { $0.candidate.name == journal.state.winner }) else {
            throw FittingError(
                "\(folder.path) has a winner that its schedule does not name: begin anew in another output folder")
        }
        guard try trainToTheEnd(entry.candidate, behind), !shouldStop() else { return nil }
        // Nobody asks any more.
        try? FileManager.default.removeItem(atPath: folder.teacherAnswers)
        if journal.state.teacherFigures == nil, schedule.teacher != nil, let teacher = plan.teacher {
            report(.stage("scoring the teacher", secondsLeft: schedule.finishSeconds))
            let accuracy = try TeacherFigures(
                teacher: teacher.run(folder), data: plan.division.data(folder), figures: plan.division.figures
            ).accuracy()
            try journal.update { $0.teacherFigures = accuracy }
        }
        if journal.state.quantized == nil {
            report(.stage("making int8 of \(entry.candidate.name)", secondsLeft: schedule.finishSeconds))
            let scores = try WinnerQuantization(
                run: folder.run, figures: plan.division.figures, epochs: schedule.final.quantizationEpochs,
                report: report
            ).scores()
            try journal.update { $0.quantized = scores }
        }
        if shouldStop() { return nil }
        if journal.state.device == nil {
            report(.stage("writing firmware, and running it", secondsLeft: schedule.finishSeconds / 2))
            let figures = try DeviceCheck(
                folder: folder, part: plan.division.figures, budget: fit.options.budget,
                instructions: entry.candidate.instructions, cycles: entry.candidate.estimatedCycles,
                emulates: fit.options.emulates, report: report
            ).figures()
            try journal.update { $0.device = figures }
        }
        return try summarize(entry.candidate)
    }

    /// Trains the teacher, and prunes it to the candidates that are made of it. Returns false where it was asked to
    /// stop.
    private func teach() throws -> Bool {
        guard let stage = schedule.teacher, let teacher = plan.teacher else { return true }
        if journal.state.teacherScore == nil,
            let recipe = recipes.teacher(stage, data: plan.division.data(folder), images: plan.division.count(.train))
        {
            report(
                .stage(
                    "training the teacher (\(stage.epochs) epochs at \(stage.resolution) pixels)",
                    secondsLeft: plan.secondsAhead))
            let trained: Double?
            do { trained = try training.train(recipe, in: folder.teacher) } catch let error as DivergenceError {
                throw FittingError(
                    "the teacher cannot be trained, \(error.finding): begin anew in another output folder, with another --seed or --no-teacher"
                )
            }
            guard let score = trained else { return false }
            report(.result("the teacher has \(Halving.percent(score))"))
            try journal.update { $0.teacherScore = score }
        }
        guard try ask(stage) else { return false }
        for entry in schedule.entries where entry.candidate.origin == .pruned {
            if shouldStop() { return false }
            try PrunedTeacher.write(
                entry.candidate, of: teacher.run(folder), classes: plan.survey.classNames.count,
                data: plan.division.data(folder),
                to: folder.pruned(entry.candidate.name))
        }
        return true
    }

    /// Has the teacher answer for all candidates. Returns false where it was asked to stop.
    private func ask(_ stage: FitSchedule.TeacherStage) throws -> Bool {
        guard journal.state.winnerScore == nil else { return true }
        let images = plan.division.count(.train)
        let trained = stage.trainingSeconds(training: images, scored: plan.division.count(.validation))
        let rungs = schedule.rungs.prefix(journal.state.rungs.count).reduce(0) { $0 + $1.seconds }
        // Of the network no more is asked than that it tells these classes apart: of all sizes the crops are the same.
        guard let entry = schedule.entries.first else { return true }
        var recipe = recipes.candidate(
            entry.candidate, data: plan.division.data(folder), images: images, epochs: 1, weights: nil,
            crops: stage.crops)
        (recipe.weights, recipe.normalization) = (nil, .half)
        return try training.ask(recipe) {
            report(
                .stage(
                    "asking the teacher about \(counted(stage.crops, "crop")) of each image",
                    secondsLeft: plan.secondsAhead - trained - rungs))
        }
    }

    private func trainToTheEnd(_ candidate: FitCandidate, _ seconds: Double) throws -> Bool {
        guard journal.state.winnerScore == nil else { return true }
        let epochs = schedule.final.epochs[candidate.name] ?? 1
        report(.stage("training \(candidate.name) to the end (\(epochs) epochs)", secondsLeft: seconds))
        let last = schedule.rungs.count
        let recipe = recipes.candidate(
            candidate, data: plan.division.data(folder), images: plan.division.count(.train), epochs: epochs,
            weights: last == 0 ? nil : folder.run(candidate.name, rung: last).model, crops: schedule.teacher?.crops,
            isLast: true)
        let trained: Double?
        do { trained = try training.train(recipe, in: folder.run) } catch let error as DivergenceError {
            throw FittingError(
                "\(candidate.name) won and cannot be trained to the end, \(error.finding): begin anew in another output folder, with another "
                    + "--seed")
        }
        guard let score = trained else { return false }
        try journal.update { $0.winnerScore = score }
        return true
    }

    /// Writes what came out.
    private func summarize(_ candidate: FitCandidate) throws -> FitSummary? {
        let state = journal.state
        guard let quantized = state.quantized, let device = state.device, let score = state.winnerScore else {
            return nil
        }
        let division = plan.division
        let summary = FitSummary(
            data: fit.options.data, budget: fit.options.budget, hours: schedule.hours, seed: fit.options.seed,
            survey: plan.survey, images: [division.count(.train), division.count(.validation), division.count(.test)],
            considered: plan.considered, fitting: plan.fitting, remarks: schedule.remarks,
            teacher: schedule.teacher == nil ? nil : plan.teacher?.run(folder).path, teacherScore: state.teacherScore,
            teacherFigures: state.teacherFigures, rows: FitSummary.rows(schedule, state), winner: candidate,
            winnerScore: score, quantized: quantized,
            device: device, run: folder.run.path, firmware: folder.firmware,
            library: device.withoutLibrary == nil ? folder.library : nil, page: folder.page)
        try AtomicFile.replace(folder.summary, with: summary.json())
        try AtomicFile.replace(folder.report, with: Array((summary.text + "\n").utf8))
        if !FileManager.default.fileExists(atPath: folder.page) {
            report(.stage("writing the page", secondsLeft: nil))
        }
        try summary.writePage(division.figures, to: folder.page)
        return summary
    }
}
