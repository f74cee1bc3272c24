import Calibration
import Datasets
import Execution
import Reporting
import Training
import Visualization

/// What looking at images came to, of a network that tells classes apart.
struct ClassificationFindings {
    let findings: Findings
    /// The longer side of a mistake's picture, in pixels.
    private static let side = 176

    init(_ subject: ReportSubject, _ progress: (RunReport.Progress) -> Void) throws {
        let images = subject.data.images
        let names = subject.configuration.classNames
        let loader = try subject.loader(of: images)
        let evaluator = Evaluator(subject.model, subject.configuration)
        let int8Evaluator = try subject.int8.map { try Int8Evaluator($0) }
        var scores = ClassificationScores(classCount: names.count)
        var int8Scores = scores
        progress(.stage("scoring \(counted(images.count, "image")) of the \(subject.data.part.name)"))
        var done = 0
        let batches = loader.batches(epoch: 0)
        while let batch = try batches.next() {
            Self.add(batch, try evaluator.probabilities(batch), to: &scores)
            if let int8Evaluator { Self.add(batch, try int8Evaluator.probabilities(batch), to: &int8Scores) }
            done += batch.count
            progress(.images(done: done, of: images.count))
        }
        guard !scores.answers.isEmpty else {
            throw TrainingError("\(subject.data.source.data) has no image of the \(subject.data.part.name) to score")
        }
        progress(.stage("looking into the network"))
        let reliability = Reliability(scores)
        let hasInt8 = int8Evaluator != nil
        findings = Findings(
            count: scores.answers.count, images: images,
            sections: [
                ConfusionSection(scores: scores, classNames: names).section(),
                ClassesSection(
                    scores: scores, classNames: names, trainingCounts: subject.data.trainingCounts
                ).section(),
                ReliabilitySection(reliability: reliability).section(),
                MistakesSection(
                    mistakes: try Self.mistakes(scores, subject), count: scores.answers.count { !$0.isRight }
                ).section(),
                LooksSection(looks: try Self.looks(scores, subject)).section(),
            ],
            facts: Self.facts(scores, hasInt8 ? int8Scores : nil, reliability, subject),
            headline: (
                ReportText.percent(scores.accuracy),
                "95 % interval \(ReportText.interval(scores.interval.lower, scores.interval.upper))"
            ),
            int8: hasInt8
                ? [
                    Int8Section.Score(name: "accuracy", float: scores.accuracy, int8: int8Scores.accuracy),
                    Int8Section.Score(
                        name: "among the five most likely", float: scores.top5Accuracy, int8: int8Scores.top5Accuracy),
                ] : [],
            agreement: hasInt8
                ? (
                    zip(scores.answers, int8Scores.answers).count { $0.predicted == $1.predicted },
                    scores.answers.count
                ) : nil, calibrationError: reliability.expectedError, skipped: loader.skippedImages)
    }

    private static func add(_ batch: Batch, _ probabilities: [[Float]], to scores: inout ClassificationScores) {
        for (row, values) in probabilities.enumerated() {
            scores.add(image: batch.indices[row], label: Int(batch.labels[row]), probabilities: values)
        }
    }

    private static func facts(
        _ scores: ClassificationScores, _ int8: ClassificationScores?, _ reliability: Reliability,
        _ subject: ReportSubject
    ) -> Advice.Facts {
        let names = subject.configuration.classNames
        var facts = Advice.Facts()
        facts.score = scores.accuracy
        facts.int8Score = int8?.accuracy
        (facts.overconfidence, facts.answers) = (reliability.overconfidence, scores.answers.count)
        facts.trainingCounts = zip(names, subject.data.trainingCounts).map { (ReportText.shown($0), $1) }
        let classes = ClassScores.all(of: scores)
        let worst = scores.confusions.prefix(100).max {
            Double($0.count) / Double(classes[$0.label].images) < Double($1.count) / Double(classes[$1.label].images)
        }
        // Of few images a share says little.
        if let worst, worst.count >= 5 {
            facts.worstConfusion = (
                ReportText.name(names, worst.label), ReportText.name(names, worst.predicted),
                Double(worst.count) / Double(classes[worst.label].images)
            )
        }
        return facts
    }

    private static func mistakes(
        _ scores: ClassificationScores, _ subject: ReportSubject
    ) throws -> [MistakesSection.Mistake] {
        let (images, names) = (subject.data.images, subject.configuration.classNames)
        return try scores.surestMistakes(subject.options.mistakes).map { answer in
            MistakesSection.Mistake(
                image: try EmbeddedImage(images, at: answer.image, side: side),
                name: ReportText.file(images.location(of: answer.image)),
                truth: ReportText.name(names, answer.label), said: ReportText.name(names, answer.predicted),
                confidence: answer.confidence, truthProbability: answer.labelProbability)
        }
    }

    /// Half of the images are mistakes, the other half is evenly spread over what was told right.
    private static func looks(_ scores: ClassificationScores, _ subject: ReportSubject) throws -> [LooksSection.Look] {
        let count = subject.options.looks
        let wrong = scores.surestMistakes(count / 2)
        let right = scores.answers.filter(\.isRight)
        let wanted = min(right.count, count - wrong.count)
        let answers = wrong + (0..<max(0, wanted)).map { right[($0 * 2 + 1) * right.count / (wanted * 2)] }
        guard !answers.isEmpty else { return [] }
        let (images, names) = (subject.data.images, subject.configuration.classNames)
        let loader = try subject.loader(of: Subset(images, indices: answers.map(\.image)), batchSize: 1)
        let explainer = Explainer(
            subject.model, normalization: subject.configuration.normalization, classNames: names.map(ReportText.shown))
        let hasAttention = !InspectedNodes(of: subject.model.network).attentions.isEmpty
        var looks: [LooksSection.Look] = []
        let batches = loader.batches(epoch: 0)
        while let batch = try batches.next() {
            let answer = answers[batch.indices[0]]
            let middle = Explainer.Query(x: batch.width / 2, y: batch.height / 2)
            let explanation = try explainer.explain(
                batch, label: answer.predicted, queries: hasAttention ? [middle] : [])
            looks.append(
                LooksSection.Look(
                    name: ReportText.file(images.location(of: answer.image)),
                    truth: ReportText.name(names, answer.label), said: ReportText.name(names, answer.predicted),
                    confidence: answer.confidence,
                    pictures: try explanation.pictures(of: shown(explanation)).map {
                        ($0.title, try EmbeddedImage($0.image, side: 224))
                    }))
        }
        return looks
    }

    /// Grad-CAM, shares of the first pooling layer and of the last, and attention of the last two.
    private static func shown(_ explanation: Explainer.Explanation) -> [HeatMap] {
        // Of each layer come its weights, then shares.
        let shares = explanation.weights.indices.filter { $0 % 2 == 1 }.map { explanation.weights[$0] }
        let ends = shares.count > 2 ? [shares[0], shares[shares.count - 1]] : shares
        return (explanation.gradCAM.map { [$0] } ?? []) + ends + explanation.attention.suffix(2)
    }
}
