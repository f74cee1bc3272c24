import CTorch
import Torch
import XCTest

/// The project's own batch normalisation against libtorch's in double precision.
final class BatchNormalisationTests: XCTestCase {

    private func forEachInstructionSet(_ body: (String) throws -> Void) rethrows {
        let best = String(cString: ct_kernel_instructions())
        defer { _ = ct_use_kernel_instructions(best) }
        for name in ["AVX512", "AVX2", "DEFAULT"] where ct_use_kernel_instructions(name) { try body(name) }
    }

    private struct Inputs {
        var map: Tensor
        var weight: Tensor
        var bias: Tensor
        var gradient: Tensor

        init(_ shape: [Int], offset: Double = 0.5) throws {
            map = try Tensor.normal(shape, type: .float64) * 2 + offset
            weight = try Tensor.normal([shape[1]], type: .float64) + 1
            bias = try Tensor.normal([shape[1]], type: .float64) + 1
            gradient = try Tensor.normal(shape, type: .float64)
        }
    }

    /// Output, mean, biased variance, and the gradients of map, weight and bias.
    private func outcome(_ inputs: Inputs, _ clamp: ClosedRange<Double>, fused: Bool) throws -> [[Double]] {
        let type: ScalarType = fused ? .float32 : .float64
        let x = try inputs.map.to(type, format: .channelsLast).detached().requireGradient()
        let (weight, bias) = (
            try inputs.weight.to(type).detached().requireGradient(),
            try inputs.bias.to(type).detached().requireGradient()
        )
        let (output, mean, variance): (Tensor, Tensor, Tensor)
        if fused {
            (output, mean, variance) = try x.normalisedByBatch(
                weight: weight, bias: bias, epsilon: 1e-5, lowest: clamp.lowerBound, highest: clamp.upperBound)
        } else {
            let plain = try x.batchNorm(
                weight: weight, bias: bias, mean: nil, variance: nil, training: true, momentum: 0, epsilon: 1e-5)
            output =
                clamp.lowerBound == 0 ? try clamp.upperBound == 6 ? plain.relu6() : plain.relu() : plain
            let average = try x.detached().mean([0, 2, 3], keepDimensions: true)
            let centred = try x.detached() - average
            mean = try average.reshaped([-1])
            variance = try (centred * centred).mean([0, 2, 3])
        }
        try (output * inputs.gradient.to(type)).sum().backward()
        return try [
            output, mean, variance, XCTUnwrap(x.gradient), XCTUnwrap(weight.gradient), XCTUnwrap(bias.gradient),
        ].map {
            try $0.array()
        }
    }

    private func check(_ inputs: Inputs, _ clamp: ClosedRange<Double>, tolerance: Double = 1e-5) throws {
        let expected = try outcome(inputs, clamp, fused: false)
        try forEachInstructionSet { instructions in
            let actual = try outcome(inputs, clamp, fused: true)
            for (index, name) in ["output", "mean", "variance", "map", "weight", "bias"].enumerated() {
                let scale = max(0.1, expected[index].lazy.map(abs).max() ?? 0)
                let error = zip(actual[index], expected[index]).reduce(0.0) {
                    $1.0.isFinite ? max($0, abs($1.0 - $1.1)) : .infinity
                }
                XCTAssertLessThan(error / scale, tolerance, "\(name), \(inputs.map.shape), \(clamp), \(instructions)")
            }
        }
    }

    private let clamps: [ClosedRange<Double>] = [-.infinity ... .infinity, 0 ... .infinity, 0...6]

    func testAgreesWithLibtorchForManyShapes() throws {
        Torch.seed(1)
        for shape in [
            [2, 1, 1, 1], [3, 5, 4, 4], [2, 8, 7, 5], [4, 24, 9, 9], [2, 30, 3, 11], [1, 70, 6, 6], [8, 32, 33, 35],
            [2, 200, 5, 5],
        ] {
            for clamp in clamps { try check(Inputs(shape), clamp) }
        }
    }

    /// A mean of a thousand deviations: squares would cancel to nothing if they were not those of distances.
    func testKeepsItsAccuracyWhereTheMeanIsLarge() throws {
        Torch.seed(2)
        // No clamp: rounding of the map itself would decide on which side of it a value falls.
        try check(Inputs([4, 12, 20, 20], offset: 2000), clamps[0], tolerance: 2e-3)
    }

    /// 1 and 3: mean 2, variance 1; normalised −1 and 1.
    func testByHand() throws {
        let x = try Tensor([1, 3] as [Float], shape: [2, 1, 1, 1])
        let (weight, bias) = (try Tensor([2] as [Float], shape: [1]), try Tensor([1] as [Float], shape: [1]))
        let result = try x.normalisedByBatch(weight: weight, bias: bias, epsilon: 0, lowest: 0)
        XCTAssertEqual(try result.output.array(of: Float.self), [0, 3])
        XCTAssertEqual(try result.mean.item(), 2)
        XCTAssertEqual(try result.variance.item(), 1)
    }

    func testBitsDoNotDependOnTheNumberOfThreads() throws {
        let before = Torch.threads
        defer { Torch.threads = before }
        Torch.seed(3)
        let inputs = try Inputs([4, 40, 50, 50])
        Torch.threads = 1
        let expected = try outcome(inputs, 0...6, fused: true)
        for threads in [2, 3] {
            Torch.threads = threads
            XCTAssertEqual(try outcome(inputs, 0...6, fused: true), expected)
        }
    }

    func testPassesOnWhatIsNotANumber() throws {
        let x = try Tensor([1, .nan, 3, 4] as [Float], shape: [4, 1, 1, 1])
        let one = try Tensor.ones([1])
        let result = try x.normalisedByBatch(weight: one, bias: one, epsilon: 1e-5, lowest: 0, highest: 6)
        XCTAssertTrue(try result.output.array(of: Float.self).allSatisfy(\.isNaN))
    }

    func testSaysWhatDoesNotFit() throws {
        func message(_ x: Tensor, _ weight: [Int]) throws -> String {
            do {
                _ = try x.normalisedByBatch(weight: .ones(weight), bias: .ones(weight), epsilon: 1e-5)
                return "no error"
            } catch { return "\(error)" }
        }
        let name = "libtorch's sapool::batch_norm failed: "
        XCTAssertEqual(
            try message(.zeros([2, 3, 4, 5]), [3]), name + "takes a float32 map in channels-last memory on the CPU")
        XCTAssertEqual(
            try message(Tensor.zeros([2, 3, 4, 5]).to(format: .channelsLast), [4]),
            name + "takes a weight and a bias of 3 numbers, given [4]")
        XCTAssertEqual(
            try message(.zeros([1, 3, 1, 1]), [3]), name + "takes more than one value a channel, given [1, 3, 1, 1]")
    }

    /// One image, too: its pixels are shared out.
    func testRunsOnAsManyThreadsAsAreSet() throws {
        let x = try Tensor.normal([1, 32, 256, 256]).to(format: .channelsLast).requireGradient()
        let (weight, bias) = (try Tensor.normal([32]), try Tensor.normal([32]))
        try assertRunsOnAsManyThreadsAsAreSet([1, 2]) {
            try x.normalisedByBatch(weight: weight, bias: bias, epsilon: 1e-5, lowest: 0, highest: 6).0
        }
    }
}
