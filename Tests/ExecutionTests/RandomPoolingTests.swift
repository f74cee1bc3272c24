import Execution
import Networks
import Torch
import XCTest

/// Poolings that draw: what they draw, how often, and that a seed says it all.
final class RandomPoolingTests: XCTestCase {
    private func model(_ method: any PoolingMethod, _ shape: Shape, kernel: Int, stride: Int) throws -> Model {
        let builder = NetworkBuilder("layer")
        let x = try builder.input(shape)
        let output = try builder.pool(x, with: method, kernel: kernel, stride: stride, name: "pool")
        return try Model(builder.network(output: output), seed: 1, type: .float64)
    }

    func testStochasticPoolingDrawsByShare() throws {
        // Shares of 1, 2, 3, 4 and a negative number that never comes, in 20 000 copies of one 1×5 window.
        let builder = NetworkBuilder("layer")
        let input = try builder.input([1, 1, 5])
        let window = Window(kernel: Size(1, 5), stride: 1)
        let network = try builder.network(output: StochasticPooling().build(input, window: window, in: builder))
        let model = try Model(network, seed: 1, type: .float64)
        let x = try Tensor([1, 2, 3, 4, -2] as [Double], shape: [1, 1, 1, 5]).expanded([20_000, 1, 1, 5])
        Torch.seed(7)
        let drawn: [Double] = try model(x, training: true).array()
        XCTAssertEqual(Set(drawn), [1, 2, 3, 4])
        for value in 1...4 {
            let share = Double(drawn.filter { $0 == Double(value) }.count) / 20_000
            // Four standard deviations of a share of ½ are 0.014.
            XCTAssertEqual(share, Double(value) / 10, accuracy: 0.015)
        }
        // In evaluation Σp·a = (1 + 4 + 9 + 16) / 10.
        XCTAssertEqual(try model(x.sliced(0, 0..<1)).item(), 3, accuracy: 1e-12)
    }

    func testAWindowWithoutActivationsGivesZero() throws {
        let model = try model(StochasticPooling(), [1, 2, 2], kernel: 2, stride: 2)
        let x = try Tensor([-1, -2, -3, 0] as [Double], shape: [1, 1, 2, 2]).requireGradient()
        for training in [true, false] {
            let y = try model(x, training: training)
            XCTAssertEqual(try y.item(), 0)
            try y.sum().backward()
        }
        XCTAssertEqual(try XCTUnwrap(x.gradient).array(), [0, 0, 0, 0] as [Double])
    }

    func testTheDrawnElementTakesTheGradient() throws {
        let model = try model(StochasticPooling(), [2, 6, 7], kernel: 3, stride: 2)
        let x = try Tensor.uniform([3, 2, 6, 7], type: .float64).requireGradient()
        let y = try model(x, training: true)
        try y.sum().backward()
        let (values, gradient): ([Double], [Double]) = (try x.array(), try XCTUnwrap(x.gradient).array())
        XCTAssertEqual(gradient.reduce(0, +), Double(y.count), accuracy: 1e-9)
        let sum = try y.sum().item()
        XCTAssertEqual(zip(values, gradient).map(*).reduce(0, +), sum, accuracy: 1e-9)
    }

    func testS3PoolTakesRowsAndColumnsInOrder() throws {
        // Windows of 1: the maxima are the map, a pixel's value its row and column.
        let model = try model(S3Pooling(grid: 4), [2, 10, 7], kernel: 1, stride: 2)
        let pixels = (0..<10).flatMap { row in (0..<7).map { Double(100 * row + $0) } }
        let x = try Tensor(pixels + pixels, shape: [1, 2, 10, 7])
        var seen: Set<Double> = []
        for seed in 0..<40 {
            Torch.seed(UInt64(seed))
            let drawn: [Double] = try model(x, training: true).array()
            XCTAssertEqual(drawn.count, 2 * 5 * 4)
            let (first, second) = (drawn.prefix(20), drawn.suffix(20))
            XCTAssertEqual(Array(first), Array(second), "all channels share the lines")
            let rows = (0..<5).map { Int(drawn[4 * $0] / 100) }
            let columns = (0..<4).map { Int(drawn[$0]) % 100 }
            // Two of rows 0…3, two of 4…7, one of 8…9; two of columns 0…3, two of 4…6.
            XCTAssertEqual(rows, rows.sorted())
            XCTAssertEqual(Set(rows).count, 5)
            XCTAssertEqual(rows.map { $0 / 4 }, [0, 0, 1, 1, 2])
            XCTAssertEqual(columns, columns.sorted())
            XCTAssertEqual(columns.map { $0 / 4 }, [0, 0, 1, 1])
            for row in 0..<5 {
                XCTAssertEqual((0..<4).map { drawn[4 * row + $0] }, columns.map { Double(100 * rows[row] + $0) })
            }
            seen.formUnion(first)
        }
        XCTAssertEqual(seen, Set(pixels), "every pixel comes sooner or later")
    }

    /// Windows 1 3 / 3 1 everywhere: mean 2, deviation 1, so that y − 2 is softplus(μ + σ·ε) of the channel.
    func testGaussianPoolingSharesItsNoiseAsItIsAsked() throws {
        let x = try Tensor((0..<64).map { ($0 + $0 / 8) % 2 == 0 ? 1.0 : 3 }, shape: [1, 1, 8, 8]).expanded([
            4, 2, 8, 8,
        ])
        for (noise, different) in [(GaussianPooling.Noise.none, 1), (.channel, 1), (.position, 16)] {
            let model = try model(GaussianPooling(noise: noise), [2, 8, 8], kernel: 2, stride: 2)
            Torch.seed(1)
            let values: [Double] = try model(x, training: true).array()
            XCTAssertTrue(values.allSatisfy { $0 > 2 && $0.isFinite })
            for channel in 0..<8 {
                XCTAssertEqual(Set(values[16 * channel..<16 * (channel + 1)]).count, different, "\(noise)")
            }
            // Images share nothing but where there is no noise: their means are the same.
            XCTAssertEqual(values[0] == values[32], noise == .none)
        }
    }

    func testASeedSaysItAll() throws {
        for method in [StochasticPooling() as any PoolingMethod, S3Pooling(), GaussianPooling()] {
            let model = try model(method, [4, 8, 8], kernel: 2, stride: 2)
            let x = try Tensor.uniform([2, 4, 8, 8], type: .float64)
            func draw(_ seed: UInt64) throws -> [Double] {
                Torch.seed(seed)
                return try model(x, training: true).array()
            }
            XCTAssertEqual(try draw(3), try draw(3))
            XCTAssertNotEqual(try draw(3), try draw(4))
            XCTAssertEqual(try model(x).array(of: Double.self), try model(x).array(of: Double.self))
        }
    }
}
