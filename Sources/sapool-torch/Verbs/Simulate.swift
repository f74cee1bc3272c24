import ArgumentParser
import CommandLineSupport
import Datasets
import Deployment
import Foundation
import Planning
import Quantization
import Training

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a device package, on the host or on an emulated core.",
        discussion: """
            The host runs the kernels that the device runs, and computes the same bytes. With --qemu the package is built for a core and run on \
            QEMU's board of it; that says what an image takes: executed instructions (not cycles) in all and for each layer, bytes of RAM, stack \
            and flash.

              sapool simulate firmware photo.jpg another.png
              sapool simulate firmware --qemu --core m4 photo.jpg
              sapool simulate firmware --data fashion-mnist --images 10000
              sapool simulate firmware --qemu --data fashion-mnist --images 20 --json
              sapool simulate detector photo.jpg --score 0.6

            A detector's boxes are x, y, width and height in pixels of the image as the network takes it; --data is a folder of annotated images, \
            and scores are mean average precision.

            Documentation/Firmware.md explains the figures.
            """)

    @Argument(help: ArgumentHelp("The package that sapool export --format firmware has written.", valueName: "package"))
    var folder: String
    @Argument(help: ImageArguments.help)
    var files: [String] = []
    @Option(help: "Take images of this data set's test split instead of files.")
    var data: String?
    @Option(help: ArgumentHelp("How many of them, evenly spread (default: 100, with --qemu 10).", valueName: "n"))
    var images: Int?
    @Option(help: "Detectors: list what is no less sure than this, 0 to 1.")
    var score = 0.5
    @Flag(help: "Run on an emulated core.")
    var qemu = false
    @Option(help: "m4, m7, m33 or m55 (default: the one that the package was made for).")
    var core: Core?
    @Flag(help: "Print everything as JSON.")
    var json = false

    func validate() throws {
        guard files.isEmpty != (data == nil) else { throw ValidationError("Give either images or --data.") }
        if let images, images < 1 { throw ValidationError("--images \(images): use 1 or more.") }
        if images != nil, data == nil {
            throw ValidationError("--images says how many of --data: give --data as well.")
        }
        guard (0...1).contains(score) else { throw ValidationError("--score \(score): use 0 to 1.") }
        if core != nil, !qemu {
            throw ValidationError("--core is for --qemu: the host's kernels are the same for every core.")
        }
    }

    func run() throws {
        let package = try FirmwarePackage(folder)
        let samples = try samples(package)
        let pictures = try FirmwarePixels(samples, for: package)
        var report = SimulationReport(package, samples, hasLabels: data != nil, shownScore: score)
        if qemu {
            let core = core ?? Core(rawValue: package.description.core) ?? .cortexM4
            let emulator = try Emulator(package, core: core)
            try emulator.build()
            report.add(try emulator.run(try pictures.all()), core)
        } else {
            let host = try HostSimulation(package)
            try pictures.forEach { report.add(try host.answer(to: $0)) }
        }
        if json { try printJSON(report.json) } else { print(report.text) }
    }

    private func samples(_ package: FirmwarePackage) throws -> any Dataset {
        guard let data else { return ImageArguments.images(files) }
        let count = images ?? (qemu ? 10 : 100)
        return package.description.isDetector
            ? try TestSamples.evenly(spread: count, of: AnnotatedFolder(data))
            : try TestSamples.evenly(spread: count, of: data)
    }
}
