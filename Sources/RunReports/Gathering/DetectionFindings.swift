import Calibration
import Datasets
import Detection
import Reporting
import Training

/// What looking at images came to, of a network that finds objects.
struct DetectionFindings {
    let findings: Findings
    /// The longer side of a mistake's picture, in pixels.
    private static let side = 480

    init(_ subject: ReportSubject, _ progress: (RunReport.Progress) -> Void) throws {
        let images = subject.data.images
        let names = subject.configuration.classNames
        let loader = try subject.loader(of: images)
        progress(.stage("scoring \(counted(images.count, "image")) of the \(subject.data.part.name)"))
        var seen: [(index: Int, image: EvaluatedImage)] = []
        let scores = try DetectionEvaluator(subject.model, subject.configuration).evaluate(loader) { index, found in
            var image = EvaluatedImage(images, index, shares: [], otherwise: loader.transform.outputSize)
            image.detections = found
            seen.append((index, image))
            progress(.images(done: seen.count, of: images.count))
        }
        let int8 = try subject.int8.map { model in
            progress(.stage("scoring int8"))
            let found = try Int8DetectionEvaluator(model).evaluate(loader) {
                progress(.images(done: $0, of: images.count))
            }
            return COCOEvaluation(found, classCount: names.count)
        }
        let score = DetectionOutcome.bestScore(seen.map(\.image))
        let outcomes = seen.map { DetectionOutcome($0.image, score: score) }
        var counts = [Int](repeating: 0, count: names.count)
        for object in seen.lazy.flatMap(\.image.objects) where counts.indices.contains(object.label) {
            counts[object.label] += 1
        }
        var facts = Advice.Facts()
        facts.score = scores.coco.averagePrecisionAt50 ?? 0
        facts.int8Score = int8.map { $0.averagePrecisionAt50 ?? 0 }
        facts.trainingCounts = zip(names, subject.data.trainingCounts).map { (ReportText.shown($0), $1) }
        let kinds: [(String, (COCOEvaluation) -> Double?)] = [
            ("mAP@0.50", { $0.averagePrecisionAt50 }), ("mAP@0.75", { $0.averagePrecisionAt75 }),
            ("mAP@[0.50:0.95]", { $0.meanAveragePrecision }),
        ]
        findings = Findings(
            count: scores.images, images: images,
            sections: [
                DetectionSection(
                    scores: scores.coco, outcomes: outcomes, score: score, classNames: names, objectCounts: counts
                ).section(),
                DetectionMistakesSection(
                    mistakes: try Self.mistakes(zip(seen, outcomes).map { ($0.index, $1) }, subject), score: score,
                    classNames: names
                ).section(),
            ], facts: facts,
            headline: (
                ReportText.percent(scores.coco.averagePrecisionAt50),
                Self.interval(scores.found, classes: names.count)
                    + "; over 0.50 to 0.95: \(ReportText.percent(scores.coco.meanAveragePrecision))"
            ),
            int8: int8.map { int8 in
                kinds.compactMap { name, value in
                    guard let float = value(scores.coco), let whole = value(int8) else { return nil }
                    return Int8Section.Score(name: name, float: float, int8: whole)
                }
            } ?? [], agreement: nil, calibrationError: nil, skipped: loader.skippedImages)
    }

    /// Where the score may well lie on other images.
    private static func interval(_ images: [EvaluatedImage], classes: Int) -> String {
        guard let interval = PrecisionInterval(reportedOf: images, classCount: classes) else {
            return "nothing to find"
        }
        return "95 % interval \(ReportText.interval(interval.lower, interval.upper))"
    }

    private static func mistakes(
        _ outcomes: [(index: Int, outcome: DetectionOutcome)], _ subject: ReportSubject
    ) throws -> [DetectionMistakesSection.Mistake] {
        let images = subject.data.images
        let shown = outcomes.filter { $0.outcome.weight > 0 }
            .sorted { ($1.outcome.weight, $0.index) < ($0.outcome.weight, $1.index) }
            .prefix(subject.options.mistakes / 2)
        return try shown.map { index, outcome in
            let picture = try EmbeddedImage(images, at: index, side: side)
            let size = images.storedSize(at: index) ?? ImageSize(width: picture.width, height: picture.height)
            return DetectionMistakesSection.Mistake(
                image: picture, name: images.location(of: index), outcome: outcome, width: size.width,
                height: size.height)
        }
    }
}
