import Execution
import Foundation
import Networks
import Torch

/// One side of a comparison that Benchmarks/training_step.py interleaves.
///
/// Builds a network; then, for each line with a number on standard input, runs that many steps and prints their milliseconds. "memory"
/// prints the peak of resident memory in MiB.
@main
struct BenchmarkStep {
    private let model: Model
    private let optimizer: SGD
    private let images: Tensor
    private let labels: Tensor
    private let trains: Bool

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().map { $0 }
        guard arguments.count == 5, let side = Int(arguments[1]), let batch = Int(arguments[2]),
            let threads = Int(arguments[4]), ["train", "infer"].contains(arguments[3])
        else {
            print("usage: benchmark-step NETWORK PIXELS BATCH train|infer THREADS")
            exit(64)
        }
        Torch.threads = threads
        let benchmark = try BenchmarkStep(arguments[0], side: side, batch: batch, trains: arguments[3] == "train")
        while let line = readLine() {
            if line == "memory" {
                answer("\(peakMebibytes())")
            } else {
                let times = try (0..<(Int(line) ?? 0)).map { _ in try ContinuousClock().measure(benchmark.step) }
                answer(times.map { String(format: "%.3f", $0 / .milliseconds(1)) }.joined(separator: " "))
            }
        }
    }

    private init(_ notation: String, side: Int, batch: Int, trains: Bool) throws {
        model = try Model(Network(notation: notation, input: [3, side, side], classes: 10), seed: 1)
        optimizer = try SGD(model.parameters.optimized(weightDecay: 1e-4), momentum: 0.9)
        Torch.seed(1)
        images = try Tensor.normal([batch, 3, side, side]).to(format: .channelsLast)
        labels = try Tensor((0..<batch).map { Int64($0 % 10) }, shape: [batch])
        self.trains = trains
    }

    private func step() throws {
        if trains {
            try optimizer.minimize(model(images, training: true).crossEntropy(labels), learningRate: 1e-3)
        } else {
            _ = try Torch.withoutGradients { try model(images) }
        }
    }

    /// Writes a line at once, though standard output is a pipe.
    private static func answer(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    private static func peakMebibytes() -> Double {
        #if os(Linux)
            // Not getrusage: its maximum survives exec and would count the Python that started this process.
            let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
        #else
            var usage = rusage()
            getrusage(RUSAGE_SELF, &usage)
            return Double(usage.ru_maxrss) / 1_048_576
        #endif
    }
}
