import Datasets
import Foundation
import Networks
import Reporting
import Training

/// Times every training that a fit may do, by a few steps of each, and makes the schedule of it.
package struct Timing {
    package let options: FitOptions
    package let folder: FitFolder
    package let survey: DataSurvey
    package let division: DataDivision
    package let recipes: FitRecipes
    package let training: any FitTraining
    package let report: (FitEvent) -> Void
    /// Since when hours count.
    package let began: ContinuousClock.Instant

    package init(
        options: FitOptions, folder: FitFolder, survey: DataSurvey, division: DataDivision, recipes: FitRecipes,
        training: any FitTraining, report: @escaping (FitEvent) -> Void, began: ContinuousClock.Instant
    ) {
        (self.options, self.folder, self.survey, self.division) = (options, folder, survey, division)
        (self.recipes, self.training, self.report, self.began) = (recipes, training, report, began)
    }

    /// Steps that are timed, at most, and images that are scored.
    private static let steps = 6
    private static let scoredImages = 64

    /// The schedule of some candidates. Where one trains too slowly for the first rung, a smaller one of its backbone and pooling method is
    /// timed and competes in its place, as far as there is one that is likely to be quick enough.
    ///
    /// - Throws: `FittingError` where the hours are too short; where a candidate cannot be trained.
    package func schedule(_ list: CandidateList) throws -> FitSchedule {
        try? FileManager.default.removeItem(atPath: folder.timings)
        defer { try? FileManager.default.removeItem(atPath: folder.timings) }
        try RunFolder(folder.timings).create()
        let count = division.count(.train)
        var images = division.data(folder)
        let few = try division.few(
            training: FitRecipes.batchSize(count) * Self.steps, validation: Self.scoredImages, seed: options.seed)
        if let few {
            images = folder.timings + "/images.json"
            try few.write(to: images)
        }
        var opening: Double?
        func pace(_ recipe: Recipe, _ name: String) throws -> Pace {
            var whole = recipe
            whole.data = division.data(folder)
            // Images with boxes are all opened in any case.
            if opening == nil { opening = division.list == nil ? 0 : try seconds(toOpen: whole) }
            var timed = recipe
            // Nothing is to be learned, and nothing to go wrong.
            timed.learningRate = 1e-6
            // Frozen steps are quicker than those that follow.
            if timed.freeze != nil { timed.freeze = 0 }
            if timed.weights == nil, timed.normalization == .weights { timed.normalization = .half }
            var pace = try training.pace(of: timed, in: RunFolder("\(folder.timings)/\(name)"))
            pace.start += opening ?? 0
            return pace
        }
        let stage = try teacher(images, pace)
        func arithmetic(_ entries: [FitSchedule.Entry]) -> ScheduleArithmetic {
            ScheduleArithmetic(
                seconds: options.hours * 3600, spent: (ContinuousClock.now - began).seconds,
                finish: { finish($0, stage) },
                training: count, validation: division.count(.validation), teacher: stage,
                leastImages: division.list == nil ? count : ScheduleArithmetic.leastImages,
                mostCrops: TeacherAnswers.mostCrops(images: count, classes: survey.classNames.count))
        }
        func timed(_ candidate: FitCandidate) throws -> FitSchedule.Entry {
            var recipe = recipes.candidate(
                candidate, data: images, images: count, epochs: 1, weights: nil, crops: nil)
            recipe.weights = nil
            if candidate.origin == .pruned, let source = recipes.teacher {
                let network = try PrunedTeacher.network(
                    candidate, source.networkRecipe(), classes: survey.classNames.count)
                recipe.network = "\(folder.timings)/\(candidate.name).json"
                try Data(network.json()).write(to: URL(fileURLWithPath: recipe.network))
            }
            return FitSchedule.Entry(candidate: candidate, pace: try pace(recipe, candidate.name))
        }
        let number = list.candidates.count
        var entries: [FitSchedule.Entry] = []
        for (index, candidate) in list.candidates.enumerated() {
            report(.stage("timing network \(index + 1) of \(number): \(candidate.name)", secondsLeft: nil))
            var entry = try timed(candidate)
            while let other = likelyAffordable(list.smaller[candidate.name] ?? [], entry, entries, number, arithmetic) {
                report(.stage("timing a quicker one of its kind: \(other.name)", secondsLeft: nil))
                entry = try timed(other)
            }
            entries.append(entry)
        }
        return try arithmetic(entries).schedule(hours: options.hours, entries)
    }

    /// Where a network is too slow, the largest of some others that is quick enough if its steps go with its work; nil where it is not too
    /// slow, or none is likely to be quick enough.
    private func likelyAffordable(
        _ smaller: [FitCandidate], _ timed: FitSchedule.Entry, _ entries: [FitSchedule.Entry], _ number: Int,
        _ arithmetic: ([FitSchedule.Entry]) -> ScheduleArithmetic
    ) -> FitCandidate? {
        let rules = arithmetic(entries + [timed])
        let pace = timed.pace
        // Networks from scratch make room for those that have learned already.
        let room = ScheduleArithmetic.leastFromScratch + PrunedTeacher.shares.count
        let number = timed.candidate.origin == .searched ? number : min(number, room)
        guard !rules.isAffordable(timed, among: number) else { return nil }
        let work = timed.candidate.multiplyAccumulates
        return smaller.first { one in
            let competes = entries.contains {
                $0.candidate.title == one.title && $0.candidate.resolution == one.resolution
            }
            guard one.multiplyAccumulates < work, !competes else { return false }
            let factor = Double(one.multiplyAccumulates) / Double(work)
            let likely = Pace(
                training: pace.training * factor, scoring: pace.scoring * factor, start: pace.start)
            return rules.isAffordable(FitSchedule.Entry(candidate: one, pace: likely), among: number)
        }
    }

    /// The teacher that is timed: at the largest size at which six epochs of it take no more than its share of the time,
    /// as far as its work goes with the area of the image.
    private func teacher(
        _ images: String, _ pace: (Recipe, String) throws -> Pace
    ) throws -> FitSchedule.TeacherStage? {
        guard let source = recipes.teacher, recipes.task != .detection else { return nil }
        report(.stage("timing the teacher", secondsLeft: nil))
        switch source.kind {
        case .run(let path):
            // Its forward pass is what it takes; a few steps of its network tell.
            let run = RunFolder(path)
            let configuration = try RunConfiguration.read(from: run).configuration
            var recipe = configuration.lastingRecipe(of: run)
            (recipe.network, recipe.data, recipe.epochs, recipe.batchSize) = (run.network, images, 1, 8)
            (recipe.weights, recipe.weightsKey, recipe.holdOut) = (nil, nil, 0)
            (recipe.teacher, recipe.teacherCrops) = (nil, nil)
            (recipe.fineTune, recipe.freeze, recipe.backboneRate) = (nil, nil, nil)
            (recipe.balance, recipe.normalization) = (nil, .half)
            recipe.width = 1
            let side = configuration.inputShape.height
            return FitSchedule.TeacherStage(resolution: side, epochs: 0, pace: try pace(recipe, "teacher"))
        case .weights:
            let sides = TeacherSource.resolutions(side: survey.medianSide)
            guard let middle = sides.first(where: { $0 <= 128 }) ?? sides.last else { return nil }
            func stage(_ side: Int, _ pace: Pace) -> FitSchedule.TeacherStage {
                FitSchedule.TeacherStage(resolution: side, epochs: 1, pace: pace)
            }
            let zero = Pace(training: 0, scoring: 0, start: 0)
            guard
                let recipe = recipes.teacher(stage(middle, zero), data: images, images: division.count(.train))
            else { return nil }
            let timed = try pace(recipe, "teacher")
            let usable =
                (options.hours * 3600 - (ContinuousClock.now - began).seconds) * ScheduleArithmetic.teacherShare
            func scaled(_ side: Int) -> Pace {
                let factor = Double(side * side) / Double(middle * middle)
                return Pace(training: timed.training * factor, scoring: timed.scoring * factor, start: timed.start)
            }
            let affordable = sides.first { side in
                scaled(side).seconds(
                    epochs: ScheduleArithmetic.leastEpochs, training: division.count(.train),
                    scored: division.count(.validation)) <= usable
            }
            let side = affordable ?? sides.last ?? middle
            return stage(side, scaled(side))
        }
    }

    /// What opening all images takes, which every training does.
    private func seconds(toOpen recipe: Recipe) throws -> Double {
        let start = ContinuousClock.now
        var recipe = recipe
        (recipe.weights, recipe.teacher, recipe.teacherCrops) = (nil, nil, nil)
        let data = try TrainingData(recipe)
        // What weights say of pixels costs nothing.
        if recipe.normalization != .weights {
            _ = try data.normalization(recipe.normalization, skipBadImages: recipe.skipBadImages)
        }
        return (ContinuousClock.now - start).seconds
    }

    /// What the end takes, from the network in the middle: int8 on this machine does some 300 million products a second
    /// and core, and a firmware is given a minute to be built and run, a library half of one. The page scores once more, and the teacher once.
    private func finish(_ entries: [FitSchedule.Entry], _ teacher: FitSchedule.TeacherStage?) -> Double {
        let sorted = entries.map(\.candidate.multiplyAccumulates).sorted()
        let work = Double(sorted.isEmpty ? 0 : sorted[sorted.count / 2])
        let scoring = entries.map(\.pace.scoring).max() ?? 0
        let cores = Double(max(1, ProcessInfo.processInfo.activeProcessorCount))
        let (chosenBy, scored) = (Double(division.count(.validation)), Double(division.count(.test)))
        let whole = min(scored, Double(DeviceCheck.hostImages)) + (2 * scored + chosenBy) / cores
        let teaching = teacher.map { $0.pace.start + $0.pace.scoring * scored } ?? 0
        return 90 + teaching + work / 3e8 * whole + scoring * (2 * scored + 2 * chosenBy + 600)
    }
}
