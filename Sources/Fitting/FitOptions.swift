import Planning
import Training

/// What somebody asks of a fit: which images, which device, how long.
public struct FitOptions: Sendable, Equatable, Codable {
    /// Name of a data set, or a folder.
    public var data: String
    /// What the network is for; nil for telling classes apart.
    public var task: Recipe.TaskKind?
    /// What the device has.
    public var budget: FitBudget
    /// Hours of training, all of it together.
    public var hours: Double
    /// Of the split, weights, order, augmentation and noise.
    public var seed: UInt64
    /// Folder of a run that teaches; nil for one that is made, where weights are at hand.
    public var teacher: String?
    /// Weights that a teacher starts from; nil for those that `Scripts/weights` has set up.
    public var weights: String?
    /// The network that these weights are of.
    public var weightsNetwork: String
    /// Whether there is no teacher, whatever is at hand.
    public var goesAlone: Bool
    /// Whether the firmware runs on an emulated core, where there is an emulator.
    public var emulates: Bool

    /// Options with an hour's time and nothing given.
    public init(data: String, budget: FitBudget) {
        (self.data, self.budget) = (data, budget)
        (hours, seed, weightsNetwork) = (1, 1, "efficientnet-lite0")
        (goesAlone, emulates) = (false, true)
    }

    /// The first option in which another fit differs, as a sentence; nil where they ask the same.
    package func firstDifference(from other: FitOptions) -> String? {
        func text(_ value: (some Any)?) -> String { value.map { "\($0)" } ?? "left out" }
        let pairs: [(String, String, String)] = [
            ("the data were", other.data, data),
            ("--task was", text(other.task?.rawValue), text(task?.rawValue)),
            ("--sram was", text(other.budget.sram), text(budget.sram)),
            ("--flash was", text(other.budget.flash), text(budget.flash)),
            ("--macs was", text(other.budget.multiplyAccumulates), text(budget.multiplyAccumulates)),
            ("--cycles was", text(other.budget.cycles), text(budget.cycles)),
            ("--core was", other.budget.core.rawValue, budget.core.rawValue),
            ("--hours was", text(other.hours), text(hours)),
            ("--seed was", text(other.seed), text(seed)),
            ("--teacher was", text(other.teacher), text(teacher)),
            ("--weights was", text(other.weights), text(weights)),
            ("--weights-network was", other.weightsNetwork, weightsNetwork),
            ("--no-teacher was", text(other.goesAlone), text(goesAlone)),
        ]
        return pairs.first { $0.1 != $0.2 }.map { "\($0.0) \($0.1) and is now \($0.2)" }
    }

    /// Refuses what cannot be.
    ///
    /// - Throws: `FittingError`: a sentence.
    package func validate() throws {
        guard hours > 0, hours <= 10_000 else { throw FittingError("--hours \(hours): use more than 0, at most 10000") }
        try budget.validate()
        if task == .detection, teacher != nil {
            throw FittingError("--teacher is for networks that tell images apart: leave it out with --task detection")
        }
        if goesAlone, teacher != nil || weights != nil {
            throw FittingError(
                "--no-teacher contradicts \(teacher != nil ? "--teacher" : "--weights"): leave one of them out")
        }
        if teacher != nil, weights != nil {
            throw FittingError(
                "--weights are what a teacher is made of, and --teacher gives one: leave one of them out")
        }
    }
}
