import Calibration
import Datasets
import Files
import Foundation
import Networks
import Planning
import Quantization
import Reporting
import Training

/// All there is to know of a run, on one page that opens from a file.
///
/// ```swift
/// let report = try RunReport(RunFolder("runs/a"))
/// print(try report.write())       // runs/a/report.html
/// ```
public struct RunReport {
    /// The page.
    public let page: HTMLPage
    /// Its numbers.
    public let record: Record
    /// Images that could not be read, each with the reason.
    public let skippedImages: [SkippedImage]
    private let run: RunFolder

    /// Scores a run, float and int8, and looks into it. Nothing is written.
    ///
    /// - Parameter progress: told now and then how far it is.
    /// - Throws: where the folder holds no run, its data are gone, or an image cannot be read; before anything long
    ///   begins, where a device
    ///   package that is asked for is missing or of another network.
    public init(
        _ run: RunFolder, _ options: Options = Options(), progress: (Progress) -> Void = { _ in }
    ) throws {
        let subject = try ReportSubject(run, options)
        let findings =
            subject.model.network.detector == nil
            ? try ClassificationFindings(subject, progress).findings
            : try DetectionFindings(subject, progress).findings
        if subject.emulator != nil { progress(.stage("running the firmware on an emulated core")) }
        let figures = try subject.deviceFigures(findings.images)
        let plan = Result { try subject.plan() }

        var facts = findings.facts
        facts.trainedOnEvaluation = subject.data.trainedOn
        let metrics = try run.epochMetrics()
        facts.add(subject.run, subject.configuration, metrics)
        facts.scoresOtherImages = subject.data.isOther
        if case .success(let plan) = plan { facts.add(plan) }
        let advice = Advice.all(facts)
        let overview = OverviewSection(subject, findings, plan: try? plan.get(), advice: facts)

        var page = HTMLPage(title: run.path.shortened(to: 80), lead: overview.lead())
        page.add(AdviceSection(advice: advice).section())
        page.add(overview.section())
        for section in options.furtherSections { page.add(section) }
        page.add(
            LearningSection(
                metrics: metrics, scoreName: facts.scoreName, isDetector: facts.isDetector,
                isTaught: subject.configuration.recipe.teacher != nil
            ).section())
        for section in findings.sections { page.add(section) }
        page.add(Int8Section(scores: findings.int8, agreement: findings.agreement, run: run.path).section())
        switch plan {
        case .success(let plan):
            page.add(MemorySection(plan: plan).section())
            page.add(CostSection(plan: plan).section())
        case .failure(let error):
            page.add(HTMLPage.Section("Memory", .paragraph(.text("The network cannot be planned: \(error)."))))
        }
        page.add(DeviceSection(figures: figures, run: run.path, hasInt8: subject.int8 != nil).section())
        self.page = page
        self.run = run
        skippedImages = findings.skipped
        record = Record(
            data: subject.data.source.data, split: subject.data.part.rawValue, images: findings.count,
            trained_on: subject.data.trainedOn, score_name: facts.scoreName, score: facts.score,
            int8_score: facts.int8Score, expected_calibration_error: findings.calibrationError,
            advice: advice.map { Record.Step(title: $0.title, reason: $0.reason, command: $0.command) })
    }

    /// Writes the page, replacing what is there all at once.
    ///
    /// - Parameter path: where it goes; nil for report.html in the run's folder.
    /// - Returns: its path.
    /// - Throws: `FileError` that names the path.
    @discardableResult
    public func write(to path: String? = nil) throws -> String {
        let place = path ?? run.path + "/report.html"
        try AtomicFile.replace(place, with: Array(page.source.utf8))
        return place
    }
}

extension Advice.Facts {
    /// What the run's folder says.
    fileprivate mutating func add(
        _ run: RunFolder, _ configuration: RunConfiguration, _ metrics: [EpochMetrics]
    ) {
        self.run = run.path
        trainAccuracy = metrics.last?.trainAccuracy
        history = metrics.map(\.accuracy)
        epochs = configuration.recipe.epochs
        patienceEndedIt = configuration.recipe.losesPatience(after: metrics)
        augmentation = configuration.recipe.augmentation.rawValue
        labelSmoothing = configuration.recipe.labelSmoothing
        scoreName = configuration.recipe.scoreName
        isDetector = configuration.recipe.task == .detection
    }

    /// What its plan says.
    fileprivate mutating func add(_ plan: PlanReport) {
        func excess(_ verdict: Verdict?) -> (share: Double, sentence: String)? {
            guard let verdict, !verdict.fits else { return nil }
            return (Double(verdict.budgetBytes) / Double(max(1, verdict.neededBytes)), verdict.sentence)
        }
        sramExcess = excess(plan.fits?.sram)
        flashExcess = excess(plan.fits?.flash)
        peakStep = plan.steps[plan.peakStep].name.shortened(to: 60)
        arenaBytes = plan.arenaBytes
        sram = plan.fits?.sram.map { (plan.peakSRAMBytes, $0.budgetBytes) }
        flash = plan.fits?.flash.map { (plan.flashBytes, $0.budgetBytes) }
    }
}
