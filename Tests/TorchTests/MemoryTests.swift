import Foundation
import Torch
import XCTest

/// Bytes of this process in memory, from /proc; nil where there is none.
func residentBytes() -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * Int(getpagesize()) } : nil
}

final class MemoryTests: XCTestCase {
    /// Thousands of training steps of a small network: what one step takes, the next one reuses.
    func testResidentMemoryStaysFlatOverThousandsOfSteps() throws {
        guard residentBytes() != nil else { throw XCTSkip("this system does not tell a process its resident memory") }
        Torch.seed(1)
        let weight = try Tensor.normal([8, 3, 3, 3]).requireGradient()
        let head = try Tensor.normal([4, 8]).requireGradient()
        let optimiser = try SGD([
            OptimizedParameter(name: "weight", tensor: weight, weightDecay: 1e-4),
            OptimizedParameter(name: "head", tensor: head, weightDecay: 0),
        ])
        let labels = try Tensor([0, 1, 2, 3] as [Int64], shape: [4])
        func step() throws {
            let images = try Tensor([Float](repeating: 0.5, count: 4 * 3 * 32 * 32), shape: [4, 3, 32, 32])
            let maps = try images.convolution(weight: weight, padding: [1, 1]).relu()
            let loss = try maps.mean([2, 3]).linear(weight: head).crossEntropy(labels)
            try loss.backward()
            try optimiser.step(learningRate: 1e-3)
            weight.clearGradient()
            head.clearGradient()
            _ = try? images.matrixMultiplied(weight)  // failures must not leak either
        }
        for _ in 0..<500 { try step() }
        let before = try XCTUnwrap(residentBytes())
        for _ in 0..<3000 { try step() }
        let grown = try XCTUnwrap(residentBytes()) - before
        // One leaked input batch a step would be 147 MB.
        XCTAssertLessThan(grown, 4 << 20, "resident memory grew by \(grown) bytes over 3000 steps")
    }

    /// A full score matrix of 4096 tokens and 8 heads would take 512 MB.
    func testAttentionStoresNoMatrixOfTokensByTokens() throws {
        // Writing 5 sets the peak back to what is resident now.
        guard let before = residentBytes(),
            (try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)) != nil
        else { throw XCTSkip("this system does not tell a process its peak memory") }
        let shape = [1, 8, 4096, 8]
        let q = try Tensor.normal(shape).requireGradient()
        let k = try Tensor.normal(shape)
        let v = try Tensor.normal(shape)
        try q.attention(keys: k, values: v).sum().backward()
        XCTAssertNotNil(q.gradient)
        let peak =
            try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            .split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
            .flatMap { Int($0.split(separator: " ").dropLast().last ?? "") } ?? 0
        XCTAssertGreaterThan(peak, 0)
        XCTAssertLessThan(peak * 1024 - before, 100 << 20)
    }
}
