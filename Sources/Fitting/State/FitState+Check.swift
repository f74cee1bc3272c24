import Reporting

extension FitState {
    /// What no fit comes to, in words; nil where all may be. Of a file, nobody knows.
    ///
    /// - Parameter classes: how many the data have.
    package func impossibility(_ schedule: FitSchedule, classes: Int) -> String? {
        guard rungs.count <= schedule.rungs.count else {
            return "it has \(counted(rungs.count, "rung")), and the schedule \(schedule.rungs.count)"
        }
        var left = Set(schedule.entries.map(\.candidate.name))
        for (index, rung) in rungs.enumerated() {
            if let unknown = rung.scores.keys.filter({ !left.contains($0) }).min() {
                return "rung \(index + 1) has a score of \(unknown.printableName), which did not get there"
            }
            if let (name, score) = rung.scores.first(where: { !Self.shares.contains($0.value) }) {
                return "\(name) has \(score) on rung \(index + 1), and no share from 0 to 1"
            }
            guard !rung.kept.isEmpty, Set(rung.kept).count == rung.kept.count else {
                return "those that rung \(index + 1) keeps are none, or one is there twice"
            }
            if let unknown = rung.kept.first(where: { rung.scores[$0] == nil }) {
                return "rung \(index + 1) keeps \(unknown.printableName), which has no score there"
            }
            left = Set(rung.kept)
        }
        if let winner, rungs.count < schedule.rungs.count || !left.contains(winner) {
            return "\(winner.printableName) has won, and is not what the rungs have left"
        }
        for (what, score) in [("the teacher", teacherScore), ("the winner", winnerScore)] {
            if let score, !Self.shares.contains(score) { return "\(what) has \(score), and no share from 0 to 1" }
        }
        return teacherFigures?.impossibility ?? quantized?.impossibility(classes: classes) ?? device?.impossibility
    }

    fileprivate static let shares = 0.0...1.0
}

extension ScoreInterval {
    fileprivate var impossibility: String? {
        guard count >= 0, [share, low, high].allSatisfy(FitState.shares.contains) else {
            return "an interval is \(low) to \(high) about \(share) of \(count) images"
        }
        return nil
    }
}

extension QuantizedScores {
    /// Of a detector there is no confusion; of others its numbers are all images.
    fileprivate func impossibility(classes: Int) -> String? {
        guard [float, int8].allSatisfy(FitState.shares.contains), images >= 0 else {
            return "float and int8 have \(float) and \(int8) of \(images) images"
        }
        if let impossibility = floatInterval?.impossibility ?? int8Interval?.impossibility { return impossibility }
        guard !confusion.isEmpty else { return nil }
        guard confusion.count == classes, confusion.allSatisfy({ $0.count == classes }) else {
            return "its confusion is not of \(counted(classes, "class", "classes"))"
        }
        var sum = 0
        for number in confusion.joined() {
            let (next, overflow) = sum.addingReportingOverflow(number)
            guard number >= 0, !overflow else { return "its confusion has numbers that no images have" }
            sum = next
        }
        return sum == images ? nil : "its confusion is of \(sum) images, and its scores of \(images)"
    }
}

extension DeviceFigures {
    fileprivate var impossibility: String? {
        let sizes = [sramBytes, flashBytes, arenaBytes, hostImages, emulatedImages, equalAnswers]
        let optional = [instructions, estimatedCycles, libraryBytes].compactMap { $0 }
        guard (sizes + optional).allSatisfy({ $0 >= 0 }), megahertz > 0, estimatedMilliseconds >= 0 else {
            return "what the device takes is below 0"
        }
        return hostAccuracy?.impossibility
    }
}

extension DataSurvey {
    /// What no images are, in words; nil where all may be. Of a file, nobody knows.
    var impossibility: String? {
        guard Set(parts.map(\.split)).count == parts.count else { return "a split is there twice" }
        var all = 0
        for part in parts {
            guard part.counts.count == classNames.count else {
                return "\(part.split.rawValue) has \(part.counts.count) counts of "
                    + counted(classNames.count, "class", "classes")
            }
            let (sum, overflow) = all.addingReportingOverflow(part.images)
            guard part.images >= 0, !overflow, part.counts.allSatisfy({ $0 >= 0 }) else {
                return "\(part.split.rawValue) has numbers that no images have"
            }
            all = sum
        }
        let sides = [smallestSide, medianSide, largestSide]
        guard sides.allSatisfy(Self.plausibleSides.contains), sides == sides.sorted() else {
            return "images are \(smallestSide) to \(largestSide) pixels, half of them \(medianSide) and more"
        }
        return nil
    }

    private static let plausibleSides = 1...(1 << 30)
}
