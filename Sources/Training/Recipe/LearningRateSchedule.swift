import Foundation

/// The learning rate of each step: a linear warm-up, then the schedule's fall.
public struct LearningRateSchedule: Sendable, Equatable {
    private let kind: Recipe.ScheduleKind
    private let peak: Double
    private let steps: Int
    private let warmup: Int
    private let milestones: [Int]
    private let decayFactor: Double

    /// The schedule of a recipe.
    ///
    /// - Parameter stepsPerEpoch: steps in an epoch.
    public init(_ recipe: Recipe, stepsPerEpoch: Int) {
        kind = recipe.schedule
        peak = recipe.learningRate
        steps = recipe.epochs * stepsPerEpoch
        let total = steps
        /// A share of all steps; what is no number, or lies outside, becomes one of the ends.
        func step(_ value: Double) -> Int { Int(max(0, min(value.rounded(), Double(total)))) }
        warmup = step(recipe.warmupEpochs * Double(stepsPerEpoch))
        milestones = recipe.milestones.map { step($0 * Double(total)) }
        decayFactor = recipe.decayFactor
    }

    /// The rate of a step, counted from 0 over the whole training.
    public func rate(at step: Int) -> Double {
        if step < warmup { return peak * Double(step + 1) / Double(warmup) }
        switch kind {
        case .constant: return peak
        case .cosine:
            let progress = Double(step - warmup) / Double(max(1, steps - warmup))
            return peak * 0.5 * (1 + cos(Double.pi * min(1, progress)))
        case .multistep:
            return peak * pow(decayFactor, Double(milestones.count { step >= $0 }))
        }
    }
}
