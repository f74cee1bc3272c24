import Foundation

/// Divides hours among teacher, rungs and the winner's training, from what each was timed at.
///
/// Successive halving (Jamieson and Talwalkar, *Non-stochastic Best Arm Identification*, 2016): each rung gets the same
/// time, shared by half as many networks as the rung before. A network's epochs follow from its own pace, so that
/// networks compete on equal time: what a slow one gains by capacity it has to make up in epochs, as it will in the
/// end. Epochs are whole numbers; what their rounding leaves goes to the winner.
package struct ScheduleArithmetic {
    /// Seconds for everything.
    package var seconds: Double
    /// What is gone before the first training.
    package var spent: Double
    /// What the end takes: quantising, firmware, the emulated core.
    package var finish: ([FitSchedule.Entry]) -> Double
    /// Images to train on, and to choose by.
    package var training: Int
    package var validation: Int
    /// The teacher that could be trained, and its pace; epochs 0 for one that is there.
    package var teacher: FitSchedule.TeacherStage?
    /// The fewest images of a rung, as far as there are so many.
    package var leastImages = ScheduleArithmetic.leastImages
    /// The most crops of each image whose answers there is memory for.
    package var mostCrops: Int

    package init(
        seconds: Double, spent: Double, finish: @escaping ([FitSchedule.Entry]) -> Double, training: Int,
        validation: Int,
        teacher: FitSchedule.TeacherStage?, leastImages: Int = ScheduleArithmetic.leastImages,
        mostCrops: Int = ScheduleArithmetic.crops.upperBound
    ) {
        (self.seconds, self.spent, self.finish, self.training) = (seconds, spent, finish, training)
        (self.validation, self.teacher, self.leastImages) = (validation, teacher, leastImages)
        self.mostCrops = mostCrops
    }

    package static let leastImages = 256
    /// So many images tell networks apart, however many more there are.
    package static let enoughImages = 4096
    /// Of the time, what the teacher's training may take, what asking it may, what rungs take of the rest, and what is left for the
    /// unforeseen.
    package static let teacherShare = 0.3
    package static let askingShare = 0.1
    package static let rungShare = 0.4
    package static let reserve = 0.03
    /// Below so many epochs a training says nothing.
    package static let leastEpochs = 6
    /// One that begins with weights that have learned says something earlier.
    package static let leastTaughtEpochs = 2
    /// So many networks from scratch compete before others make room for what has learned already.
    package static let leastFromScratch = 4
    /// More than that is a waste.
    package static let mostEpochs = 600
    package static let mostTeacherEpochs = 20
    /// With fewer crops networks learn the teacher's answers by heart; more than so many hardly differ.
    package static let crops = 4...16
    /// Rounding in the network makes a step take so many times as long.
    package static let quantizationFactor = 3.0

    /// The schedule.
    ///
    /// - Throws: `FittingError` that says how many hours one training needs.
    package func schedule(hours: Double, _ entries: [FitSchedule.Entry]) throws -> FitSchedule {
        var remarks: [String] = []
        let entries = competitors(entries, &remarks)
        let finish = finish(entries)
        let usable = usable(finish)
        let (stage, teacherSeconds) = teacherStage(usable, &remarks)
        let left = usable - teacherSeconds
        guard let first = entries.first else { throw FittingError("there is no network to train") }
        let sizes = Self.sizes(entries.count)
        var rungs: [FitSchedule.Rung] = []
        var spentOnRungs = 0.0
        for (index, size) in sizes.enumerated() {
            let each = left * Self.rungShare / Double(sizes.count) / Double(size)
            let images = images(index, sizes, entries, each)
            var (epochs, sum): ([String: Int], Double) = ([:], 0)
            for entry in entries {
                let number = min(
                    Self.mostEpochs,
                    max(1, entry.pace.epochs(in: each, training: images, scored: validation)))
                epochs[entry.candidate.name] = number
                sum += entry.pace.seconds(epochs: number, training: images, scored: validation)
            }
            let seconds = sum / Double(entries.count) * Double(size)
            rungs.append(FitSchedule.Rung(entrants: size, images: images, epochs: epochs, seconds: seconds))
            spentOnRungs += seconds
        }
        let rest = left - spentOnRungs
        var epochs: [String: Int] = [:]
        for entry in entries {
            let rounding = entry.pace.training * Self.quantizationFactor * Double(training)
            // A short training has no time for a second one.
            let forTraining = max(rest - rounding, rest * 0.8)
            let number = entry.pace.epochs(in: forTraining, training: training, scored: validation)
            guard number >= 1 else {
                let needed =
                    spent + finish + teacherSeconds + spentOnRungs
                    + 2 * entry.pace.seconds(epochs: 1, training: training, scored: validation)
                throw FittingError(
                    String(
                        format:
                            "--hours %g is too short for one training: an epoch of %@ alone takes %.0f s here; give %.2g hours or more",
                        hours, first.candidate.name, entry.pace.epoch(training: training, scored: validation),
                        needed / (1 - Self.reserve) / 3600))
            }
            epochs[entry.candidate.name] = min(number, Self.mostEpochs)
        }
        return FitSchedule(
            hours: hours, timingSeconds: spent, teacher: stage, entries: entries, rungs: rungs,
            final: FitSchedule.Final(epochs: epochs, quantizationEpochs: 1, seconds: rest), finishSeconds: finish,
            remarks: remarks)
    }

    /// Seconds for all trainings, where the end takes so many.
    private func usable(_ finish: Double) -> Double { (seconds - spent - finish) * (1 - Self.reserve) }

    /// What is left of them for a network's and its rivals' trainings, if it wins.
    private func left(for entry: FitSchedule.Entry) -> (seconds: Double, hasTeacher: Bool) {
        let usable = usable(finish([entry]))
        var remarks: [String] = []
        let (stage, seconds) = teacherStage(usable, &remarks)
        return (usable - seconds, stage != nil)
    }

    private func teacherStage(_ usable: Double, _ remarks: inout [String]) -> (FitSchedule.TeacherStage?, Double) {
        guard var stage = teacher else { return (nil, 0) }
        let affordable = (usable * Self.askingShare / max(1e-9, Double(training) * stage.pace.scoring)).rounded(.down)
        let most = min(mostCrops, Self.crops.upperBound)
        stage.crops = min(most, max(Self.crops.lowerBound, Int(min(affordable, Double(most)))))
        guard stage.crops > 0 else {
            remarks.append("no teacher: its answers on so many images in so many classes take too much memory")
            return (nil, 0)
        }
        let asking = stage.askingSeconds(training: training)
        if stage.epochs > 0 {
            let epochs = stage.pace.epochs(in: usable * Self.teacherShare, training: training, scored: validation)
            stage.epochs = min(epochs, Self.mostTeacherEpochs)
            guard epochs > 0 else {
                remarks.append("no teacher: an epoch of it takes more than three tenths of the time")
                return (nil, 0)
            }
        }
        guard asking <= usable * Self.teacherShare else {
            remarks.append("no teacher: to ask it takes more than three tenths of the time")
            return (nil, 0)
        }
        return (stage, stage.trainingSeconds(training: training, scored: validation) + asking)
    }

    /// Those that the time is long enough for: while some would not come to `leastEpochs` on the first rung, the slowest
    /// of them goes. Where that one has learned already, the slowest network from scratch goes in its place, as long as
    /// there are enough.
    private func competitors(_ entries: [FitSchedule.Entry], _ remarks: inout [String]) -> [FitSchedule.Entry] {
        // A pruned teacher needs one.
        var entries = entries.filter { $0.candidate.origin != .pruned || left(for: $0).hasTeacher }
        var gone = 0
        func cost(_ entry: FitSchedule.Entry) -> Double { entry.pace.epoch(training: training, scored: validation) }
        while entries.count > 1 {
            let tooSlow = entries.indices.filter { !isAffordable(entries[$0], among: entries.count) }
            guard let slowest = tooSlow.max(by: { cost(entries[$0]) < cost(entries[$1]) }) else { break }
            let scratch = entries.indices.filter { entries[$0].candidate.origin == .searched }
            let makesRoom = entries[slowest].candidate.origin != .searched && scratch.count > Self.leastFromScratch
            let other = makesRoom ? scratch.max { cost(entries[$0]) < cost(entries[$1]) } : nil
            entries.remove(at: other ?? slowest)
            gone += 1
        }
        if gone > 0 { remarks.append("\(gone) of the slowest networks do not compete: the time is too short for them") }
        return entries
    }

    /// Whether a network can be trained for `leastEpochs` on the first rung, where so many compete.
    package func isAffordable(_ entry: FitSchedule.Entry, among count: Int) -> Bool {
        let sizes = Self.sizes(count)
        guard !sizes.isEmpty else { return true }
        let each = left(for: entry).seconds * Self.rungShare / Double(sizes.count) / Double(count)
        return entry.pace.epochs(in: each, training: images(0, sizes).fewest, scored: validation)
            >= Self.leastEpochs(entry.candidate.origin)
    }

    private static func leastEpochs(_ origin: FitCandidate.Origin) -> Int {
        origin == .searched ? leastEpochs : leastTaughtEpochs
    }

    /// How many networks each rung trains: 12, 6, 3 of a dozen.
    package static func sizes(_ count: Int) -> [Int] {
        guard count > 1 else { return [] }
        var sizes = [count]
        while let last = sizes.last, last > 3 { sizes.append((last + 1) / 2) }
        return sizes
    }

    /// Images of a rung: no more than of which everyone comes to `leastEpochs` in its time, so that a large network is not taken for one
    /// that trains too slowly only because there are many images.
    private func images(_ index: Int, _ sizes: [Int], _ entries: [FitSchedule.Entry], _ each: Double) -> Int {
        let (fewest, most) = images(index, sizes)
        let affordable = entries.map { entry in
            let (pace, least) = (entry.pace, Double(Self.leastEpochs(entry.candidate.origin)))
            return ((each - pace.start) / least - Double(validation) * pace.scoring) / max(1e-12, pace.training)
        }
        return max(fewest, Int(min(Double(most), affordable.min() ?? Double(most))))
    }

    /// Bounds on a rung's images: at most all of them on the last one and fewer before; of many images at least `enoughImages`.
    private func images(_ index: Int, _ sizes: [Int]) -> (fewest: Int, most: Int) {
        let share = Double(sizes.last ?? 1) / Double(sizes[index])
        let most = min(training, max(leastImages, Int((Double(training) * share).rounded())))
        return (min(most, max(leastImages, Self.enoughImages)), most)
    }
}
