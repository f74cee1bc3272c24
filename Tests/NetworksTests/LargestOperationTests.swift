import Foundation
import Networks
import XCTest

/// Every operation with the largest hyper-parameters that its own checks allow.
final class LargestOperationTests: XCTestCase {
    /// 2³¹ pixels, as many as a value may have.
    private static let size = Size(1 << 15, 1 << 16)
    private static let map = Shape(1, size)
    /// A kernel of the longest sides, with an output for every pixel.
    private static let window = Window(kernel: 1024, before: 511, after: 512)

    /// Builders count work before they refuse a network for it, so counting may not trap.
    func testNoCountOfWorkTraps() throws {
        for name in Networks.Operation.Name.allCases {
            let (operation, inputs) = Self.largest(name)
            XCTAssertEqual(operation.kind, name.rawValue)
            let output = try operation.details.outputShape(inputs)
            for count in [output.count] + operation.details.parameters.map(\.count) {
                XCTAssertLessThanOrEqual(count, 1 << 31, "\(name) is no operation that a builder takes")
            }
            XCTAssertGreaterThanOrEqual(operation.details.multiplyAccumulates(inputs, output), 0, "\(name)")
        }
    }

    func testWorkThatNoNumberHoldsIsRefused() throws {
        let json = """
            {"format": "sapool-network", "version": 1, "name": "n", "outputs": ["a"], "nodes": [
              {"name": "input", "operation": "input", "shape": [3, 64, 64]},
              {"name": "a", "operation": "rnnPool", "inputs": ["input"], "channels": 3, "lineStates": 16384,
               "windowStates": 1, "kernel": [1024, 1024], "stride": [1, 1], "padding": [1023, 1023]}]}
            """
        XCTAssertThrowsError(try Network(json: Data(json.utf8))) { error in
            XCTAssertEqual(
                "\(error)", "a: it takes over 2⁴⁸ multiply-accumulates: use a smaller image or larger patches")
        }
    }

    /// An operation of a name, and the shapes that it takes.
    private static func largest(_ name: Networks.Operation.Name) -> (Networks.Operation, [Shape]) {
        let pixel = Shape(1, 1)
        switch name {
        case .input: return (.input(Input(map)), [])
        case .convolution:
            let window = Window(kernel: 1024, padding: 1023)
            return (
                .convolution(Convolution(inputChannels: 2048, outputChannels: 1, window: window)),
                [Shape(2048, 1024)]
            )
        case .batchNorm: return (.batchNorm(BatchNorm(channels: 1)), [map])
        case .instanceNorm: return (.instanceNorm(InstanceNorm(channels: 1)), [map])
        case .activation: return (.activation(Activation(.hardSwish)), [map])
        case .scale: return (.scale(Scale(2)), [map])
        case .parametricReLU: return (.parametricReLU(ParametricReLU(slope: 0.1)), [map])
        case .add: return (.add(Add()), [map, map])
        case .multiply: return (.multiply(Multiply()), [map, map])
        case .subtract: return (.subtract(Subtract()), [map, map])
        case .dropout: return (.dropout(Dropout(0.5)), [map])
        case .gaussianNoise: return (.gaussianNoise(GaussianNoise(size: size)), [pixel])
        case .maxPool: return (.maxPool(MaxPool(window)), [map])
        case .averagePool: return (.averagePool(AveragePool(window)), [map])
        case .globalAveragePool: return (.globalAveragePool(GlobalAveragePool()), [map])
        case .globalMaxPool: return (.globalMaxPool(GlobalMaxPool()), [map])
        case .localDeviation: return (.localDeviation(LocalDeviation(window)), [map])
        case .powerPool:
            return (
                .powerPool(PowerPool(window: window, exponent: 64, isLearned: true, takesAbsolute: true)), [map]
            )
        case .windowPool: return (.windowPool(WindowPool(window)), [map, map])
        case .comparisonPool:
            return (.comparisonPool(ComparisonPool(channels: 1, window: window, weighting: .dice)), [map, map])
        case .fixedFilter:
            let taps = [[Double](repeating: 1, count: 1024)]
            return (.fixedFilter(FixedFilter(rows: taps, columns: taps, stride: 1, before: 511, after: 512)), [map])
        case .rnnPool:
            let window = Window(kernel: 1024, padding: 1023)
            return (
                .rnnPool(RNNPool(channels: 1 << 17, lineStates: 1 << 14, windowStates: 1, window: window)),
                [Shape(1 << 17, 128)]
            )
        case .upsampleBilinear: return (.upsampleBilinear(UpsampleBilinear(size: size)), [pixel])
        case .upsampleNearest: return (.upsampleNearest(UpsampleNearest(size: size)), [pixel])
        case .depthToSpace:
            return (.depthToSpace(DepthToSpace(factor: 256, size: size)), [Shape(1 << 16, Size(128, 256))])
        case .spaceToDepth: return (.spaceToDepth(SpaceToDepth(factor: 256)), [map])
        case .multiHeadAttention: return (.multiHeadAttention(MultiHeadAttention(channels: 1, heads: 1)), [map])
        case .attentionHead:
            let size = Size(255, 257)
            let head = AttentionHead(channels: 1 << 15, heads: 1, outputs: 1 << 16, size: size)
            return (.attentionHead(head), [Shape(1 << 15, size)])
        case .positionEmbedding:
            return (.positionEmbedding(PositionEmbedding(channels: 2, table: .sine)), [Shape(2, Size(1 << 15))])
        case .linear: return (.linear(Linear(inputFeatures: 1 << 15, outputFeatures: 1 << 16)), [[1 << 15]])
        case .flatten: return (.flatten(Flatten()), [map])
        case .softmax: return (.softmax(Softmax()), [map])
        case .concatenation: return (.concatenation(Concatenation()), [map])
        case .slice: return (.slice(Slice(start: 0, count: 1)), [map])
        case .pad: return (.pad(Pad(before: Size(size.height - 1, size.width - 1), after: 0)), [pixel])
        }
    }
}
