import Compression
import Execution
import Interchange
import Networks
import Torch
import XCTest

/// Networks without their last layers: where one can end, and what is left.
final class LayerPruningTests: XCTestCase {
    /// An image of one channel becomes max(2x, 0) and max(−x, 0), then 3 channels, then 2 logits.
    private func small() throws -> Network {
        let builder = NetworkBuilder("small")
        let image = try builder.input([1, 2, 2])
        let map = try builder.convolution(image, to: 2, kernel: 1, name: "first")
        let bent = try builder.activation(map, .relu, name: "bent")
        let wide = try builder.convolution(bent, to: 3, kernel: 1, name: "second")
        return try builder.network(output: try builder.classifier(wide, classes: 2, name: "classifier"))
    }

    func testLogitsAreThoseOfTheMeanMap() throws {
        let network = try small()
        // Not behind the convolution, whose activation belongs to it.
        XCTAssertEqual(LayerPruning.ends(of: network), ["bent", "second"])
        var weights = Safetensors()
        for parameter in network.parameters {
            let values: [Float] =
                parameter.name == "first.weight" ? [2, -1] : [Float](repeating: 7, count: parameter.count)
            weights[parameter.name] = try TensorData(values, shape: parameter.shape)
        }
        let shallow = try LayerPruning(network, weights: weights, behind: "bent")
        XCTAssertEqual(
            shallow.network.nodes.map(\.name), ["input", "first", "bent", "avgpool", "avgpool.flatten", "classifier"])
        XCTAssertEqual(shallow.network.name, "small up to bent")
        XCTAssertEqual(shallow.network.outputShape, [2])
        XCTAssertEqual(shallow.weights.tensors.map(\.name), ["first.weight"], "the classifier is another one")

        var state = shallow.weights
        state["classifier.weight"] = try TensorData([1, 0, 0, 1] as [Float], shape: [2, 2])
        state["classifier.bias"] = try TensorData([0, 0] as [Float], shape: [2])
        let model = try Model(shallow.network, seed: 0)
        try model.parameters.load(state, from: "weights")
        // 2x is 2, 4, 6, −8, of which what is above 0 has the mean 3; of −x it is 1.
        let image = try Tensor([1, 2, 3, -4] as [Float], shape: [1, 1, 2, 2])
        let logits = try Torch.withoutGradients { try model(image).array(of: Float.self) }
        XCTAssertEqual(logits, [3, 1])
    }

    /// What jumps over a layer is needed behind it: there is no end within a residual block, nor before tokens of the whole image are used
    /// for the last time.
    func testThereIsNoEndWithinWhatBelongsTogether() throws {
        let residual = try Network(notation: "efficientnet-lite0", input: [3, 64, 64], classes: 3)
        let ends = LayerPruning.ends(of: residual)
        XCTAssertTrue(ends.contains("blocks.1.0.bn3") && ends.contains("blocks.1.1.add"))
        XCTAssertFalse(ends.contains { $0.hasPrefix("blocks.1.1.") && $0 != "blocks.1.1.add" }, "\(ends)")
        for end in ends {
            let shallow = try LayerPruning.network(residual, behind: end)
            XCTAssertEqual(shallow.outputShape, [3], end)
            XCTAssertLessThanOrEqual(shallow.multiplyAccumulates, residual.multiplyAccumulates)
        }
        let glance = try Network(notation: "plain-cnn(channels=8-16, pool=glance)", input: [3, 32, 32], classes: 3)
        XCTAssertFalse(LayerPruning.ends(of: glance).contains { $0.hasPrefix("net.features.0") })
    }

    func testWhatCannotBeIsASentence() throws {
        XCTAssertThrowsError(try LayerPruning.network(try small(), behind: "first")) {
            XCTAssertEqual("\($0)", "small cannot end behind first: these are bent, second")
        }
        let detector = try Network(
            notation: "ssdlite(backbone=mobilenet-v2(width=0.25))", input: [3, 128, 128], classes: 3)
        XCTAssertEqual(LayerPruning.ends(of: detector), [])
        XCTAssertThrowsError(try LayerPruning.network(detector, behind: "x")) {
            XCTAssertTrue("\($0)".hasSuffix("cannot end behind x: it has no such layer"), "\($0)")
        }
    }
}
