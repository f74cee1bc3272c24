import Execution
import Networks
import Torch
import XCTest

/// Operations that models of others need, on maps that a reader can check: values and gradients.
final class ForeignOperationTests: XCTestCase {
    /// A network of an input and what is built on it.
    private func model(
        _ shape: Shape, type: ScalarType = .float64, _ build: (NetworkBuilder, Node.ID) throws -> Node.ID
    ) throws -> Model {
        let builder = NetworkBuilder("one")
        let x = try builder.input(shape)
        return try Model(builder.network(output: build(builder, x)), seed: 1, type: type)
    }

    /// The value, and the gradient of its sum weighted by 1, 2, 3 ….
    private func run(_ model: Model, _ values: [Double]) throws -> (value: [Double], gradient: [Double]) {
        let shape = [1] + model.network.inputShape.dimensions
        let x = try Tensor(values, shape: shape).requireGradient()
        let y = try model(x, training: true)
        let weights = (1...max(1, y.count)).map { Double($0) }
        try (y * Tensor(weights, shape: y.shape)).sum().backward()
        return (try y.array(), try XCTUnwrap(x.gradient).array())
    }

    func testConcatenationAndSlices() throws {
        // Channels 0, 1, 2 of one pixel each: 2, 0 1, and 2 again.
        let moved = try model([3, 1, 1]) { builder, x in
            let last = try builder.slice(x, from: 2, count: 1, name: "last")
            let first = try builder.slice(x, from: 0, count: 2, name: "first")
            return try builder.concatenate([last, first, last], name: "moved")
        }
        let (value, gradient) = try run(moved, [5, 6, 7])
        XCTAssertEqual(value, [7, 5, 6, 7])
        XCTAssertEqual(gradient, [2, 3, 1 + 4])
        let vector = try model([3]) { builder, x in
            try builder.concatenate([builder.slice(x, from: 1, count: 2, name: "tail"), x], name: "all")
        }
        XCTAssertEqual(try run(vector, [5, 6, 7]).value, [6, 7, 5, 6, 7])
    }

    func testPadding() throws {
        let padded = try model([1, 1, 2]) { builder, x in
            try builder.add(.pad(Pad(before: Size(1, 0), after: Size(0, 1), value: 9)), [x], name: "padded")
        }
        let (value, gradient) = try run(padded, [5, 6])
        XCTAssertEqual(value, [9, 9, 9, 5, 6, 9])
        XCTAssertEqual(gradient, [4, 5])
    }

    func testRectifiersAndFunctions() throws {
        let leaky = try run(model([4]) { try $0.leakyReLU($1, slope: 0.25, name: "leaky") }, [-4, 0, 1, 8])
        XCTAssertEqual(leaky.value, [-1, 0, 1, 8])
        XCTAssertEqual([leaky.gradient[0], leaky.gradient[2], leaky.gradient[3]], [0.25, 3, 4])
        let learned = try model([2, 1, 2]) { try $0.parametricReLU($1, slope: 0.5, name: "learned") }
        let rectified = try run(learned, [-4, 3, -2, -1])
        XCTAssertEqual(rectified.value, [-2, 3, -1, -0.5])
        XCTAssertEqual(rectified.gradient, [0.5, 2, 1.5, 2])
        // What lies below zero, weighted: −4 · 1, and −2 · 3 − 1 · 4.
        XCTAssertEqual(try learned.parameters.tensor("learned.weight").gradient?.array(of: Double.self), [-4, -10])
        let hard = try run(model([4]) { try $0.activation($1, .hardTanh, name: "hard") }, [-4, -0.5, 0.5, 8])
        XCTAssertEqual(hard.value, [-1, -0.5, 0.5, 1])
        XCTAssertEqual(hard.gradient, [0, 2, 3, 0])
        let same = try run(model([2]) { try $0.activation($1, .identity, name: "same") }, [-4, 8])
        XCTAssertEqual(same.value, [-4, 8])
        XCTAssertEqual(same.gradient, [1, 2])
        let tanh = try run(model([1]) { try $0.activation($1, .tanh, name: "tanh") }, [0.5493061443340549])
        XCTAssertEqual(tanh.value[0], 0.5, accuracy: 1e-12)
        XCTAssertEqual(tanh.gradient[0], 0.75, accuracy: 1e-12)
    }

    func testMaximaAndDifferences() throws {
        let largest = try model([2, 1, 3]) { builder, x in
            let largest = try builder.add(.globalMaxPool(GlobalMaxPool()), [x], name: "largest")
            return try builder.subtract(largest, x, name: "below")
        }
        let (value, gradient) = try run(largest, [1, 5, 2, -3, -9, -4])
        XCTAssertEqual(value, [4, 0, 3, 0, 6, 1])
        XCTAssertEqual(gradient, [-1, 6 - 2, -3, 15 - 4, -5, -6])
    }

    /// Of 0 and ln 3 are ¼ and ¾; a weighted sum of shares p has the gradient p · (w − Σ w·p).
    func testSharesOfChannels() throws {
        let log3 = 1.0986122886681098
        // Two pixels of a map: channels lie apart.
        let shares = try run(model([2, 1, 2]) { try $0.softmax($1, name: "shares") }, [0, 7, log3, 7])
        for (share, expected) in zip(shares.value, [0.25, 0.5, 0.75, 0.5]) {
            XCTAssertEqual(share, expected, accuracy: 1e-12)
        }
        // Weights 1 and 3 of the first pixel, 2 and 4 of the second.
        for (slope, expected) in zip(shares.gradient, [0.25 * (1 - 2.5), 0.5 * (2 - 3), 0.75 * (3 - 2.5), 0.5]) {
            XCTAssertEqual(slope, expected, accuracy: 1e-12)
        }
    }

    /// Whether libtorch's own resampling serves or lines are picked, each pixel is the copy that the operation says.
    func testNearestCopies() throws {
        for alignment in UpsampleNearest.Alignment.allCases {
            for (from, to) in [(Size(3, 2), Size(6, 6)), (Size(5, 4), Size(3, 7)), (Size(3, 3), Size(3, 1))] {
                for type in [ScalarType.float32, .float64] {
                    let resampling = UpsampleNearest(size: to, alignment: alignment)
                    let model = try model(Shape(1, from), type: type) {
                        try $0.add(.upsampleNearest(resampling), [$1], name: "resampled")
                    }
                    let pixels = (0..<from.area).map { Double($0) }
                    let (rows, columns) = (
                        resampling.lines(from: from.height, to: to.height),
                        resampling.lines(from: from.width, to: to.width)
                    )
                    let copied = (0..<to.height).flatMap { y in
                        (0..<to.width).map { rows(y) * from.width + columns($0) }
                    }
                    let images = try Tensor(pixels, shape: [1, 1, from.height, from.width])
                    XCTAssertEqual(try model(images).array(of: Int64.self), copied.map { Int64($0) })
                    guard type == .float64 else { continue }
                    var slopes = [Double](repeating: 0, count: from.area)
                    for (place, pixel) in copied.enumerated() { slopes[pixel] += Double(place + 1) }
                    XCTAssertEqual(try run(model, pixels).gradient, slopes, "\(alignment) \(from) \(to)")
                }
            }
        }
    }

    /// What moves channels leaves maps as they lie in memory, so that what follows stays fast.
    func testMapsStayChannelsLast() throws {
        let model = try model([4, 5, 3], type: .float32) { builder, x in
            let joined = try builder.concatenate([x, x], name: "joined")
            let small = UpsampleNearest(size: Size(3, 4), alignment: .corners)
            let cut = try builder.slice(joined, from: 1, count: 5, name: "cut")
            return try builder.add(.upsampleNearest(small), [cut], name: "small")
        }
        let all = Model(model.network.showing(model.network.nodes.map(\.id)), parameters: model.parameters)
        for (node, value) in zip(model.network.nodes, try all.outputs(Tensor.normal([2, 4, 5, 3]))) {
            XCTAssertTrue(value.isChannelsLast, node.name)
        }
    }
}
