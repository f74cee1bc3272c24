import CTorch
import Foundation
import Torch
import XCTest

/// The project's own window pooling against libtorch's operations in double precision.
final class WindowPoolingTests: XCTestCase {
    /// One pooling; maps `[B, C, H, W]`, logits `[B, C, h, w]`.
    private struct Case: CustomStringConvertible {
        var map: [Int]
        var cells: [Int]
        var kernel = [2, 2]
        var stride = [2, 2]
        var padding = [0, 0]
        var weighting = WindowWeighting(sigmoid: true, exponential: true)
        var normalised = true
        var formats: (map: MemoryFormat, logits: MemoryFormat) = (.channelsLast, .channelsLast)

        var description: String {
            "\(map), cells \(cells), kernel \(kernel)/\(stride)+\(padding), \(weighting), normalised \(normalised), \(formats)"
        }
    }

    private struct Outcome {
        var output: [Double]
        var mapGradient: [Double]
        var logitsGradient: [Double]
    }

    private func forEachInstructionSet(_ body: (String) throws -> Void) rethrows {
        let best = String(cString: ct_kernel_instructions())
        defer { _ = ct_use_kernel_instructions(best) }
        for name in ["AVX512", "AVX2", "DEFAULT"] where ct_use_kernel_instructions(name) { try body(name) }
    }

    private func outcome(_ pooling: Case, _ map: Tensor, _ logits: Tensor, type: ScalarType) throws -> Outcome {
        let x = try map.to(type, format: pooling.formats.map).detached().requireGradient()
        let l = try logits.to(type, format: pooling.formats.logits).detached().requireGradient()
        let output = try x.windowPooled(
            logits: l, weighting: pooling.weighting, kernel: pooling.kernel, stride: pooling.stride,
            padding: pooling.padding, normalised: pooling.normalised)
        try (output * output).sum().backward()
        return Outcome(
            output: try output.array(), mapGradient: try XCTUnwrap(x.gradient).array(),
            logitsGradient: try XCTUnwrap(l.gradient).array())
    }

    private func distance(_ actual: [Double], _ expected: [Double]) -> Double {
        guard actual.count == expected.count else { return .infinity }
        let largest = zip(actual, expected).reduce(0.0) { $1.0.isFinite ? max($0, abs($1.0 - $1.1)) : .infinity }
        // Where each window lies in one cell a gradient is zero but for rounding.
        return largest / max(0.1, expected.lazy.map(abs).max() ?? 1)
    }

    private func check(_ pooling: Case) throws {
        let map = try Tensor.normal(pooling.map, type: .float64) + 0.5
        var logits = try Tensor.normal(Array(pooling.map.prefix(2)) + pooling.cells, type: .float64)
        // Weights have to be positive where they are divided by.
        if !pooling.weighting.sigmoid, !pooling.weighting.exponential { logits = try logits.absolute() + 0.1 }
        let expected = try outcome(pooling, map, logits, type: .float64)
        try forEachInstructionSet { name in
            let actual = try outcome(pooling, map, logits, type: .float32)
            XCTAssertLessThan(distance(actual.output, expected.output), 2e-6, "output, \(pooling), \(name)")
            XCTAssertLessThan(distance(actual.mapGradient, expected.mapGradient), 4e-6, "map, \(pooling), \(name)")
            let error = distance(actual.logitsGradient, expected.logitsGradient)
            XCTAssertLessThan(error, 1e-5, "logits, \(pooling), \(name)")
        }
    }

    // MARK: Accuracy

    func testAgreesWithLibtorchForManyShapes() throws {
        Torch.seed(1)
        for channels in [1, 3, 8, 24, 30, 70] {
            try check(Case(map: [2, channels, 8, 12], cells: [8, 12]))
            // Cells of other sizes than windows, and lines that no window sees.
            try check(Case(map: [2, channels, 11, 13], cells: [5, 6]))
            try check(
                Case(map: [1, channels, 9, 7], cells: [3, 1], kernel: [3, 2], stride: [2, 3], padding: [1, 1]))
            try check(Case(map: [2, channels, 10, 9], cells: [2, 4], kernel: [2, 1], stride: [3, 2]))
        }
        try check(Case(map: [1, 4, 1, 1], cells: [1, 1], kernel: [1, 1], stride: [1, 1]))
        // More rows than one task takes.
        try check(Case(map: [1, 20, 150, 40], cells: [37, 20], kernel: [4, 4], stride: [4, 4]))
        try check(Case(map: [1, 20, 90, 40], cells: [45, 20], kernel: [3, 3], stride: [2, 2], padding: [1, 1]))
    }

    func testAgreesWithLibtorchForEveryWeighting() throws {
        Torch.seed(2)
        for sigmoid in [false, true] {
            for exponential in [false, true] {
                for factor in [1, 1.7] {
                    for normalised in [false, true] {
                        let weighting = WindowWeighting(sigmoid: sigmoid, factor: factor, exponential: exponential)
                        try check(
                            Case(
                                map: [2, 12, 7, 8], cells: [2, 3], padding: [1, 0], weighting: weighting,
                                normalised: normalised))
                    }
                }
            }
        }
    }

    func testReadsAnyMemoryFormat() throws {
        Torch.seed(3)
        for map in [MemoryFormat.contiguous, .channelsLast] {
            for logits in [MemoryFormat.contiguous, .channelsLast] {
                try check(
                    Case(map: [2, 16, 8, 10], cells: [4, 5], kernel: [4, 4], stride: [4, 4], formats: (map, logits)))
                try check(Case(map: [2, 5, 9, 10], cells: [9, 10], formats: (map, logits)))
            }
        }
    }

    /// Weights e and 1 in turn, exp(sigmoid(±∞)): (1·e + 2·1) / (e + 1).
    func testByHand() throws {
        let map = try Tensor([1, 2] as [Float], shape: [1, 1, 1, 2])
        let logits = try Tensor([200, -200] as [Float], shape: [1, 1, 1, 2])
        let weighting = WindowWeighting(sigmoid: true, exponential: true)
        let mean = try map.windowPooled(logits: logits, weighting: weighting, kernel: [1, 2], stride: [1, 2])
        XCTAssertEqual(try mean.item(), (M_E + 2) / (M_E + 1), accuracy: 1e-6)
        let sum = try map.windowPooled(
            logits: logits, weighting: weighting, kernel: [1, 2], stride: [1, 2], normalised: false)
        XCTAssertEqual(try sum.item(), (M_E + 2) / 2, accuracy: 1e-6)
    }

    func testPassesOnWhatIsNotANumberAndWhatIsInfinite() throws {
        let map = try Tensor([1, 2] as [Float], shape: [1, 1, 1, 2])
        func pooled(_ logit: Float, normalised: Bool) throws -> Double {
            try map.windowPooled(
                logits: Tensor([logit, 0], shape: [1, 1, 1, 2]), weighting: WindowWeighting(exponential: true),
                kernel: [1, 2], stride: [1, 2], normalised: normalised
            ).item()
        }
        XCTAssertTrue(try pooled(.nan, normalised: true).isNaN)
        XCTAssertEqual(try pooled(100, normalised: false), .infinity)
        XCTAssertEqual(try pooled(-100, normalised: true), 2, accuracy: 1e-6)
    }

    // MARK: Dispatch, threads, memory and errors

    func testKeepsTheMapsMemoryFormat() throws {
        for format in [MemoryFormat.contiguous, .channelsLast] {
            let x = try Tensor.normal([2, 8, 6, 6]).to(format: format)
            let pooled = try x.windowPooled(
                logits: x, weighting: WindowWeighting(sigmoid: true), kernel: [2, 2], stride: [2, 2])
            XCTAssertEqual(pooled.shape, [2, 8, 3, 3])
            XCTAssertEqual(pooled.strides, format == .contiguous ? [72, 9, 3, 1] : [72, 1, 24, 8])
        }
        let none = try Tensor.zeros([0, 8, 6, 6])
        let pooled = try none.windowPooled(logits: none, weighting: WindowWeighting(), kernel: [2, 2], stride: [2, 2])
        XCTAssertEqual(pooled.shape, [0, 8, 3, 3])
    }

    func testBitsDoNotDependOnTheNumberOfThreads() throws {
        let before = Torch.threads
        defer { Torch.threads = before }
        Torch.seed(4)
        for pooling in [
            Case(map: [3, 40, 60, 60], cells: [15, 15], kernel: [4, 4], stride: [4, 4]),
            Case(map: [3, 80, 31, 33], cells: [31, 33], kernel: [3, 3], padding: [1, 1]),
        ] {
            let map = try Tensor.normal(pooling.map)
            let logits = try Tensor.normal(Array(pooling.map.prefix(2)) + pooling.cells)
            Torch.threads = 1
            let expected = try outcome(pooling, map, logits, type: .float32)
            for threads in [2, 3] {
                Torch.threads = threads
                let actual = try outcome(pooling, map, logits, type: .float32)
                XCTAssertEqual(actual.output, expected.output)
                XCTAssertEqual(actual.mapGradient, expected.mapGradient)
                XCTAssertEqual(actual.logitsGradient, expected.logitsGradient)
            }
        }
    }

    /// One image, too: rows are shared out, not only images.
    func testRunsOnAsManyThreadsAsAreSet() throws {
        let x = try Tensor.normal([1, 32, 256, 256]).to(format: .channelsLast).requireGradient()
        try assertRunsOnAsManyThreadsAsAreSet([1, 2]) {
            try x.windowPooled(
                logits: x, weighting: WindowWeighting(sigmoid: true, exponential: true), kernel: [2, 2],
                stride: [2, 2])
        }
    }

    /// Beside the gradient of X only maps of the output's and of the logits' size exist: weights, X·W or an upsampled map would show.
    func testMemoryIsThatOfTheGradients() throws {
        let x = try Tensor.normal([2, 32, 512, 256]).to(format: .channelsLast).requireGradient()
        let logits = try Tensor.normal([2, 32, 128, 64]).to(format: .channelsLast).requireGradient()
        let bytes = x.count * 4
        guard let before = residentBytes(),
            (try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)) != nil
        else { throw XCTSkip("this system does not tell a process its peak memory") }
        let pooled = try x.windowPooled(
            logits: logits, weighting: WindowWeighting(sigmoid: true, exponential: true), kernel: [4, 4],
            stride: [4, 4])
        try pooled.backward(gradient: pooled.detached())
        XCTAssertNotNil(x.gradient)
        let peak =
            try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            .split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            .flatMap { Int($0.split(separator: " ").dropLast().last ?? "") } ?? 0
        XCTAssertGreaterThan(peak, 0)
        XCTAssertLessThan(peak * 1024 - before, bytes * 3 / 2)
    }

    func testSaysWhatDoesNotFit() throws {
        let x = try Tensor.zeros([1, 2, 4, 4])
        func message(_ logits: [Int], kernel: [Int] = [2, 2], padding: [Int] = [0, 0]) throws -> String {
            do {
                _ = try x.windowPooled(
                    logits: .zeros(logits), weighting: WindowWeighting(), kernel: kernel, stride: [2, 2],
                    padding: padding)
                return "no error"
            } catch { return "\(error)" }
        }
        XCTAssertEqual(
            try message([1, 3, 4, 4]),
            "libtorch's sapool::window_pool failed: the map [1, 2, 4, 4] and the logits [1, 3, 4, 4] do not fit together"
        )
        XCTAssertEqual(
            try message([1, 2, 5, 4]),
            "libtorch's sapool::window_pool failed: the logits [1, 2, 5, 4] do not fit the map [1, 2, 4, 4]")
        XCTAssertEqual(
            try message([1, 2, 4, 4], kernel: [5, 2]),
            "libtorch's sapool::window_pool failed: a window of [5, 2], stride [2, 2], padding [0, 0] does not fit the map "
                + "[1, 2, 4, 4]")
    }
}
