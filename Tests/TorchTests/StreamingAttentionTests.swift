import CTorch
import Foundation
import Torch
import XCTest

/// The project's own attention kernel against libtorch's in double precision.
final class StreamingAttentionTests: XCTestCase {
    /// Output and gradients of one attention, in double precision for comparison.
    private struct Outcome {
        var output: [Double]
        var gradients: [[Double]]
    }

    /// Inputs `[B, heads, N, d]` and the gradient that comes back to the output.
    private struct Inputs {
        var queries: Tensor
        var keys: Tensor
        var values: Tensor
        var outputGradient: Tensor
    }

    /// Each instruction set of this processor, restored to the best one at the end.
    private func forEachInstructionSet(_ body: (String) throws -> Void) rethrows {
        let best = String(cString: ct_kernel_instructions())
        defer { _ = ct_use_kernel_instructions(best) }
        for name in ["AVX512", "AVX2", "DEFAULT"] where ct_use_kernel_instructions(name) {
            XCTAssertEqual(String(cString: ct_kernel_instructions()), name)
            try body(name)
        }
    }

    private func outcome(_ inputs: Inputs, _ type: ScalarType = .float32) throws -> Outcome {
        let leaves = try [inputs.queries, inputs.keys, inputs.values].map { tensor in
            try tensor.to(type).detached().requireGradient()
        }
        let output = try leaves[0].attention(keys: leaves[1], values: leaves[2])
        try (output * inputs.outputGradient.to(type)).sum().backward()
        return Outcome(
            output: try output.array(),
            gradients: try leaves.map { try XCTUnwrap($0.gradient).array() })
    }

    /// Largest difference, relative to the largest expected element of `scale`.
    private func distance(_ actual: [Double], _ expected: [Double], scale: [Double]) -> Double {
        guard actual.count == expected.count else { return .infinity }
        var largest = 0.0
        for (a, e) in zip(actual, expected) {
            let difference = abs(a - e)
            guard difference.isFinite else { return .infinity }
            largest = max(largest, difference)
        }
        return largest / (scale.lazy.map(abs).max() ?? 1)
    }

    /// SSE2 has no fused multiplication and rounds every product.
    private static func outputBound(_ instructionSet: String) -> Double { instructionSet == "DEFAULT" ? 4e-6 : 3e-6 }

    private func check(_ inputs: Inputs, _ what: String, line: UInt = #line) throws {
        let expected = try outcome(inputs, .float64)
        try forEachInstructionSet { name in
            let actual = try outcome(inputs)
            let error = distance(actual.output, expected.output, scale: expected.output)
            XCTAssertLessThan(error, Self.outputBound(name), "output, \(what), \(name)", line: line)
            // Where a gradient is zero but for rounding, that of the other inputs gives the scale.
            let scale = expected.gradients.joined().map { $0 }
            for (index, input) in ["queries", "keys", "values"].enumerated() {
                let own = expected.gradients[index]
                let significant = (own.lazy.map(abs).max() ?? 0) > 1e-9
                let error = distance(actual.gradients[index], own, scale: significant ? own : scale)
                XCTAssertLessThan(error, 1e-5, "gradient of \(input), \(what), \(name)", line: line)
            }
        }
    }

    private func random(_ batch: Int, _ heads: Int, queries: Int, keys: Int, channels: Int) throws -> Inputs {
        Inputs(
            queries: try .normal([batch, heads, queries, channels]), keys: try .normal([batch, heads, keys, channels]),
            values: try .normal([batch, heads, keys, channels]),
            outputGradient: try .normal([batch, heads, queries, channels]))
    }

    // MARK: Accuracy

    func testAgreesWithLibtorchForEveryNumberOfChannels() throws {
        Torch.seed(1)
        for channels in 1...64 {
            // Odd numbers of tokens: no multiple of any vector, block or group.
            let tokens = [37, 129, 263][channels % 3]
            let inputs = try random(1, 2, queries: tokens, keys: tokens, channels: channels)
            try check(inputs, "\(tokens) tokens, \(channels) channels")
        }
    }

    func testAgreesWithLibtorchForFewTokensAndOtherKeysThanQueries() throws {
        Torch.seed(2)
        for (queries, keys) in [(1, 1), (1, 2), (2, 1), (3, 5), (16, 16), (17, 15), (1, 700), (700, 1), (130, 1025)] {
            try check(random(2, 1, queries: queries, keys: keys, channels: 6), "\(queries) queries, \(keys) keys")
        }
    }

    /// A packed projection `[B, N, 3, heads, d]` is read through its strides.
    func testReadsViewsOfAPackedProjection() throws {
        Torch.seed(3)
        for (batch, tokens, heads, channels) in [(2, 49, 3, 5), (1, 200, 2, 12), (3, 65, 1, 20)] {
            let packed = try Tensor.normal([batch, tokens, 3, heads, channels])
            func results(_ type: ScalarType) throws -> [[Double]] {
                let leaf = try packed.to(type).detached().requireGradient()
                let split = try leaf.permuted([2, 0, 3, 1, 4])
                let parts = try split.unbound(0)
                let output = try parts[0].attention(keys: parts[1], values: parts[2])
                try (output * output).sum().backward()
                return [try output.array(), try XCTUnwrap(leaf.gradient).array()]
            }
            let expected = try results(.float64)
            try forEachInstructionSet { name in
                for (actual, expected) in zip(try results(.float32), expected) {
                    XCTAssertLessThan(distance(actual, expected, scale: expected), 1e-5, "\(name), \(packed.shape)")
                }
            }
        }
    }

    /// Logits of magnitude 50, where powers without the largest subtracted would overflow or lose digits.
    ///
    /// Such a score rounds to 2^-18, which alone is 2.6e-6 of its power, so that one draw's largest error is a matter of luck, for
    /// libtorch's own kernel (1.5e-6 to 4.1e-6) as well: the mean of some draws is held to the bound of all.
    func testKeepsItsAccuracyWhereLogitsAreLarge() throws {
        let draws = 4 as UInt64
        for channels in [4, 12, 40] {
            var errors: [String: Double] = [:]
            for draw in 1...draws {
                Torch.seed(draw)
                var inputs = try random(1, 2, queries: 500, keys: 1031, channels: channels)
                func unit(_ x: Tensor) throws -> Tensor {
                    try x / (x * x).sum([3], keepDimensions: true).squareRoot()
                }
                inputs.queries = try unit(inputs.queries) * (50 * Double(channels).squareRoot())
                inputs.keys = try unit(inputs.keys)
                let expected = try outcome(inputs, .float64)
                try forEachInstructionSet { name in
                    let actual = try outcome(inputs)
                    let error = distance(actual.output, expected.output, scale: expected.output)
                    // A score of 72 = 50·log₂e is kept to 2⁻¹⁸, which moves its power by 2⁻¹⁸·ln 2; the scaling and the product round once each.
                    XCTAssertLessThan(error, 2 * 0x1p-18 * 0.6931, "\(channels) channels, draw \(draw), \(name)")
                    errors[name, default: 0] += error
                    for (own, expected) in zip(actual.gradients, expected.gradients) {
                        XCTAssertLessThan(distance(own, expected, scale: expected), 1e-5, "\(channels), \(name)")
                    }
                }
            }
            for (name, sum) in errors {
                XCTAssertLessThan(sum / Double(draws), Self.outputBound(name), "\(channels) channels, \(name)")
            }
        }
    }

    /// Thousands of equal terms: their rounding errors do not cancel, as those of random terms do.
    func testKeepsItsAccuracyWhereKeysAreEqual() throws {
        Torch.seed(5)
        var inputs = try random(1, 1, queries: 100, keys: 5000, channels: 8)
        inputs.keys = try inputs.keys.sliced(2, 0..<1).expanded([1, 1, 5000, 8])
        try check(inputs, "equal keys")
        inputs.values = try inputs.values.sliced(2, 0..<1).expanded([1, 1, 5000, 8])
        let actual = try outcome(inputs), expected = try outcome(inputs, .float64)
        XCTAssertLessThan(distance(actual.output, expected.output, scale: expected.output), 3e-6, "equal values")
    }

    /// What is not a number must come out as such, not as a plausible value.
    func testPassesOnWhatIsNotANumber() throws {
        var numbers = [Float](repeating: 0.5, count: 3 * 40 * 4)
        numbers[39 * 4] = .nan  // the last key
        let x = try Tensor(numbers, shape: [3, 1, 40, 4])
        try forEachInstructionSet { name in
            let output = try x.sliced(0, 1..<2).attention(keys: x.sliced(0, 0..<1), values: x.sliced(0, 2..<3))
            XCTAssertTrue(try output.array(of: Float.self).allSatisfy(\.isNaN), name)
        }
    }

    /// One query and one key: softmax is 1, whatever the score.
    func testOneKeyGivesItsValue() throws {
        let x = try Tensor([3, -2] as [Float], shape: [1, 1, 1, 2])
        let y = try Tensor([7, 0.25] as [Float], shape: [1, 1, 1, 2])
        let output = try x.attention(keys: x, values: y).array(of: Float.self)
        XCTAssertEqual(output[0], 7, accuracy: 1e-6)
        XCTAssertEqual(output[1], 0.25, accuracy: 1e-7)
    }

    /// Scores 0 and ln 3: weights 1/4 and 3/4, logsumexp ln 4.
    func testReturnsTheLogsumexp() throws {
        let query = try Tensor([1] as [Float], shape: [1, 1, 1, 1])
        let keys = try Tensor([0, log(3)] as [Float], shape: [1, 1, 2, 1])
        let values = try Tensor([4, 8] as [Float], shape: [1, 1, 2, 1])
        let results = try Operator("sapool::streaming_attention")(all: [.tensor(query), .tensor(keys), .tensor(values)])
        XCTAssertEqual(results.count, 2)
        XCTAssertEqual(try XCTUnwrap(results[0]).item(), 7, accuracy: 1e-5)
        XCTAssertEqual(try XCTUnwrap(results[1]).item(), log(4), accuracy: 1e-6)
        XCTAssertEqual(results[1]?.shape, [1, 1, 1])
    }

    // MARK: Layout, dispatch and errors

    func testOutputJoinsItsHeadsWithoutACopy() throws {
        let x = try Tensor.normal([2, 3, 10, 4])
        let output = try x.attention(keys: x, values: x)
        XCTAssertEqual(output.shape, [2, 3, 10, 4])
        let joined = try output.transposed(1, 2).reshaped([2, 10, 12])
        XCTAssertEqual(joined.strides, [120, 12, 1])
        XCTAssertTrue(joined.sharesStorage(with: output))
    }

    func testNoImagesGiveNoOutput() throws {
        let x = try Tensor.zeros([0, 2, 5, 4])
        XCTAssertEqual(try x.attention(keys: x, values: x).shape, [0, 2, 5, 4])
    }

    /// GPUs want heads of a multiple of 8 channels; zeros beside them change neither values nor gradients.
    func testHeadsFilledUpWithZerosGiveTheSame() throws {
        for channels in [1, 4, 8, 12] {
            let shape = [2, 3, 17, channels]
            Torch.seed(UInt64(channels))
            let inputs = try (0..<4).map { _ in try Tensor.normal(shape, type: .float64) }
            func outcome(_ attend: ([Tensor]) throws -> Tensor) throws -> [[Double]] {
                let leaves = try inputs[..<3].map { try $0.cloned().requireGradient() }
                let output = try attend(leaves)
                XCTAssertEqual(output.shape, shape)
                try (output * inputs[3]).sum().backward()
                return try [output.array()] + leaves.map { try XCTUnwrap($0.gradient).array() }
            }
            let filled = try outcome { try $0[0].attention(keys: $0[1], values: $0[2], multipleOf: 8) }
            let plain = try outcome { try $0[0].attention(keys: $0[1], values: $0[2], fused: false) }
            for (a, b) in zip(filled, plain) {
                for (x, y) in zip(a, b) { XCTAssertEqual(x, y, accuracy: 1e-12) }
            }
        }
    }

    func testWiderHeadsRunOnLibtorch() throws {
        Torch.seed(6)
        let inputs = try random(1, 1, queries: 20, keys: 20, channels: 65)
        let actual = try outcome(inputs), expected = try outcome(inputs, .float64)
        XCTAssertLessThan(distance(actual.output, expected.output, scale: expected.output), 3e-6)
    }

    func testTensorsThatDoNotFitAreRefused() throws {
        let queries = try Tensor.zeros([1, 2, 5, 4])
        func message(_ keys: [Int], _ values: [Int]) -> String {
            do {
                _ = try queries.attention(keys: Tensor.zeros(keys), values: Tensor.zeros(values))
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let name = "libtorch's sapool::streaming_attention failed: "
        XCTAssertEqual(
            message([1, 2, 5, 3], [1, 2, 5, 4]),
            name + "queries [1, 2, 5, 4], keys [1, 2, 5, 3] and values [1, 2, 5, 4] do not fit together")
        XCTAssertEqual(message([1, 2, 0, 4], [1, 2, 0, 4]), name + "takes at least one key")
        XCTAssertEqual(
            message([2, 5, 4], [2, 5, 4]), name + "takes tensors [batch, heads, tokens, channels], given [2, 5, 4]")
    }

    // MARK: Threads and memory

    func testBitsDoNotDependOnTheNumberOfThreads() throws {
        let before = Torch.threads
        defer { Torch.threads = before }
        Torch.seed(7)
        for inputs in [
            try random(1, 1, queries: 3001, keys: 3001, channels: 6),
            try random(3, 2, queries: 300, keys: 300, channels: 20),
        ] {
            try forEachInstructionSet { name in
                Torch.threads = 1
                let expected = try outcome(inputs)
                for threads in [1, 2, 3, 2] {
                    Torch.threads = threads
                    let actual = try outcome(inputs)
                    XCTAssertEqual(actual.output, expected.output, "\(threads) threads, \(name)")
                    XCTAssertEqual(actual.gradients, expected.gradients, "\(threads) threads, \(name)")
                }
            }
        }
    }

    /// One image with one head, too: queries and keys are shared out, not only heads.
    func testRunsOnAsManyThreadsAsAreSet() throws {
        let shape = [1, 1, 8192, 8]
        let queries = try Tensor.normal(shape).requireGradient()
        let keys = try Tensor.normal(shape)
        try assertRunsOnAsManyThreadsAsAreSet([1, 2, 1]) { try queries.attention(keys: keys, values: keys) }
    }

    /// The scores of 16384 tokens and 2 heads would take 2 GB; queries take 1 MB.
    func testMemoryIsLinearInTokens() throws {
        let shape = [1, 2, 16384, 8]
        let inputBytes = 2 * 16384 * 8 * 4
        let queries = try Tensor.normal(shape).requireGradient()
        let keys = try Tensor.normal(shape)
        // Threads and operators are set up before the count begins.
        _ = try keys.sliced(2, 0..<64).attention(keys: keys, values: keys)
        guard let before = residentBytes(),
            (try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)) != nil
        else { throw XCTSkip("this system does not tell a process its peak memory") }
        try queries.attention(keys: keys, values: keys).sum().backward()
        XCTAssertNotNil(queries.gradient)
        let peak =
            try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            .split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            .flatMap { Int($0.split(separator: " ").dropLast().last ?? "") } ?? 0
        XCTAssertGreaterThan(peak, 0)
        XCTAssertLessThan(peak * 1024 - before, 40 * inputBytes)
    }
}
