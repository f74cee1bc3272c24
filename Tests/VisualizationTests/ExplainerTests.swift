import Datasets
import Execution
import Foundation
import Networks
import Torch
import Training
import Visualization
import XCTest

/// Each kind of map against arithmetic on the network's own numbers.
final class ExplainerTests: XCTestCase {
    /// Pixels as they are, over 255.
    private func explain(
        _ network: Network, _ model: Model, pixels: [UInt8], label: Int? = nil, queries: [Explainer.Query] = []
    ) throws -> Explainer.Explanation {
        let shape = network.inputShape
        let names = (0..<network.outputShape.channels).map { "class \($0)" }
        let size = ImageSize(width: shape.width, height: shape.height)
        let dataset = try InMemoryDataset(
            name: "one", classNames: names, size: size, channels: shape.channels, pixels: pixels, labels: [0])
        let loader = try Loader(
            dataset: dataset, transform: Transform.smallImageEvaluation(size: size),
            configuration: LoaderConfiguration(
                batchSize: 1, seed: 0, shuffle: false, dropLast: false, workers: 0))
        let batch = try XCTUnwrap(loader.batches(epoch: 0).next())
        let channels = shape.channels
        let normalization = Normalization(
            mean: [Float](repeating: 0, count: channels), deviation: [Float](repeating: 1, count: channels))
        return try Explainer(model, normalization: normalization, classNames: names).explain(
            batch, label: label, queries: queries)
    }

    private func images(_ pixels: [UInt8], _ shape: Shape) throws -> Tensor {
        try Tensor(pixels.map { Float($0) / 255 }, shape: [1, shape.height, shape.width, shape.channels])
            .permuted([0, 3, 1, 2])
    }

    private func ramp(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 * 73 % 256) } }

    private func assertEqual(_ map: HeatMap?, _ expected: [Double], _ accuracy: Float = 1e-5, line: UInt = #line) throws
    {
        let map = try XCTUnwrap(map, line: line)
        XCTAssertEqual(map.values.count, expected.count, line: line)
        for (value, number) in zip(map.values, expected) {
            XCTAssertEqual(value, Float(number), accuracy: accuracy, line: line)
        }
    }

    /// Weights exp(x) over a 1 × 2 × 4 map.
    private func weighted(stride: Size, isNormalised: Bool) throws -> Network {
        let builder = NetworkBuilder("weighted")
        let x = try builder.input([1, 2, 4])
        let weights = try builder.activation(x, .exponential, name: "weights")
        let pool = WindowPool(kernel: 2, stride: stride, isNormalised: isNormalised)
        let pooled = try builder.add(.windowPool(pool), [x, weights], name: "pool")
        return try builder.network(output: try builder.classifier(pooled, classes: 2, name: "head"))
    }

    func testWeightsAndTheirShares() throws {
        let pixels: [UInt8] = [0, 51, 102, 153, 204, 255, 25, 50]
        let w = pixels.map { exp(Double($0) / 255) }
        func maps(_ network: Network) throws -> [HeatMap] {
            try explain(network, Model(network, seed: 1), pixels: pixels).weights
        }
        var found = try maps(weighted(stride: 2, isNormalised: true))
        XCTAssertEqual(found.map(\.title), ["weights of pool", "shares in windows of pool"])
        XCTAssertEqual([found[0].width, found[0].height], [4, 2])
        try assertEqual(found[0], w)
        let (left, right) = (w[0] + w[1] + w[4] + w[5], w[2] + w[3] + w[6] + w[7])
        let sums = [left, left, right, right, left, left, right, right]
        try assertEqual(found[1], zip(w, sums).map { 4 * $0 / $1 })

        // Not normalised: the weights are what a pixel is multiplied with.
        found = try maps(weighted(stride: 2, isNormalised: false))
        try assertEqual(found[1], w)

        // Windows one pixel apart: the middle columns lie in two of them.
        found = try maps(weighted(stride: Size(2, 1), isNormalised: true))
        let middle = w[1] + w[2] + w[5] + w[6]
        let reached = [[left], [left, middle], [middle, right], [right]]
        let expected = (0..<8).map { index -> Double in
            var share = 0.0
            for sum in reached[index % 4] { share += 2 * w[index] / sum }
            return share
        }
        try assertEqual(found[1], expected)
    }

    func testWeightsOfAPatchCountForAllItsPixels() throws {
        let builder = NetworkBuilder("patches")
        let x = try builder.input([1, 4, 4])
        let small = try builder.add(.averagePool(AveragePool(kernel: 2, stride: 2)), [x], name: "small")
        let pooled = try builder.add(.windowPool(WindowPool(kernel: 4, stride: 4)), [x, small], name: "pool")
        let network = try builder.network(output: try builder.classifier(pooled, classes: 2, name: "head"))
        let pixels: [UInt8] = [10, 10, 20, 20, 10, 10, 20, 20, 30, 30, 40, 40, 30, 30, 40, 40]
        let found = try explain(network, Model(network, seed: 1), pixels: pixels).weights
        try assertEqual(found[0], [10.0 / 255, 20.0 / 255, 30.0 / 255, 40.0 / 255])
        try assertEqual(found[1], pixels.map { Double($0) / 25 })
    }

    func testAttentionGivesWhatTheLayerPutsOut() throws {
        let builder = NetworkBuilder("attentive")
        let x = try builder.input([3, 4, 6])
        let small = try builder.add(.averagePool(AveragePool(kernel: 2, stride: 2)), [x], name: "small")
        let wide = try builder.convolution(small, to: 2, kernel: 1, bias: true, name: "wide")
        let attended = try builder.add(
            .multiHeadAttention(MultiHeadAttention(channels: 2, heads: 1)), [wide], name: "attention")
        let network = try builder.network(output: try builder.classifier(attended, classes: 2, name: "head"))
        let model = try Model(network, seed: 3)
        let pixels = ramp(72)
        let seen = try Torch.withoutGradients {
            try Model(network.showing([wide, attended]), parameters: model.parameters).outputs(
                images(pixels, network.inputShape))
        }
        let (tokens, output): ([Float], [Float]) = try (seen[0].array(), seen[1].array())
        func parameter(_ name: String) throws -> [Float] { try model.parameters.tensor("attention.\(name)").array() }
        let (input, bias) = try (parameter("in_proj_weight"), parameter("in_proj_bias"))
        let (projection, shift) = try (parameter("out_proj.weight"), parameter("out_proj.bias"))
        for place in 0..<6 {
            let query = Explainer.Query(x: place % 3 * 2 + 1, y: place / 3 * 2)
            let map = try XCTUnwrap(explain(network, model, pixels: pixels, queries: [query]).attention.first)
            XCTAssertEqual([map.width, map.height], [3, 2])
            XCTAssertEqual(map.title, "attention of \(query.x),\(query.y) in attention")
            XCTAssertEqual(map.values.reduce(0, +), 1, accuracy: 1e-5)
            // Values are rows 4 and 5 of the packed projection; their mean by the map is what the layer's own kernel computes.
            var mean: [Float] = [0, 0]
            for (channel, row) in (4..<6).enumerated() {
                for token in 0..<6 {
                    let fromFirst = input[row * 2] * tokens[token]
                    let fromSecond = input[row * 2 + 1] * tokens[6 + token]
                    mean[channel] += map.values[token] * (fromFirst + fromSecond + bias[row])
                }
            }
            for channel in 0..<2 {
                let expected =
                    projection[channel * 2] * mean[0] + projection[channel * 2 + 1] * mean[1] + shift[channel]
                XCTAssertEqual(output[channel * 6 + place], expected, accuracy: 1e-5)
            }
        }
    }

    func testHeadsAreAveraged() throws {
        let network = try Network(
            notation: "plain-cnn(channels=8, strides=2, pool=self-attentive(heads=4))", input: [1, 8, 8], classes: 2)
        let found = try explain(
            network, Model(network, seed: 1), pixels: ramp(64), queries: [.init(x: 7, y: 0), .init(x: 0, y: 7)])
        XCTAssertEqual(found.attention.count, 2)
        for map in found.attention { XCTAssertEqual(map.values.reduce(0, +), 1, accuracy: 1e-5) }
        XCTAssertNotEqual(found.attention[0].values, found.attention[1].values)
    }

    /// Before a mean and a linear layer, Grad-CAM is the class's row of weights times the map, over the number of positions
    /// (Selvaraju et al., 2017, section 3.1; Zhou et al., 2016).
    func testGradCAMOfALinearHead() throws {
        let builder = NetworkBuilder("cam")
        let x = try builder.input([3, 2, 3])
        let map = try builder.activation(
            try builder.convolution(x, to: 4, kernel: 1, bias: true, name: "conv"), .relu, name: "map")
        let network = try builder.network(output: try builder.classifier(map, classes: 3, name: "head"))
        let model = try Model(network, seed: 5)
        let pixels = ramp(18)
        let values: [Float] = try Torch.withoutGradients {
            try Model(network.showing([map]), parameters: model.parameters).outputs(images(pixels, network.inputShape))[
                0
            ]
            .array()
        }
        let rows: [Float] = try model.parameters.tensor("head.weight").array()
        var isPositive = false
        for label in 0..<3 {
            let expected = (0..<6).map { place -> Double in
                var sum = 0.0
                for channel in 0..<4 { sum += Double(rows[label * 4 + channel]) * Double(values[channel * 6 + place]) }
                return max(0, sum / 6)
            }
            if expected.contains(where: { $0 > 0 }) { isPositive = true }
            let found = try explain(network, model, pixels: pixels, label: label)
            XCTAssertEqual(found.label, label)
            try assertEqual(found.gradCAM, expected)
        }
        XCTAssertTrue(isPositive, "three maps of zeros show nothing")
    }

    func testTheMostLikelyClassIsChosen() throws {
        let network = try Network(notation: "plain-cnn(channels=8, strides=2)", input: [3, 8, 8], classes: 3)
        let model = try Model(network, seed: 1)
        let found = try explain(network, model, pixels: ramp(192))
        let logits: [Float] = try Torch.withoutGradients { try model(images(ramp(192), network.inputShape)).array() }
        XCTAssertEqual(logits[found.label], logits.max())
        XCTAssertTrue(found.weights.isEmpty)
        XCTAssertEqual(found.image.pixels, ramp(192))
    }

    func testQueriesThatCannotBeAnswered() throws {
        func complaint(_ notation: String, _ query: Explainer.Query) throws -> String {
            let network = try Network(notation: notation, input: [1, 8, 8], classes: 2)
            do {
                _ = try explain(network, Model(network, seed: 1), pixels: ramp(64), queries: [query])
                return ""
            } catch { return "\(error)" }
        }
        XCTAssertEqual(
            try complaint("plain-cnn(channels=8, strides=2, pool=self-attentive)", .init(x: 0, y: 8)),
            "the query 0,8 lies outside the image, which is 8×8 for this network")
        XCTAssertEqual(
            try complaint("plain-cnn(channels=8, strides=2, pool=lip)", .init(x: 0, y: 0)),
            "plain-cnn(channels=8, strides=2, pool=lip) has no attention that a query could show: leave the query out")
    }
}
