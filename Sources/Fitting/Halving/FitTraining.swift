import Foundation
import Reporting
import Training

/// What a fit trains with.
package protocol FitTraining {
    /// Trains a recipe to its end in a run's folder, or goes on with what is there.
    ///
    /// - Returns: the score after the last epoch on the images that candidates are chosen by; nil where it was asked to stop.
    func train(_ recipe: Recipe, in run: RunFolder) throws -> Double?

    /// Asks the teacher of a recipe about all images of it, for trainings of some of them.
    ///
    /// - Parameter begins: told once, before the first question; not at all where all answers are there.
    /// - Returns: false where it was asked to stop.
    func ask(_ recipe: Recipe, begins: () -> Void) throws -> Bool

    /// Times a training of few steps in a folder that is removed afterwards.
    func pace(of recipe: Recipe, in run: RunFolder) throws -> Pace
}

/// Ordinary trainings, one after the other in this process.
package struct RunTraining: FitTraining {
    package var options: TrainerOptions
    package let shouldStop: () -> Bool
    package let report: (FitEvent) -> Void

    package init(
        _ options: TrainerOptions, answers folder: String, shouldStop: @escaping () -> Bool,
        report: @escaping (FitEvent) -> Void
    ) {
        self.options = options
        (self.options.resume, self.options.teacherAnswers) = (true, folder)
        (self.shouldStop, self.report) = (shouldStop, report)
    }

    package func train(_ recipe: Recipe, in run: RunFolder) throws -> Double? {
        if try run.isFinished(epochs: recipe.epochs), let last = try run.epochMetrics().last { return last.accuracy }
        let trainer = try Trainer(
            recipe, run: run, options: options, shouldStop: shouldStop, report: { report(.training($0)) })
        return try trainer.train()?.accuracy
    }

    package func ask(_ recipe: Recipe, begins: () -> Void) throws -> Bool {
        guard let folder = options.teacherAnswers else { return true }
        var hasBegun = false
        return try Trainer.askTeacher(of: recipe, options: options, folder: folder, shouldStop: shouldStop) { event in
            if !hasBegun { begins() }
            hasBegun = true
            report(.training(event))
        }
    }

    /// So long steps are watched, at most.
    private static let longest = 8.0

    package func pace(of recipe: Recipe, in run: RunFolder) throws -> Pace {
        try? FileManager.default.removeItem(atPath: run.path)
        defer { try? FileManager.default.removeItem(atPath: run.path) }
        let watch = Watch()
        let shouldStop = shouldStop
        let trainer = try Trainer(
            recipe, run: run, options: options,
            shouldStop: { shouldStop() || (watch.steps.count >= 3 && watch.elapsed > Self.longest) },
            report: { watch.note($0) })
        do {
            _ = try trainer.train()
        } catch let error as DivergenceError {
            // What runs away has no score where it competes; here only the clock is asked.
            guard watch.hasSteps else { throw error }
        }
        return watch.pace(batchSize: recipe.batchSize)
    }
}

/// Notes when the steps of a training ended.
private final class Watch {
    private let began = ContinuousClock.now
    private var started: Double?
    private(set) var steps: [Double] = []
    private var scored: (seconds: Double, images: Int)?

    var hasSteps: Bool { !steps.isEmpty }

    var elapsed: Double { (ContinuousClock.now - began).seconds }

    func note(_ event: TrainingEvent) {
        switch event {
        case .started: started = elapsed
        case .step: steps.append(elapsed)
        case .scored(let images, let seconds): scored = (seconds, images)
        case .teacherAsked, .epoch, .checkpoint, .interrupted, .ended: break
        }
    }

    func pace(batchSize: Int) -> Pace {
        let start = started ?? 0
        // The first step makes buffers and reads files that later ones find ready.
        let watched = steps.count > 1 ? steps : [start] + steps
        let between = max(1, watched.count - 1) * batchSize
        let training = max(1e-6, ((watched.last ?? 0) - (watched.first ?? 0)) / Double(between))
        // Where there was no time to score: a forward pass is about a third of a step.
        let scoring = scored.map { $0.seconds / Double(max(1, $0.images)) } ?? training * 0.35
        return Pace(training: training, scoring: max(1e-7, scoring), start: start)
    }
}
