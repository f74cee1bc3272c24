import Interchange
import Networks
import ProcessorTime
import XCTest

/// Where tensors of other programs go, by their names.
final class WeightMappingTests: XCTestCase {
    private func network(_ notation: String, classes: Int = 10) throws -> Network {
        try Network(notation: notation, input: [3, 64, 64], classes: classes)
    }

    /// A state dict of zeros, from names and shapes.
    private func state(_ shapes: [String: [Int]]) throws -> Safetensors {
        try Safetensors(
            shapes.sorted { $0.key < $1.key }.map { name, shape in
                (name: name, tensor: try TensorData([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape))
            })
    }

    private func places(_ mapping: WeightMapping) -> [String: String] {
        Dictionary(uniqueKeysWithValues: mapping.matched.map { ($0.source, $0.name) })
    }

    /// Every name with a prefix of its own, and names too long to be a parameter's: the work stays that of reading the names.
    func testManyPrefixesAndLongNames() throws {
        let network = try network("plain-cnn(channels=4)")
        let points = String(repeating: "a.", count: 500)
        for names in [
            (0..<20_000).map { "d\($0).net.classifier.bias" }, (0..<20_000).map { "net.classifier.bias.\($0)x" },
            (0..<2000).map { "\(points)\($0).bias" },
        ] {
            let file = try state(Dictionary(names.map { ($0, [10]) }) { first, _ in first })
            XCTAssertLessThan(
                processorSeconds {
                    XCTAssertLessThanOrEqual(WeightMapping(file, to: network.parameters).matched.count, 1)
                }, 5)
        }
    }

    func testMobileNetV3OfTorchvision() throws {
        let shapes: [String: (shape: [Int], place: String)] = [
            "features.0.0.weight": ([16, 3, 3, 3], "net.conv1.weight"),
            "features.0.1.running_mean": ([16], "net.bn1.running_mean"),
            // The first block has no expansion.
            "features.1.block.0.0.weight": ([16, 1, 3, 3], "net.bneck.0.conv2.weight"),
            "features.1.block.1.0.weight": ([16, 16, 1, 1], "net.bneck.0.conv3.weight"),
            "features.2.block.0.0.weight": ([64, 16, 1, 1], "net.bneck.1.conv1.weight"),
            "features.2.block.1.0.weight": ([64, 1, 3, 3], "net.bneck.1.conv2.weight"),
            "features.2.block.2.1.bias": ([24], "net.bneck.1.bn3.bias"),
            // Its squeeze-and-excite is layer 2.
            "features.4.block.0.0.weight": ([72, 24, 1, 1], "net.bneck.3.conv1.weight"),
            "features.4.block.1.0.weight": ([72, 1, 5, 5], "net.bneck.3.conv2.weight"),
            "features.4.block.3.0.weight": ([40, 72, 1, 1], "net.bneck.3.conv3.weight"),
            "features.15.block.0.0.weight": ([960, 160, 1, 1], "net.bneck.14.conv1.weight"),
            "features.15.block.1.0.weight": ([960, 1, 5, 5], "net.bneck.14.conv2.weight"),
            "features.15.block.3.0.weight": ([160, 960, 1, 1], "net.bneck.14.conv3.weight"),
            "features.16.0.weight": ([960, 160, 1, 1], "net.conv2.weight"),
            "classifier.0.weight": ([1280, 960], "net.linear3.weight"),
            "classifier.3.bias": ([10], "net.linear4.bias"),
        ]
        var all = shapes.mapValues(\.shape)
        // The second layer of a block that has only one otherwise named here.
        all["features.2.block.2.0.weight"] = [24, 64, 1, 1]
        all["features.4.block.2.fc1.weight"] = [24, 72, 1, 1]
        let mapping = try WeightMapping(state(all), to: network("mobilenet-v3-large").parameters)
        XCTAssertEqual(mapping.scheme, "torchvision (MobileNetV3)")
        let places = places(mapping)
        for (name, expected) in shapes { XCTAssertEqual(places[name], expected.place, name) }
        XCTAssertEqual(mapping.extra, ["features.4.block.2.fc1.weight"])
        XCTAssertEqual(mapping.mismatched, [])
    }

    func testMobileNetV3OfTimm() throws {
        let shapes: [String: (shape: [Int], place: String)] = [
            "conv_stem.weight": ([16, 3, 3, 3], "net.conv1.weight"),
            "bn1.weight": ([16], "net.bn1.weight"),
            "blocks.0.0.conv_dw.weight": ([16, 1, 3, 3], "net.bneck.0.conv2.weight"),
            "blocks.0.0.conv_pw.weight": ([16, 16, 1, 1], "net.bneck.0.conv3.weight"),
            "blocks.1.1.conv_pw.weight": ([72, 24, 1, 1], "net.bneck.2.conv1.weight"),
            "blocks.2.2.conv_pwl.weight": ([40, 120, 1, 1], "net.bneck.5.conv3.weight"),
            "blocks.3.3.bn2.bias": ([184], "net.bneck.9.bn2.bias"),
            "blocks.4.1.conv_dw.weight": ([672, 1, 3, 3], "net.bneck.11.conv2.weight"),
            "blocks.5.2.bn3.bias": ([160], "net.bneck.14.bn3.bias"),
            "blocks.6.0.conv.weight": ([960, 160, 1, 1], "net.conv2.weight"),
            "blocks.6.0.bn1.weight": ([960], "net.bn2.weight"),
            "conv_head.weight": ([1280, 960, 1, 1], "net.linear3.weight"),
            "classifier.bias": ([10], "net.linear4.bias"),
        ]
        var all = shapes.mapValues(\.shape)
        all["blocks.4.1.se.conv_reduce.weight"] = [168, 672, 1, 1]
        let mapping = try WeightMapping(state(all), to: network("mobilenet-v3-large").parameters)
        XCTAssertEqual(mapping.scheme, "timm (MobileNetV3)")
        let places = places(mapping)
        for (name, expected) in shapes { XCTAssertEqual(places[name], expected.place, name) }
        XCTAssertEqual(mapping.extra, ["blocks.4.1.se.conv_reduce.weight"])
        // A 1×1 convolution there, a linear layer here.
        let change = try XCTUnwrap(mapping.reshaped.first)
        XCTAssertEqual(mapping.reshaped.count, 1)
        XCTAssertEqual([change.name, change.source], ["net.linear3.weight", "conv_head.weight"])
        XCTAssertEqual([change.from, change.to], [[1280, 960, 1, 1], [1280, 960]])
        XCTAssertEqual(mapping.matched.first { $0.name == "net.linear3.weight" }?.tensor.shape, [1280, 960])
    }

    /// The pooling in front of a stage takes the number of the stage's first block.
    func testMobileNetV2WithPoolingInFront() throws {
        let notation = "mobilenet-v2(placement=before, pool=average)"
        let names = [
            "features.1.conv.0.0.weight": [32, 1, 3, 3], "features.3.conv.2.weight": [24, 144, 1, 1],
            "features.17.conv.3.bias": [320],
        ]
        let mapping = try WeightMapping(state(names), to: network(notation).parameters)
        XCTAssertEqual(
            places(mapping),
            [
                "features.1.conv.0.0.weight": "net.features.0.0.conv.0.weight",
                "features.3.conv.2.weight": "net.features.1.2.conv.6.weight",
                "features.17.conv.3.bias": "net.features.6.0.conv.7.bias",
            ])
    }

    func testReport() throws {
        let network = try network("plain-cnn(channels=4-8)", classes: 3)
        var shapes = Dictionary(uniqueKeysWithValues: network.parameters.map { ("module." + $0.name, $0.shape) })
        shapes["module.net.features.0.1.num_batches_tracked"] = nil
        shapes["module.net.features.1.1.bias"] = nil
        shapes["module.net.classifier.weight"] = [1000, 8]
        shapes["module.net.classifier.bias"] = [3, 1]
        shapes["module.head"] = [2]
        let mapping = try WeightMapping(state(shapes), to: network.parameters)
        XCTAssertEqual(
            mapping.report(source: "w.pth"),
            """
            w.pth: 11 of 13 tensors found their place (names: our own, prefix: module.)
              reshaped: 1
                net.classifier.bias: 3 in the network, 3×1 in the file
              of another shape, left as they are: 1
                net.classifier.weight: 3×8 in the network, 1000×8 in the file
              missing in the file, left as they are: 1
                net.features.1.1.bias: 8
              extra in the file, not used: 1
                module.head
            """)
        XCTAssertThrowsError(try mapping.requireComplete("w.pth")) {
            XCTAssertEqual(
                "\($0)", "w.pth has no tensor net.features.1.1.bias of shape [8]: it was written for another network")
        }
    }

    /// Names that look like a scheme's and go nowhere must not trap.
    func testStrangeNames() throws {
        let strange = [
            "features", "features.", "features.99999999999999999999.conv.0", "features.-1.conv.0.0.weight",
            "features.18", "features.5.conv",
            "blocks.0", "blocks.9223372036854775807.9223372036854775807.bn1.weight",
            "features.9223372036854775807.0.weight", "", ".", "..",
            "module.", "features.3.block.9223372036854775807.0.weight", "classifier",
            "blocks.1.9223372036854775807.conv_pw.weight",
        ]
        for notation in ["mobilenet-v2", "mobilenet-v3-small", "resnet18"] {
            let mapping = try WeightMapping(
                state(Dictionary(uniqueKeysWithValues: strange.map { ($0, [1]) })), to: network(notation).parameters)
            XCTAssertEqual(mapping.matched.count, 0)
            XCTAssertEqual(mapping.extra.count, strange.count)
        }
    }
}
