import ArgumentParser
import CommandLineSupport
import Foundation
import Networks
import Torch
import Training

struct Speed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures how fast this machine trains or runs a network.",
        usage: "sapool speed [<options>] <network>",
        discussion: """
            Steps over random images that lie in memory already, without reading, cropping or writing anything. Of a GPU the memory is \
            that of its tensors, else that of the process.

              sapool speed mobilenet_v2-skip-1222121 --resolution 128 --batch-size 32
              sapool speed mobilenet_v2-skip-1222121 --resolution 128 --batch-size 256 \\
                  --device cuda --precision bfloat16
              sapool speed mobilenet-v2 --batch-size 1 --inference
            """)

    @Argument(help: "The network: a name in either notation.")
    var network: String
    @Option(help: "Width of a MobileNet V1 or V2.")
    var width = 1.0
    @Option(help: ArgumentHelp("Side of the images, or their rows and columns as 49x10.", valueName: "pixels"))
    var resolution = ImageSides(224)
    @Option(help: "Images a step.")
    var batchSize = 32
    @Option(help: "Classes that the network tells apart.")
    var classes = 10
    @Flag(help: "Measure inference, not training.")
    var inference = false
    @Option(
        help:
            "float32; bfloat16 on GPUs of NVIDIA and processors that compute in it; tf32 or float16 on GPUs of NVIDIA."
    )
    var precision = Recipe.Precision.float32
    @Option(help: "How often the steps are measured, after one time for warming up.")
    var rounds = 5
    @Option(help: "Steps that are measured together.")
    var steps = 5
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print the figures as JSON.")
    var json = false
    /// Answers numbers on standard input by the milliseconds of that many steps, and "memory" by the peak: for taking
    /// turns with others.
    @Flag(help: .hidden)
    var serve = false

    struct Figures: Encodable {
        let network: String
        let device: String
        let precision: String
        let training: Bool
        let batch_size: Int
        let milliseconds: Double
        let least_milliseconds: Double
        let most_milliseconds: Double
        let images_per_second: Double
        let peak_mebibytes: Double
    }

    func validate() throws {
        func require(_ value: Int, _ range: ClosedRange<Int>, _ option: String) throws {
            guard range.contains(value) else {
                throw ValidationError("\(option) \(value): use \(range.lowerBound) to \(range.upperBound).")
            }
        }
        try resolution.check()
        try require(batchSize, 1...65_536, "--batch-size")
        try require(classes, 1...1_000_000, "--classes")
        try require(rounds, 1...10_000, "--rounds")
        try require(steps, 1...10_000, "--steps")
    }

    func run() throws {
        let device = try machine.apply()
        try precision.check(on: device)
        let architecture = try Network(
            notation: network, input: Shape(3, resolution.size), classes: classes, width: width)
        guard architecture.detector == nil else {
            throw ValidationError("\(architecture.name) finds objects: name a network that tells images apart.")
        }
        let timer = try StepTimer(
            architecture, batchSize: batchSize, trains: !inference, precision: precision, device: device)
        if serve { return try answer(timer) }
        _ = try timer.run(steps)
        let times = try (0..<rounds).flatMap { _ in try timer.run(steps) }.sorted()
        let median = (times[(times.count - 1) / 2] + times[times.count / 2]) / 2
        let rate = Double(batchSize) / median * 1000
        if json {
            try printJSON(
                Figures(
                    network: architecture.name, device: device.name, precision: precision.rawValue,
                    training: !inference, batch_size: batchSize, milliseconds: median, least_milliseconds: times[0],
                    most_milliseconds: times[times.count - 1], images_per_second: rate,
                    peak_mebibytes: timer.peakMebibytes))
        } else {
            print(
                "\(architecture.name), image \(architecture.inputShape), batch \(batchSize), "
                    + "\(inference ? "inference" : "training") in \(precision.rawValue) on \(device)")
            print(
                "\(grouped(Int(rate))) images/s  \(fixed(median, 2)) ms a step (\(fixed(times[0], 2)) to "
                    + "\(fixed(times[times.count - 1], 2)))  peak memory \(grouped(Int(timer.peakMebibytes))) MiB")
        }
    }

    private func answer(_ timer: StepTimer) throws {
        func write(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
        while let line = readLine() {
            if line == "memory" {
                write("\(timer.peakMebibytes)")
            } else {
                let count = min(max(0, Int(line) ?? 0), 1_000_000)
                write(try timer.run(count).map { String(format: "%.3f", $0) }.joined(separator: " "))
            }
        }
    }
}
