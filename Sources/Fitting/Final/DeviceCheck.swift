import Datasets
import Deployment
import Foundation
import Interchange
import Planning
import Quantization
import Training

/// Writes the winner's firmware and its library for C, and runs the firmware on the host and on an emulated core.
package struct DeviceCheck {
    /// How many images run on the emulated core, at most.
    package static let emulatedImages = 20
    /// How many run on this machine with the package's kernels, at most.
    package static let hostImages = 2000
    /// Instructions that all of them may take: an emulator executes some fifty million a second.
    package static let mostInstructions = 6_000_000_000

    package let folder: FitFolder
    /// The part of the data that runs.
    package let part: EvaluationPart
    package let budget: FitBudget
    /// What the planner estimated, for an image.
    package let instructions: Int
    package let cycles: Int
    /// Whether anything runs on an emulated core.
    package let emulates: Bool
    package let report: (FitEvent) -> Void

    /// Writes the package and runs it, and writes the library where this machine can build it.
    ///
    /// - Throws: `DeploymentError` where the package does not fit, or the firmware fails.
    package func figures() throws -> DeviceFigures {
        let run = folder.run
        let configuration = try RunConfiguration.read(from: run).configuration
        var options = FirmwareOptions()
        (options.sram, options.flash, options.core) = (budget.sram, budget.flash, budget.core)
        let program = try KernelProgram(QuantizedModel(contentsOf: run.int8))
        let export = try FirmwareExport(program, options: options)
        let package = try FirmwarePackage.write(
            export, to: folder.firmware, preprocessing: configuration.evaluationTransform, core: budget.core)
        try run.copyImageLists(to: RunFolder(folder.firmware))
        let source = try RunData(configuration, of: run)
        let scored = try Subset(
            evenly: Self.hostImages,
            of: source.images(part))
        let (answers, right) = try onHost(package, scored)
        let accuracy = package.description.isDetector ? nil : ScoreInterval(right: right, of: answers.count)
        var figures = DeviceFigures(
            core: budget.core.rawValue, sramBytes: export.footprint.sramBytes, flashBytes: export.footprint.flashBytes,
            arenaBytes: program.arenaBytes, hostImages: answers.count, hostAccuracy: accuracy, emulatedImages: 0,
            equalAnswers: 0, instructions: nil, estimatedCycles: nil, estimatedMilliseconds: 0,
            megahertz: budget.megahertz, withoutEmulator: nil)
        try writeLibrary(export, &figures)
        try emulate(package, scored, answers, &figures)
        figures.estimatedMilliseconds = Double(figures.estimatedCycles ?? cycles) / (budget.megahertz * 1000)
        return figures
    }

    /// A machine whose toolchain cannot build for the core still has its firmware: the reason is told, and nothing fails.
    private func writeLibrary(_ export: FirmwareExport, _ figures: inout DeviceFigures) throws {
        let targets = LibraryTarget.usual(for: budget.core)
        report(.result("building the library for \(targets.map(\.title).joined(separator: ", "))"))
        do {
            let library = try LibraryPackage.write(export, targets: targets, to: folder.library)
            figures.libraryTarget = library.archives.first?.target.name
            figures.libraryBytes = library.archives.first?.bytes
        } catch let error as DeploymentError {
            figures.withoutLibrary = error.description
        }
    }

    /// What the package's kernels say of every image, and how many of these answers are right.
    private func onHost(_ package: FirmwarePackage, _ scored: any Dataset) throws -> ([DeviceAnswer], Int) {
        let host = try HostSimulation(package)
        var answers: [DeviceAnswer] = []
        var right = 0
        try FirmwarePixels(scored, for: package).forEach { pixels in
            let answer = try host.answer(to: pixels)
            if case .scores(let predicted, _) = answer, predicted == scored.label(at: answers.count) { right += 1 }
            answers.append(answer)
        }
        return (answers, right)
    }

    private func emulate(
        _ package: FirmwarePackage, _ scored: any Dataset, _ answers: [DeviceAnswer], _ figures: inout DeviceFigures
    ) throws {
        guard emulates else {
            figures.withoutEmulator = "it was asked not to"
            return
        }
        guard Emulator.isInstalled else {
            figures.withoutEmulator = "there is no emulator on this machine: Scripts/bootstrap sets it up"
            return
        }
        let emulator: Emulator
        do {
            emulator = try Emulator(package, core: budget.core)
        } catch let error as DeploymentError {
            figures.withoutEmulator = error.description
            return
        }
        report(.result("building the firmware for an emulated \(budget.core.name)"))
        try emulator.build()
        let affordable = max(2, Self.mostInstructions / max(1, instructions))
        let count = min(Self.emulatedImages, affordable, scored.count)
        let chosen = try Subset(evenly: count, of: scored)
        let run = try emulator.run(FirmwarePixels(chosen, for: package).all())
        figures.emulatedImages = count
        figures.equalAnswers = zip(run.inferences, chosen.indices).count { $0.answer.numbers == answers[$1].numbers }
        (figures.sramBytes, figures.flashBytes) = (run.sramBytes, run.flashBytes)
        figures.instructions = run.inferences.map(\.instructions).max()
        figures.estimatedCycles = run.inferences.map(\.estimatedCycles).max()
        guard figures.equalAnswers == count else {
            throw FittingError(
                "the firmware on the emulated \(budget.core.name) says something else than the host of \(count - figures.equalAnswers) of "
                    + "\(count) images: please report this network (\(folder.run.network))")
        }
    }
}
