import ArgumentParser
import CommandLineSupport
import Datasets
import Deployment
import Files
import Foundation
import Interchange
import Planning
import Quantization
import Training

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a device package, on the host or on an emulated core.",
        usage: "sapool simulate [<options>] <package> [<images> ...]",
        discussion: """
            The host runs the kernels that the device runs, and computes the same bytes. With --qemu the package is built for a core and run on \
            QEMU's board of it; that says what an image takes: executed instructions in all and for each layer, bytes of RAM, stack and flash. \
            Cycles are estimated from the instructions by a table of timings without wait states; nobody has measured them.

              sapool simulate firmware photo.jpg another.png
              sapool simulate firmware --qemu --core m4 photo.jpg
              sapool simulate firmware --data fashion-mnist --images 10000
              sapool simulate firmware --qemu --data fashion-mnist --images 20 --json
              sapool simulate detector photo.jpg --score 0.6
              sapool simulate firmware --qemu --input x.safetensors --output y.safetensors

            With --qemu files of the package are compiled and run on this machine, so they have to be what sapool export writes for its model, byte by \
            byte. --trust builds and runs a package that was changed or comes from elsewhere as it is: then you run programs of whoever \
            wrote it. SECURITY.md says more.

            A detector's boxes are x, y, width and height in pixels of the image as the network takes it; --data is a folder of annotated images, \
            and scores are mean average precision.

            Documentation/Firmware.md explains the figures.
            """)

    @Argument(help: ArgumentHelp("The package that sapool export --format firmware has written.", valueName: "package"))
    var folder: String
    @Argument(help: ImageArguments.help)
    var files: [String] = []
    @Option(
        help: ArgumentHelp(
            "Take the tensor \"input\" of this file instead of images: [samples, the imported model's own shape].",
            valueName: "safetensors"))
    var input: String?
    @Option(help: ArgumentHelp("With --input: where the tensors that come out go.", valueName: "safetensors"))
    var output: String?
    @Option(help: "Take images of this data set instead of files: what the run held out of it, or its test split.")
    var data: String?
    @Option(help: ArgumentHelp("How many of them, evenly spread (default: 100, with --qemu 10).", valueName: "n"))
    var images: Int?
    @Option(help: "How many classes to name (default: 5).")
    var top: Int?
    @Option(help: "Detectors: list what is no less sure than this, 0 to 1 (default: 0.5).")
    var score: Double?
    @Flag(help: "Run on an emulated core.")
    var qemu = false
    @Option(help: "m4, m7, m33 or m55 (default: the one that the package was made for).")
    var core: Core?
    @Flag(help: "With --qemu: build and run the package's files as they are, though sapool export would write others.")
    var trust = false
    @Flag(help: "Print everything as JSON.")
    var json = false

    func validate() throws {
        guard [!files.isEmpty, data != nil, input != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("Give either images, --data or --input.")
        }
        guard output == nil || input != nil else { throw ValidationError("--output is for --input: leave it out.") }
        if let images, images < 1 { throw ValidationError("--images \(images): use 1 or more.") }
        if images != nil, data == nil {
            throw ValidationError("--images says how many of --data: give --data as well.")
        }
        if let score, !(0...1).contains(score) { throw ValidationError("--score \(score): use 0 to 1.") }
        if let top, top < 1 { throw ValidationError("--top \(top): use 1 or more.") }
        for (option, isGiven) in [("--top", top != nil), ("--score", score != nil)] where isGiven && input != nil {
            throw ValidationError("\(option) is for images, and --input gives tensors as they are: leave it out.")
        }
        guard qemu || !trust else {
            throw ValidationError("--trust is for --qemu: without it no file of the package is built or run.")
        }
        if core != nil, !qemu {
            throw ValidationError("--core is for --qemu: the host's kernels are the same for every core.")
        }
    }

    func run() throws {
        try RunFiles.checkOutput(output)
        let package = try FirmwarePackage(folder)
        if let input { return try simulate(package, tensorsOf: input) }
        let isDetector = package.description.isDetector
        guard isDetector ? top == nil : score == nil else {
            throw ValidationError(
                isDetector
                    ? "--top is for networks that tell images apart, and \(folder) finds objects: leave it out."
                    : "--score is for detectors, and \(folder) tells images apart: leave it out.")
        }
        let (samples, part) = try samples(package)
        let pictures = try FirmwarePixels(samples, for: package)
        var report = SimulationReport(
            package, samples, hasLabels: data != nil, shownScore: score ?? 0.5, shownClasses: top ?? 5,
            part: part?.rawValue)
        if qemu {
            let (emulator, core) = try emulator(package)
            report.add(try emulator.run(try pictures.all()), core)
        } else {
            let host = try HostSimulation(package)
            try pictures.forEach { report.add(try host.answer(to: $0)) }
        }
        if json { try printJSON(report.json) } else { print(report.text) }
    }

    private func emulator(_ package: FirmwarePackage) throws -> (Emulator, Core) {
        let core = core ?? Core(rawValue: package.description.core) ?? .cortexM4
        let emulator = try Emulator(package, core: core, isTrusted: trust)
        try emulator.build()
        return (emulator, core)
    }

    private func simulate(_ package: FirmwarePackage, tensorsOf input: String) throws {
        let simulation = try TensorSimulation(package)
        let emulated = qemu ? try emulator(package) : nil
        let outcome = try simulation.run(input, on: emulated?.0)
        if let output { try ImportedForward.file(outcome.outputs).write(to: output) }
        if json { try printJSON(outcome.record(emulated?.1)) } else { print(outcome.text(emulated?.1)) }
    }

    private func samples(_ package: FirmwarePackage) throws -> (any Dataset, EvaluationPart?) {
        guard let data else { return (ImageArguments.images(files), nil) }
        let (chosen, part) = try TestSamples.evenly(
            spread: images ?? (qemu ? 10 : 100), of: data, package: folder,
            isDetector: package.description.isDetector)
        return (chosen, part)
    }
}
