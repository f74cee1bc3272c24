import Execution
import Networks
import Torch
import XCTest

/// Pooling by cells as channels and a convolution, beside the same computed otherwise.
final class SpaceToDepthPoolingTests: XCTestCase {
    private func pooled(_ notation: String, _ shape: Shape) throws -> Model {
        let builder = NetworkBuilder(notation)
        let x = try builder.input(shape)
        let method = try XCTUnwrap(PoolingNotation.method(notation))
        return try Model(
            builder.network(output: builder.pool(x, with: method, kernel: 2, stride: 2, name: "pool")), seed: 1,
            type: .float64)
    }

    /// Of windows as wide as their stride the pooling is a strided convolution with the same weights: [C, C·4, 1, 1]
    /// for [C, C, 2, 2].
    func testThePoolingIsAStridedConvolution() throws {
        let (cells, strided) = (try pooled("space-to-depth", [3, 6, 7]), try pooled("strided-conv", [3, 6, 7]))
        let weight = try cells.parameters.tensor("pool.0.weight")
        XCTAssertEqual(weight.shape, [3, 12, 1, 1])
        try strided.parameters.tensor("pool.0.weight").copy(from: weight.reshaped([3, 3, 2, 2]))
        Torch.seed(9)
        let x = try Tensor.normal([2, 3, 6, 7], type: .float64)
        try Torch.withoutGradients {
            let (a, b) = (try cells(x), try strided(x))
            XCTAssertEqual(a.shape, [2, 3, 3, 3])
            XCTAssertGreaterThan(try b.maximum().item(), 0.1)
            XCTAssertLessThan(try (a - b).absolute().maximum().item(), 1e-12)
        }
    }

    /// With a kernel of 3 each output sees the cells around its own: 6×6 pixels.
    func testAKernelOfThreeSeesTheCellsAround() throws {
        let model = try pooled("space-to-depth(kernel=3)", [1, 10, 10])
        try Torch.withoutGradients {
            let weight = try model.parameters.tensor("pool.0.weight")
            XCTAssertEqual(weight.shape, [1, 4, 3, 3])
            try weight.copy(from: Tensor([Double](repeating: 1, count: 36), shape: [1, 4, 3, 3]))
            let sums = try model(Tensor([Double](repeating: 1, count: 100), shape: [1, 1, 10, 10]))
            let scale = 1 / (1 + 1e-5).squareRoot()
            let values = try sums.array(of: Double.self)
            // Corners see four cells of four pixels, the middle nine.
            XCTAssertEqual(values[0], 16 * scale, accuracy: 1e-9)
            XCTAssertEqual(values[12], 36 * scale, accuracy: 1e-9)
        }
    }
}
