import Foundation
import Reporting

/// Something to try next, and the numbers that speak for it.
public struct Advice: Sendable, Equatable {
    /// What to do, in a few words.
    public let title: String
    /// Why.
    public let reason: String
    /// A command or settings to begin with; nil where there is none.
    public let command: String?

    /// What a run came to, as far as advice depends on it.
    public struct Facts: Sendable {
        /// The run's folder.
        public var run = ""
        public var isDetector = false
        /// Of the last epoch, on augmented training images; nil where the run has no epochs.
        public var trainAccuracy: Double?
        /// The score, "accuracy" or "mAP@0.50", on the evaluation images.
        public var score = 0.0
        public var scoreName = "accuracy"
        /// After each epoch.
        public var history: [Double] = []
        /// Whether the images that are scored are not those that epochs were compared by.
        public var scoresOtherImages = false
        /// How many epochs the recipe asks for.
        public var epochs = 0
        /// Whether the recipe's patience has ended the training before the last of them.
        public var patienceEndedIt = false
        public var augmentation = ""
        public var labelSmoothing = 0.0
        /// What the run was trained on: images of each class, or objects.
        public var trainingCounts: [(name: String, count: Int)] = []
        /// The two classes that are taken for each other most, and the share of the first one's images.
        public var worstConfusion: (name: String, other: String, share: Double)?
        /// Mean confidence less accuracy, and how many answers that is of.
        public var overconfidence = 0.0
        public var answers = 0
        /// int8's score; nil where there is no int8 model.
        public var int8Score: Double?
        /// Images that are scored and were trained on.
        public var trainedOnEvaluation = 0
        /// Of budgets that are not kept to: the share of what is needed that there is, and in words.
        public var sramExcess: (share: Double, sentence: String)?
        public var flashExcess: (share: Double, sentence: String)?
        /// The step at which the arena is fullest.
        public var peakStep: String?
        public var arenaBytes = 0
        /// All that firmware takes of SRAM and of flash, and what there is of each; nil where no budget was given.
        public var sram: (used: Int, budget: Int)?
        public var flash: (used: Int, budget: Int)?

        /// Facts to be filled in.
        public init() {}
    }

    /// What the numbers speak for, the most important first.
    public static func all(_ facts: Facts) -> [Advice] {
        [
            budget(facts), flattered(facts), unfinished(facts), overfitting(facts), rising(facts), weak(facts),
            elsewhere(facts), rare(facts),
            confused(facts), int8(facts), overconfident(facts), room(facts),
        ].compactMap { $0 }
    }

    private static func budget(_ facts: Facts) -> Advice? {
        guard let excess = facts.sramExcess ?? facts.flashExcess else { return nil }
        // Pruned layers are whole channels, so a little more has to go; weights shrink with the square of the channels.
        let share = (facts.sramExcess == nil ? excess.share.squareRoot() : excess.share) * 0.95
        let target = "\(facts.sramExcess == nil ? "channels" : "sram")=\(String(format: "%.2f", max(0.05, share)))"
        return Advice(
            title: "Bring it into the budget", reason: "The network \(excess.sentence).",
            command: "sapool prune \(facts.run) --target \(target) --output pruned")
    }

    private static func flattered(_ facts: Facts) -> Advice? {
        guard facts.trainedOnEvaluation > 0 else { return nil }
        return Advice(
            title: "Hold images out",
            reason:
                "\(counted(facts.trainedOnEvaluation, "image")) of these were trained on, so the score says "
                + "little about new ones.",
            command: "sapool train … --hold-out 0.15")
    }

    private static func unfinished(_ facts: Facts) -> Advice? {
        guard !facts.history.isEmpty, facts.history.count < facts.epochs, !facts.patienceEndedIt else { return nil }
        return Advice(
            title: "Finish the training",
            reason: "\(facts.history.count) of \(counted(facts.epochs, "epoch")) are done.",
            command: "sapool train --resume --output \(facts.run)")
    }

    /// Augmented images are harder than those scored, so a gap of ten points is already a lot.
    private static func overfitting(_ facts: Facts) -> Advice? {
        let score = facts.history.last ?? facts.score
        guard !facts.isDetector, let train = facts.trainAccuracy, train - score > 0.1 else { return nil }
        let setting = facts.augmentation == "none" ? "augmentation: auto" : "weight-decay, mixup, a teacher"
        return Advice(
            title: "More images, or more varied ones",
            reason:
                "It knows \(ReportText.percent(train)) of the training images and \(ReportText.percent(score)) of the others: it has "
                + "learned them by heart. More "
                + "photographs help most; then augmentation, stronger regularisation, or weights that others "
                + "have trained.",
            command: setting)
    }

    private static func rising(_ facts: Facts) -> Advice? {
        guard facts.history.count >= 5, facts.history.count >= facts.epochs, let last = facts.history.last else {
            return nil
        }
        let before = facts.history[facts.history.count - 1 - max(1, facts.history.count / 5)]
        let learnsByHeart = (facts.trainAccuracy ?? 0) - last > 0.1 && !facts.isDetector
        guard last - before > 0.01, !learnsByHeart else { return nil }
        return Advice(
            title: "Train for longer",
            reason:
                "Over the last fifth of the epochs the \(facts.scoreName) still rose by \(points(last - before)) "
                + "points.",
            command: "epochs: \(facts.epochs.multipliedReportingOverflow(by: 2).partialValue)")
    }

    private static func weak(_ facts: Facts) -> Advice? {
        guard !facts.isDetector, let train = facts.trainAccuracy, train < 0.7, let last = facts.history.last,
            train - last <= 0.1, rising(facts) == nil
        else { return nil }
        return Advice(
            title: "Let it learn more",
            reason:
                "It knows \(ReportText.percent(train)) of the training images, hardly more than of the others: it has not "
                + "learned them yet. More epochs, "
                + "another rate, weaker augmentation, or a larger network or image.",
            command: "epochs: \(facts.epochs.multipliedReportingOverflow(by: 3).partialValue)")
    }

    private static func elsewhere(_ facts: Facts) -> Advice? {
        guard let last = facts.history.last, facts.scoresOtherImages, last - facts.score > 0.05 else { return nil }
        return Advice(
            title: "Look at how these images differ",
            reason:
                "While it trained, the \(facts.scoreName) was \(ReportText.percent(last)) on the images that epochs are "
                + "compared by, and it is "
                + "\(ReportText.percent(facts.score)) here. Have they other classes in other shares, other cameras, other light?",
            command: nil)
    }

    private static func rare(_ facts: Facts) -> Advice? {
        let counts = facts.trainingCounts.map(\.count).sorted()
        guard counts.count > 1, let fewest = facts.trainingCounts.min(by: { $0.count < $1.count }) else { return nil }
        let median = counts[counts.count / 2]
        let what = facts.isDetector ? "object" : "image"
        guard fewest.count < 20 || fewest.count * 4 < median else { return nil }
        return Advice(
            title: "More \(what)s of “\(fewest.name)”",
            reason:
                "It was trained on \(counted(fewest.count, what)) of it; half of the classes have "
                + "\(TextTable.grouped(median)) or more.",
            command: facts.isDetector ? nil : "balance: sampling")
    }

    private static func confused(_ facts: Facts) -> Advice? {
        guard let worst = facts.worstConfusion, worst.share >= 0.15 else { return nil }
        return Advice(
            title: "Look at “\(worst.name)” and “\(worst.other)”",
            reason:
                "\(ReportText.percent(worst.share)) of the first are taken for the second. Are all labels right, and can "
                + "one tell them apart at this size?",
            command: nil)
    }

    private static func int8(_ facts: Facts) -> Advice? {
        guard let int8 = facts.int8Score else {
            return Advice(
                title: "Make the int8 model", reason: "That is what a device runs, and there is none yet.",
                command: "sapool quantize \(facts.run)")
        }
        guard facts.score - int8 > 0.005 else { return nil }
        return Advice(
            title: "Win back what int8 loses",
            reason: "int8 costs \(points(facts.score - int8)) points of the \(facts.scoreName).",
            command: facts.isDetector
                ? "sapool quantize \(facts.run) --images 1024" : "sapool quantize \(facts.run) --qat")
    }

    private static func overconfident(_ facts: Facts) -> Advice? {
        guard facts.answers >= 50, facts.overconfidence > 0.1, facts.labelSmoothing == 0 else { return nil }
        return Advice(
            title: "Do not trust its confidence",
            reason:
                "It is surer than it is right, by \(points(facts.overconfidence)) points in the mean. Label "
                + "smoothing makes it more modest.",
            command: "label-smoothing: 0.1")
    }

    private static func room(_ facts: Facts) -> Advice? {
        if let sram = facts.sram, sram.used < sram.budget / 2 {
            // A larger image takes SRAM alone; a wider network takes flash for its weights, too.
            let flash = facts.flash.map { " --flash \($0.budget)" } ?? ""
            let isFlashFull = facts.flash.map { $0.used > $0.budget / 10 * 9 } ?? false
            return Advice(
                title: "Use the memory there is",
                reason: "It takes \(ByteSize.text(sram.used)) of \(ByteSize.text(sram.budget)) SRAM: "
                    + (isFlashFull
                        ? "a larger image would fit, or larger maps, but no more weights: the flash is full."
                        : "a wider network or a larger image would fit."),
                command: "sapool search --sram \(sram.budget)\(flash)")
        }
        guard facts.sramExcess != nil, let step = facts.peakStep else { return nil }
        return Advice(
            title: "To save memory, begin at \(step)",
            reason:
                "The arena of \(ByteSize.text(facts.arenaBytes)) is fullest there; a smaller image, an earlier "
                + "stride or rows that are pushed lower "
                + "it.", command: "sapool quantize \(facts.run) --push-rows")
    }

    private static func points(_ share: Double) -> String { ReportText.fixed(share * 100, 1) }
}
