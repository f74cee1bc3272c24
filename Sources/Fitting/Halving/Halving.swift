import Datasets
import Foundation
import Training

/// Successive halving over run folders: on every rung the networks that are left are trained, and the better half of
/// them goes on.
///
/// Each training is an ordinary run in `rungs/N/NAME`, which begins with the weights of the rung before (a warm
/// restart: Loshchilov and Hutter, *SGDR*, 2017). Which ones go on follows from scores alone, and from costs where
/// scores are equal. A network whose loss becomes no number has no score and is out.
package struct Halving {
    package let schedule: FitSchedule
    package let division: DataDivision
    package let folder: FitFolder
    package let recipes: FitRecipes
    package let journal: FitJournal
    package let training: any FitTraining
    package let report: (FitEvent) -> Void
    /// Seconds that the schedule has behind the rungs.
    package let secondsBehind: Double

    package init(
        schedule: FitSchedule, division: DataDivision, folder: FitFolder, recipes: FitRecipes, journal: FitJournal,
        training: any FitTraining, report: @escaping (FitEvent) -> Void, secondsBehind: Double
    ) {
        (self.schedule, self.division, self.folder, self.recipes) = (schedule, division, folder, recipes)
        (self.journal, self.training, self.report, self.secondsBehind) = (journal, training, report, secondsBehind)
    }

    /// Trains what is not done yet.
    ///
    /// - Returns: the winner's name; nil where it was asked to stop.
    /// - Throws: where a training fails; the error names it. `FittingError` where no network is left.
    package func run() throws -> String? {
        let candidates = Dictionary(uniqueKeysWithValues: schedule.entries.map { ($0.candidate.name, $0.candidate) })
        var left = schedule.entries.map(\.candidate.name)
        var secondsLeft = secondsBehind + schedule.rungs.reduce(0) { $0 + $1.seconds }
        for (index, rung) in schedule.rungs.enumerated() {
            let number = index + 1
            if index < journal.state.rungs.count {
                left = journal.state.rungs[index].kept
                secondsLeft -= rung.seconds
                continue
            }
            let data = try images(rung, number)
            var scores: [String: Double] = [:]
            for (place, name) in left.enumerated() {
                guard let candidate = candidates[name] else { continue }
                let epochs = rung.epochs[name] ?? 1
                report(
                    .stage(
                        "rung \(number) of \(schedule.rungs.count), network \(place + 1) of \(left.count): \(name) "
                            + "(\(epochs) epochs of \(rung.images) images)", secondsLeft: secondsLeft))
                let recipe = recipes.candidate(
                    candidate, data: data, images: rung.images, epochs: epochs,
                    weights: index == 0 ? nil : folder.run(name, rung: index).model, crops: schedule.teacher?.crops)
                do {
                    guard let score = try training.train(recipe, in: folder.run(name, rung: number)) else { return nil }
                    scores[name] = score
                    report(.result("\(name): \(Self.percent(score))"))
                } catch let error as DivergenceError {
                    report(.result("\(name) is out: \(error.finding)"))
                } catch {
                    throw TrainingError("\(name) on rung \(number): \(error)")
                }
                secondsLeft -= rung.seconds / Double(left.count)
            }
            guard !scores.isEmpty else {
                throw FittingError(
                    "the loss of every network on rung \(number) became no number: begin anew in another output folder, with another --seed"
                )
            }
            let next = index + 1 < schedule.rungs.count ? schedule.rungs[index + 1].entrants : 1
            left = Self.best(next, of: scores, candidates)
            try journal.update { $0.rungs.append(FitState.RungResult(scores: scores, kept: left)) }
            report(.result("rung \(number): \(left.joined(separator: ", ")) \(next == 1 ? "wins" : "go on")"))
        }
        return left.first
    }

    /// The list of the rung's images, written once.
    private func images(_ rung: FitSchedule.Rung, _ number: Int) throws -> String {
        guard rung.images < division.count(.train), division.list != nil else { return division.data(folder) }
        let path = folder.rung(number) + "/images.json"
        guard !FileManager.default.fileExists(atPath: path) else { return path }
        try RunFolder(folder.rung(number)).create()
        try division.few(training: rung.images, seed: recipes.seed &+ UInt64(number))?.write(to: path)
        return path
    }

    /// The best of some networks, the best first; of equal scores the cheaper one.
    package static func best(_ count: Int, of scores: [String: Double], _ candidates: [String: FitCandidate])
        -> [String]
    {
        let ranked = scores.sorted { a, b in
            if a.value != b.value { return a.value > b.value }
            guard let left = candidates[a.key], let right = candidates[b.key] else { return a.key < b.key }
            return left.isCheaper(than: right)
        }
        return ranked.prefix(count).map(\.key)
    }

    package static func percent(_ share: Double) -> String { String(format: "%.2f %%", share * 100) }
}
