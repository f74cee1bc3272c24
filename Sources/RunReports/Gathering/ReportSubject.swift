import Calibration
import Datasets
import Deployment
import Detection
import Execution
import Foundation
import Planning
import Quantization
import Training

/// What is reported: a run's model, its int8 model, its device package, and the images. All is opened before anything
/// long begins.
struct ReportSubject {
    let run: RunFolder
    let options: RunReport.Options
    let configuration: RunConfiguration
    let model: Model
    /// Nil where there is none.
    let int8: QuantizedModel?
    /// The device package, nil where there is none; and what runs it, where that is asked for.
    let package: FirmwarePackage?
    let emulator: Emulator?
    let data: ReportData

    init(_ run: RunFolder, _ options: RunReport.Options) throws {
        let trained = try TrainedModel(run, weights: options.weights, device: options.device)
        let configuration = trained.configuration
        (self.run, self.options, self.configuration, model) = (run, options, configuration, trained.model)
        let isThere = FileManager.default.fileExists(atPath: run.int8)
        int8 =
            isThere || options.int8Model != nil
            ? try QuantizedModel(of: run, configuration, path: options.int8Model) : nil
        package = try Self.package(run, options, configuration, int8)
        if options.emulates {
            guard let package else {
                throw DeploymentError(
                    "\(run.path) has no firmware to run: export it with sapool export \(run.path) --format "
                        + "firmware --output "
                        + "\(run.path)/firmware, or name its folder with --firmware")
            }
            emulator = try Emulator(package, core: Self.core(of: package))
        } else {
            emulator = nil
        }
        data = try ReportData(
            RunData(trained, data: options.data), part: options.part,
            isDetector: trained.model.network.detector != nil)
    }

    /// The core that a package was made for.
    private static func core(of package: FirmwarePackage) -> Core {
        Core(rawValue: package.description.core) ?? .cortexM4
    }

    /// The package that is named, or one beside the run whose weights are those of its int8 model.
    private static func package(
        _ run: RunFolder, _ options: RunReport.Options, _ configuration: RunConfiguration, _ int8: QuantizedModel?
    ) throws -> FirmwarePackage? {
        if let folder = options.firmware {
            let package = try FirmwarePackage(folder)
            guard package.description.classes == configuration.classNames else {
                throw DeploymentError(
                    "\(folder) is a device package of other classes than \(run.path): name the one that was "
                        + "exported of this run"
                )
            }
            return package
        }
        guard let int8 else { return nil }
        let parent = URL(fileURLWithPath: run.path).deletingLastPathComponent().path
        return [run.path + "/firmware", run.path + "-firmware", parent + "/firmware"].lazy
            .compactMap { try? FirmwarePackage($0) }
            .first { (try? QuantizedModel(contentsOf: $0.model))?.weights == int8.weights }
    }

    /// A plan as the int8 model has it, within the budget.
    func plan() throws -> PlanReport {
        var budget = options.budget
        if budget.isEmpty, let package {
            budget = Budget(
                sram: package.description.sramBytes, flash: package.description.flashBytes,
                stack: package.description.stackBytes)
        }
        return try PlanReport(
            model.network, budget: budget, options: int8?.planOptions ?? PlanOptions(),
            core: package.map(Self.core) ?? .cortexM4)
    }

    /// What the device package says, and what an emulated core takes where that is asked for.
    func deviceFigures(_ images: any Dataset) throws -> DeviceSection.Figures? {
        guard let package else { return nil }
        var (emulated, agreeing): (EmulatedRun?, Int) = (nil, 0)
        if let emulator {
            let samples = try Subset(evenly: max(1, options.emulatedImages), of: images)
            let pixels = try FirmwarePixels(samples, for: package).all()
            try emulator.build()
            let outcome = try emulator.run(pixels)
            let host = try HostSimulation(package)
            agreeing = try zip(outcome.inferences, pixels).count { try host.answer(to: $1) == $0.answer }
            emulated = outcome
        }
        return DeviceSection.Figures(
            package: package.description, folder: package.path, core: Self.core(of: package), run: emulated,
            agreeing: agreeing)
    }

    /// The images in order, as the network sees them.
    func loader(of dataset: any Dataset, batchSize: Int? = nil) throws -> Loader {
        try Loader(
            dataset: dataset, transform: configuration.evaluationTransform,
            configuration: LoaderConfiguration(
                batchSize: batchSize ?? options.batchSize, seed: 0, shuffle: false, dropLast: false,
                workers: options.workers, skipBadImages: options.skipsBadImages))
    }
}

/// The images that a run is scored on.
struct ReportData {
    let source: RunData
    let part: EvaluationPart
    let images: any Dataset
    /// How many of them the run was trained on.
    let trainedOn: Int
    /// Whether they are not those that the run's epochs were compared by.
    let isOther: Bool
    /// Images of each class that the run was trained on, or objects; empty where nobody knows.
    let trainingCounts: [Int]

    init(_ source: RunData, part wanted: EvaluationPart?, isDetector: Bool) throws {
        self.source = source
        part = try source.part(wanted)
        images =
            isDetector ? AnnotatedDataset(try source.annotations(part), cacheBytes: 0) : try source.images(part)
        trainedOn = try source.trainedOn(part, images)
        // Parts of one size are seldom others; to know it, all would have to be read.
        isOther = source.configuration.images.map { $0.evaluation.count != images.count } ?? false
        let recorded = source.configuration.images?.training.classCounts ?? []
        trainingCounts =
            isDetector && source.isOwn ? (try? source.annotations(.train).classCounts) ?? [] : recorded
    }
}
