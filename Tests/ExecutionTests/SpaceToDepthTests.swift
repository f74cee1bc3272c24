import Execution
import Networks
import Torch
import XCTest

/// Cells of pixels as channels, on maps that a reader can check.
final class SpaceToDepthTests: XCTestCase {
    private func model(_ shape: Shape, _ operations: [Networks.Operation]) throws -> Model {
        let builder = NetworkBuilder("cells")
        var x = try builder.input(shape)
        for (index, operation) in operations.enumerated() {
            x = try builder.add(operation, [x], name: "n\(index)")
        }
        return try Model(builder.network(output: x), seed: 1, type: .float64)
    }

    func testAMapOfFourByFour() throws {
        let model = try model([1, 4, 4], [.spaceToDepth(SpaceToDepth(factor: 2))])
        let map = (0..<16).map { Double($0) }
        let cells = try model(Tensor(map, shape: [1, 1, 4, 4]))
        XCTAssertEqual(cells.shape, [1, 4, 2, 2])
        // Of each cell the pixel on the left above, the one beside it, and those below.
        XCTAssertEqual(
            try cells.array(of: Double.self), [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15])
    }

    /// The cells of the first channel come first.
    func testTwoChannels() throws {
        let model = try model([2, 2, 2], [.spaceToDepth(SpaceToDepth(factor: 2))])
        let cells = try model(Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Double], shape: [1, 2, 2, 2]))
        XCTAssertEqual(cells.shape, [1, 8, 1, 1])
        XCTAssertEqual(try cells.array(of: Double.self), [1, 2, 3, 4, 5, 6, 7, 8])
    }

    func testThereAndBackIsTheMapItself() throws {
        let cells = Networks.Operation.spaceToDepth(SpaceToDepth(factor: 3))
        Torch.seed(7)
        let maps = try Tensor.normal([2, 2, 6, 9], type: .float64)
        let again = try model([2, 6, 9], [cells, .depthToSpace(DepthToSpace(factor: 3, size: Size(6, 9)))])
        XCTAssertEqual(try again(maps).array(of: Double.self), try maps.array(of: Double.self))
        // The other way round also where depth-to-space has copied a border.
        let positions = try Tensor.normal([2, 18, 2, 3], type: .float64)
        for size in [Size(6, 9), Size(8, 10)] {
            let back = try model([18, 2, 3], [.depthToSpace(DepthToSpace(factor: 3, size: size)), cells])
            XCTAssertEqual(try back(positions).array(of: Double.self), try positions.array(of: Double.self))
        }
    }

    /// A filter that is 1 at one place and 0 elsewhere, for each place of a cell, says the same, with multiplications;
    /// and what a weighted sum of its outputs gives is where the gradient of each pixel goes.
    func testItIsABankOfFilters() throws {
        let ones = [[1.0, 0], [0, 1.0]]
        let bank = FixedFilter(
            rows: [ones[0], ones[0], ones[1], ones[1]], columns: [ones[0], ones[1], ones[0], ones[1]], stride: 2)
        let shape: Shape = [3, 5, 7]
        let models = try [
            model(shape, [.spaceToDepth(SpaceToDepth(factor: 2))]), model(shape, [.fixedFilter(bank)]),
        ]
        Torch.seed(8)
        let numbers = try Tensor.normal([2, 3, 5, 7], type: .float64).array(of: Double.self)
        var found: [(value: [Double], gradient: [Double])] = []
        for model in models {
            let x = try Tensor(numbers, shape: [2, 3, 5, 7]).requireGradient()
            let y = try model(x, training: true)
            let weights = (1...y.count).map { Double($0) }
            try (y * Tensor(weights, shape: y.shape)).sum().backward()
            found.append((try y.array(), try XCTUnwrap(x.gradient).array()))
        }
        XCTAssertEqual(found[0].value, found[1].value)
        XCTAssertEqual(found[0].gradient, found[1].gradient)
        // The last row is in no cell.
        XCTAssertEqual(found[0].gradient[28..<35], [0, 0, 0, 0, 0, 0, 0])
    }
}
