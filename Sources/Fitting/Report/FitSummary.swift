import Foundation
import Reporting

/// Everything that a fit came to, for people and for machines (`summary.json`).
public struct FitSummary: Sendable, Encodable {
    /// A network that competed.
    public struct Row: Sendable, Encodable {
        public let name: String
        public let network: String
        /// The same for people: of a pruned teacher with what is left of it.
        public let title: String
        public let origin: FitCandidate.Origin
        public let resolution: Int
        public let sramBytes: Int
        public let flashBytes: Int
        public let macs: Int
        public let parameters: Int
        /// On each rung that it came to, of the images that candidates are chosen by.
        public let scores: [Double]
        /// Why it is not the winner, or that it is.
        public let verdict: String
    }

    public let data: String
    public let budget: FitBudget
    public let hours: Double
    public let seed: UInt64
    public let survey: DataSurvey
    /// Images to train on, to choose by, to take the figures on.
    public let images: [Int]
    public let considered: Int
    public let fitting: Int
    public let remarks: [String]
    /// Where the teacher lies; nil without one.
    public let teacher: String?
    /// Its score where candidates are chosen, once it was trained for this; and what it gets right of the images for the figures.
    public let teacherScore: Double?
    public let teacherFigures: ScoreInterval?
    public let rows: [Row]
    public let winner: FitCandidate
    /// Trained to the end, where candidates are chosen.
    public let winnerScore: Double
    public let quantized: QuantizedScores
    public let device: DeviceFigures
    public let run: String
    public let firmware: String
    /// The library for C; nil where it could not be built, which `device` says why.
    public let library: String?
    /// The page about the winner.
    public let page: String

    /// What the score of each step is, from the teacher to the device, for people.
    package var steps: [(what: String, score: String)] {
        var steps: [(what: String, score: String)] = []
        func add(_ what: String, _ interval: ScoreInterval?, _ value: Double) {
            steps.append((what, interval?.text ?? String(format: "%.1f %%", value * 100)))
        }
        if let teacherScore { add("teacher (where networks are chosen)", nil, teacherScore) }
        if let teacherFigures { add("teacher", teacherFigures, teacherFigures.share) }
        add("float (where networks are chosen)", nil, winnerScore)
        add("float", quantized.floatInterval, quantized.float)
        add(quantized.isTrained ? "int8, trained with its rounding" : "int8", quantized.int8Interval, quantized.int8)
        if let host = device.hostAccuracy {
            add(Self.hostTitle(device.hostImages, of: quantized.images), host, host.share)
        }
        return steps
    }

    /// What the scores of `steps` are called: only shares of images have an interval.
    package var stepScoreName: String {
        quantized.int8Interval == nil ? quantized.scoreName : "\(quantized.scoreName), 95 % interval"
    }

    /// What the score of the device's kernels is called: it may be of fewer images than the others, and then differs by that.
    package static func hostTitle(_ count: Int, of images: Int) -> String {
        let title = "device's kernels on this machine"
        return count < images ? title + ", \(TextTable.grouped(count)) of the images" : title
    }

    /// Which networks were tried, with what came out: in the order of how far they came.
    package static func rows(_ schedule: FitSchedule, _ state: FitState) -> [Row] {
        let all = schedule.entries.map { entry -> Row in
            let candidate = entry.candidate
            let scores = state.rungs.compactMap { $0.scores[candidate.name] }
            let verdict: String
            if candidate.name == state.winner {
                verdict = "wins"
            } else if let rung = state.divergence(of: candidate.name) {
                verdict = "loss ran away on rung \(rung)"
            } else if let last = state.rungs.indices.last(where: { state.rungs[$0].scores[candidate.name] != nil }) {
                verdict = "left on rung \(last + 1)"
            } else {
                verdict = "not tried"
            }
            return Row(
                name: candidate.name, network: candidate.network, title: candidate.title,
                origin: candidate.origin, resolution: candidate.resolution, sramBytes: candidate.sramBytes,
                flashBytes: candidate.flashBytes,
                macs: candidate.multiplyAccumulates, parameters: candidate.parameters, scores: scores,
                verdict: verdict)
        }
        return all.sorted { a, b in
            if (a.name == state.winner) != (b.name == state.winner) { return a.name == state.winner }
            if a.scores.count != b.scores.count { return a.scores.count > b.scores.count }
            if let x = a.scores.last, let y = b.scores.last, x != y { return x > y }
            return a.name < b.name
        }
    }

    /// The JSON form.
    public func json() throws -> [UInt8] { try StoredValue.json(self, keys: .convertToSnakeCase) }
}
