import Execution
import Foundation
import Networks
import Torch
import Training

/// Steps of a network on random images that lie on the device already: what computing alone takes.
final class StepTimer {
    private let model: Model
    private let optimizer: SGD
    private let lossScale: LossScale?
    private let images: Tensor
    private let labels: Tensor
    private let trains: Bool
    private let productType: ScalarType?
    private let device: Device

    /// - Parameter trains: whether a step is one of training with SGD and momentum, or of inference.
    init(
        _ network: Network, batchSize: Int, trains: Bool, precision: Recipe.Precision, device: Device
    ) throws {
        self.trains = trains
        self.device = device
        productType = precision.productType
        if device.isCUDA {
            Torch.allowsTF32 = precision == .tf32
            Torch.setDeterministic(false)
        }
        model = try Model(network, seed: 1, device: device)
        optimizer = try SGD(model.parameters.optimized(weightDecay: 1e-4), momentum: 0.9)
        lossScale = precision == .float16 ? try LossScale(device: device) : nil
        Torch.seed(1)
        images = try Tensor.normal([batchSize] + network.inputShape.dimensions).to(format: .channelsLast)
            .to(device: device)
        let classes = network.classCount
        labels = try Tensor((0..<batchSize).map { Int64($0 % classes) }, shape: [batchSize]).to(device: device)
    }

    /// Milliseconds of each of `count` steps. A GPU computes them without a wait in between, so each is told their
    /// mean.
    func run(_ count: Int) throws -> [Double] {
        guard device.isCPU else {
            try device.synchronise()
            let time = try ContinuousClock().measure {
                for _ in 0..<count { try step() }
                try device.synchronise()
            }
            return [Double](repeating: time / .milliseconds(1) / Double(max(1, count)), count: count)
        }
        return try (0..<count).map { _ in try ContinuousClock().measure { try step() } / .milliseconds(1) }
    }

    /// The most memory in use at once since the start, in MiB: of tensors on a GPU, of the process otherwise.
    var peakMebibytes: Double { device.peakMemory.map { Double($0) / 1_048_576 } ?? Self.residentPeak }

    private func step() throws {
        guard trains else {
            _ = try Torch.withoutGradients { try outputs() }
            return
        }
        let loss = try outputs().to(.float32).crossEntropy(labels)
        try (lossScale?.scaled(loss) ?? loss).backward()
        let skipping = try lossScale?.unscale(model.parameters.trainable.map(\.tensor))
        try optimizer.step(learningRate: 1e-3, skipping: skipping)
        if let skipping { try lossScale?.update(skipping) }
        optimizer.clearGradients()
    }

    private func outputs() throws -> Tensor {
        func logits() throws -> Tensor { try model.network.logits(of: model(images, training: trains)) }
        guard let productType else { return try logits() }
        return try Torch.withMixedPrecision(productType, on: device, logits)
    }

    private static var residentPeak: Double {
        #if os(Linux)
            // Not getrusage: its maximum survives exec and would count the process that started this one.
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
