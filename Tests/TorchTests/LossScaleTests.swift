import Torch
import XCTest

final class LossScaleTests: XCTestCase {
    /// A weight of 1 whose gradient is `factor`.
    private func leaf(_ factor: Float, _ scale: LossScale) throws -> Tensor {
        let weight = try Tensor([1] as [Float], shape: [1]).requireGradient()
        try scale.scaled((weight * Tensor([factor], shape: [1])).sum()).backward()
        return weight
    }

    func testGradientsComeBackAsTheyWere() throws {
        let scale = try LossScale(1024)
        let weight = try leaf(3, scale)
        XCTAssertEqual(try weight.gradient?.item(), 3072)
        XCTAssertEqual(try scale.unscale([weight]).item(), 0)
        XCTAssertEqual(try weight.gradient?.item(), 3)
    }

    /// Halved by a gradient that is infinite or no number, doubled by two good steps in a row.
    func testTheScaleByHand() throws {
        let scale = try LossScale(8, interval: 2)
        var values: [Double] = []
        for factor: Float in [1, .infinity, 1, 1, .nan, 1] {
            let weight = try leaf(factor, scale)
            let found = try scale.unscale([weight])
            XCTAssertEqual(try found.item(), factor.isFinite ? 0 : 1)
            try scale.update(found)
            values.append(try scale.value())
        }
        XCTAssertEqual(values, [8, 4, 4, 8, 4, 4])
        let state = Dictionary(uniqueKeysWithValues: scale.state().map { ($0.name, $0.tensor) })
        let other = try LossScale(interval: 2)
        try other.restore(state)
        XCTAssertEqual(try other.value(), 4)
        // The good step before counts.
        try other.update(Tensor.zeros([]))
        XCTAssertEqual(try other.value(), 8)
        XCTAssertThrowsError(try other.restore([:]))
    }

    /// Steps that are left out change neither weights nor anything that later steps depend on.
    func testOptimisersLeaveStepsOut() throws {
        for makesAdam in [false, true] {
            func run(_ factors: [Float]) throws -> [[Float]] {
                let weight = try Tensor([1] as [Float], shape: [1]).requireGradient()
                let parameters = [OptimizedParameter(name: "w", tensor: weight, weightDecay: 0.1)]
                let optimizer: any Optimizer =
                    try makesAdam ? AdamW(parameters) : SGD(parameters, momentum: 0.9, nesterov: true)
                for factor in factors {
                    try (weight * Tensor([factor], shape: [1])).sum().backward()
                    let found = try LossScale(1).unscale([weight])
                    try optimizer.step(learningRate: 0.1, skipping: found)
                    optimizer.clearGradients()
                }
                return try [weight.array()] + optimizer.state().map { try $0.tensor.array() }
            }
            XCTAssertEqual(try run([1, .infinity, 2, .nan]), try run([1, 2]), "Adam: \(makesAdam)")
            XCTAssertNotEqual(try run([1, 2]), try run([1]))
        }
    }
}
