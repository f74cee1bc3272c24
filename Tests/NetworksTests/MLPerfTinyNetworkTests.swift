import Networks
import XCTest

/// MLPerf Tiny's networks and their relatives by name: shapes, weights and work against published figures and sums by
/// hand; and what conventions change.
final class MLPerfTinyNetworkTests: XCTestCase {
    private func network(_ notation: String, _ input: Shape, classes: Int = 10) throws -> Network {
        try Network(notation: notation, input: input, classes: classes)
    }

    /// The windows of all convolutions with several taps and a stride over 1.
    private func stridedWindows(_ network: Network) -> [Window] {
        network.nodes.compactMap { node in
            guard case .convolution(let details) = node.operation, details.window.kernel != 1,
                details.window.stride != 1
            else { return nil }
            return details.window
        }
    }

    /// Keras counts 78 666: 240 more biases in front of batch normalisations, and 480 running statistics.
    func testResNet8() throws {
        let network = try network("resnet8", [3, 32, 32])
        let convolutions = 3 * 16 * 9 + 2 * 16 * 16 * 9 + (16 * 32 + 32 * 32) * 9 + (32 * 64 + 64 * 64) * 9
        let shortcuts = 16 * 32 + 32 + 32 * 64 + 64
        let norms = 2 * (3 * 16 + 2 * 32 + 2 * 64)
        XCTAssertEqual(network.parameterCount, convolutions + shortcuts + norms + 64 * 10 + 10)
        XCTAssertEqual(network.parameterCount, 78_666 - 240 - 480)
        XCTAssertEqual(network.multiplyAccumulates, 12_501_632)
        XCTAssertEqual(
            ["net.conv1.2", "net.layer1.0.relu", "net.layer2.0.relu", "net.layer3.0.relu"].map { name in
                network.nodes.first { $0.name == name }?.shape
            }, [[16, 32, 32], [16, 32, 32], [32, 16, 16], [64, 8, 8]])
    }

    /// The larger one of the benchmark's training code has "200k params".
    func testLargerResNets() throws {
        XCTAssertEqual(try network("resnet8(channels=26-52-104)", [3, 32, 32]).parameterCount, 204_136)
        // He et al. have 0.27 and 0.85 million, with shortcuts that have no weights.
        let shortcuts = 16 * 32 + 32 + 32 * 64 + 64
        XCTAssertEqual(try network("resnet20", [3, 32, 32]).parameterCount - shortcuts, 269_722)
        XCTAssertEqual(try network("resnet56", [3, 32, 32]).parameterCount - shortcuts, 853_018)
    }

    /// Howard et al. have 4.2 million parameters and 569 million multiply-adds.
    func testMobileNet() throws {
        let whole = try network("mobilenet-v1", [3, 224, 224], classes: 1000)
        XCTAssertEqual(whole.parameterCount, 4_231_976)
        XCTAssertEqual(whole.multiplyAccumulates, 568_740_352)
        let quarter = try network("mobilenet-v1(width=0.25)", [3, 96, 96], classes: 2)
        XCTAssertEqual(quarter.multiplyAccumulates, 7_489_664)
        XCTAssertEqual(quarter.nodes.first { $0.name == "net.features.4.1.1.2" }?.shape, [256, 3, 3])
        XCTAssertEqual(
            try Network(notation: "mobilenet-v1", input: [3, 96, 96], classes: 2, width: 0.25),
            quarter.named("mobilenet-v1"))
    }

    func testDSCNN() throws {
        let network = try network("ds-cnn", [1, 49, 10], classes: 12)
        let convolutions = 64 * 40 + 4 * (64 * 9 + 64 * 64)
        XCTAssertEqual(network.parameterCount, convolutions + 9 * 2 * 64 + 64 * 12 + 12)
        XCTAssertEqual(network.multiplyAccumulates, 25 * 5 * convolutions + 64 * 12)
        XCTAssertEqual(
            stridedWindows(network), [Window(kernel: Size(10, 4), stride: 2, before: Size(4, 1), after: Size(5, 1))])
    }

    func testPaddingOfEitherKind() throws {
        let same = Window(kernel: 3, stride: 2, before: 0, after: 1)
        let symmetric = Window(kernel: 3, stride: 2, padding: 1)
        XCTAssertEqual(stridedWindows(try network("resnet8", [3, 32, 32])), [same, same])
        XCTAssertEqual(stridedWindows(try network("resnet8(padding=symmetric)", [3, 32, 32])), [symmetric, symmetric])
        XCTAssertEqual(Set(stridedWindows(try network("mobilenet-v2", [3, 96, 96]))), [symmetric])
        XCTAssertEqual(Set(stridedWindows(try network("mobilenet-v2(padding=same)", [3, 96, 96]))), [same])
        // Of a map of odd sides the two are one.
        XCTAssertEqual(stridedWindows(try network("plain-cnn(channels=8, padding=same)", [3, 9, 9])), [symmetric])
    }

    /// In a detector too, for the backbone's layers alone.
    func testNumbersOfBatchNormalisation() throws {
        func norms(_ notation: String) throws -> [(name: String, norm: BatchNorm)] {
            try network(notation, [3, 96, 96]).nodes.compactMap { node in
                guard case .batchNorm(let norm) = node.operation else { return nil }
                return (node.name, norm)
            }
        }
        XCTAssertTrue(try norms("resnet8").allSatisfy { $0.norm.epsilon == 1e-3 && $0.norm.momentum == 0.01 })
        XCTAssertTrue(try norms("resnet18").allSatisfy { $0.norm.epsilon == 1e-5 && $0.norm.momentum == 0.1 })
        for (name, norm) in try norms("ssdlite(backbone=mobilenet-v2(width=0.5, epsilon=0.001, momentum=0.02))") {
            let isBackbones = name.hasPrefix("net.")
            XCTAssertEqual(norm.epsilon, isBackbones ? 1e-3 : 1e-5, name)
            XCTAssertEqual(norm.momentum, isBackbones ? 0.02 : 0.1, name)
        }
    }

    func testWhatDoesNotFit() throws {
        for (notation, message) in [
            ("resnet8(padding=valid)", "padding=valid in resnet8: use symmetric, same"),
            ("resnet8(epsilon=0)", "net.conv1.1: its epsilon is 0.0: use a small positive number"),
            ("resnet8(channels=16)", "resnet8 has 3 stages, so its channels are 3 numbers, not 1"),
            ("resnet8(channels=16-32-0)", "a stage of 0 channels: use 1 to 65536"),
            ("resnet20(strides=12)", "resnet20 has 3 stages, so its strides are 3 digits, not 2"),
            ("ds-cnn(kernel=10)", "kernel of ds-cnn: use rows and columns of 1 to 1024, such as 10-4"),
            ("ds-cnn(strides=2)", "DS-CNN has a convolution and at least one block: give at least 2 strides"),
            (
                "mobilenet-v1(placement=after)",
                "MobileNet places its pooling before the stage or behind its first block, not after"
            ),
            ("mobilenet-v1(activation=silu)", "activation=silu in mobilenet-v1: use relu, relu6"),
        ] {
            XCTAssertThrowsError(try network(notation, [3, 32, 32])) { XCTAssertEqual("\($0)", message) }
        }
    }
}

extension Network {
    /// The same under another name.
    fileprivate func named(_ name: String) -> Network {
        var copy = self
        copy.name = name
        return copy
    }
}
