import Torch
import XCTest

/// The fused kernels against the update rules, two steps by hand.
final class OptimizerTests: XCTestCase {
    private func twoSteps(_ make: (OptimizedParameter) throws -> any Optimizer, decay: Double = 0.1) throws -> [Double]
    {
        let weight = try Tensor([2] as [Double], shape: [1]).requireGradient()
        let optimizer = try make(OptimizedParameter(name: "w", tensor: weight, weightDecay: decay))
        return try (0..<2).map { _ in
            try optimizer.minimize((weight * weight).sum() * 0.5, learningRate: 0.1)  // the gradient is w itself
            return try weight.array(of: Double.self)[0]
        }
    }

    func testMomentum() throws {
        // v₁ = 2 + 0.1·2 = 2.2, w₁ = 1.78; v₂ = 0.9·2.2 + 1.1·1.78 = 3.938, w₂ = 1.3862.
        let values = try twoSteps { try SGD([$0], momentum: 0.9) }
        XCTAssertEqual(values[0], 1.78, accuracy: 1e-12)
        XCTAssertEqual(values[1], 1.3862, accuracy: 1e-12)
    }

    func testNesterov() throws {
        // g = 2.2, v₁ = 2.2, w₁ = 2 − 0.1 (2.2 + 0.9·2.2) = 1.582; g = 1.7402, v₂ = 3.7202, w₂ = 1.582 − 0.1 (1.7402 + 3.34818).
        let values = try twoSteps { try SGD([$0], momentum: 0.9, nesterov: true) }
        XCTAssertEqual(values[0], 1.582, accuracy: 1e-12)
        XCTAssertEqual(values[1], 1.073162, accuracy: 1e-12)
    }

    func testPlainDescent() throws {
        let values = try twoSteps({ try SGD([$0], momentum: 0) }, decay: 0)
        XCTAssertEqual(values[0], 1.8, accuracy: 1e-12)
        XCTAssertEqual(values[1], 1.62, accuracy: 1e-12)
    }

    func testAdamW() throws {
        // Step 1: the corrected mean over the root of the corrected square is 1, so w₁ = 2 (1 − 0.1·0.1) − 0.1 = 1.88.
        let values = try twoSteps { try AdamW([$0]) }
        XCTAssertEqual(values[0], 1.88, accuracy: 1e-7)
        // Step 2, with g = 1.88: mean (0.09·2 + 0.1·1.88)… by the rule.
        let (m, v) = (0.9 * 0.1 * 2 + 0.1 * 1.88, 0.999 * 0.001 * 4 + 0.001 * 1.88 * 1.88)
        let expected = 1.88 * 0.99 - 0.1 * (m / (1 - 0.81)) / ((v / (1 - 0.999 * 0.999)).squareRoot() + 1e-8)
        XCTAssertEqual(values[1], expected, accuracy: 1e-7)
    }

    func testClippingScalesAllGradientsTogether() throws {
        let a = try Tensor([3] as [Double], shape: [1]).requireGradient()
        let b = try Tensor([4] as [Double], shape: [1]).requireGradient()
        try ((a * a + b * b) * 0.5).sum().backward()  // gradients 3 and 4, norm 5
        XCTAssertEqual(try clipGradients(of: [a, b], maximum: 1).item(), 5, accuracy: 1e-12)
        XCTAssertEqual(try XCTUnwrap(a.gradient).item(), 0.6, accuracy: 1e-6)
        XCTAssertEqual(try XCTUnwrap(b.gradient).item(), 0.8, accuracy: 1e-6)
        XCTAssertEqual(try clipGradients(of: [a, b], maximum: 10).item(), 1, accuracy: 1e-6)
        XCTAssertEqual(try XCTUnwrap(a.gradient).item(), 0.6, accuracy: 1e-6)
    }

    func testStateIsRestored() throws {
        func run(_ restart: Bool) throws -> Double {
            let weight = try Tensor([2] as [Double], shape: [1]).requireGradient()
            let parameter = OptimizedParameter(name: "w", tensor: weight, weightDecay: 0)
            var optimizer: any Optimizer = try SGD([parameter])
            for step in 0..<4 {
                if restart, step == 2 {
                    let state = try optimizer.state().map { ($0.name, try $0.tensor.cloned()) }
                    optimizer = try SGD([parameter])
                    try optimizer.restore(Dictionary(uniqueKeysWithValues: state))
                }
                try optimizer.minimize((weight * weight).sum(), learningRate: 0.1)
            }
            return try weight.item()
        }
        XCTAssertEqual(try run(true), try run(false))
        let optimizer = try SGD([
            OptimizedParameter(name: "w", tensor: Tensor.ones([1]).requireGradient(), weightDecay: 0)
        ])
        XCTAssertThrowsError(try optimizer.restore([:])) {
            XCTAssertEqual("\($0)", "libtorch's optimiser failed: the checkpoint has no w.momentum")
        }
    }
}
