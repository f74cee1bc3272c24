import Interchange
import XCTest

/// Models that other people trained, from three converters.
final class TFLiteSharedModelTests: XCTestCase {
    private static let operators: [String: [String: Int]] = [
        "imagenet/mobilenet_v1_0.25_128_quant": [
            "CONV_2D": 15, "DEPTHWISE_CONV_2D": 13, "AVERAGE_POOL_2D": 1, "RESHAPE": 1, "SOFTMAX": 1,
        ],
        "imagenet/tf2_mobilenet_v2_1.0_224_ptq": [
            "QUANTIZE": 2, "CONV_2D": 36, "DEPTHWISE_CONV_2D": 17, "ADD": 10, "MEAN": 1, "RESHAPE": 1, "SOFTMAX": 1,
        ],
        "mcunet/detection": [
            "QUANTIZE": 1, "PAD": 5, "CONV_2D": 39, "DEPTHWISE_CONV_2D": 16, "ADD": 11, "RESIZE_NEAREST_NEIGHBOR": 2,
            "MAX_POOL_2D": 2, "DEQUANTIZE": 3,
        ],
        "mcunet/vww": [
            "QUANTIZE": 1, "PAD": 4, "CONV_2D": 30, "DEPTHWISE_CONV_2D": 15, "ADD": 8, "TRANSPOSE": 1, "MEAN": 2,
            "FULLY_CONNECTED": 1, "DEQUANTIZE": 1,
        ],
        "mlperf-tiny/ad01_int8": ["FULLY_CONNECTED": 10],
        "mlperf-tiny/kws_ref_model": [
            "CONV_2D": 5, "DEPTHWISE_CONV_2D": 4, "AVERAGE_POOL_2D": 1, "RESHAPE": 1, "FULLY_CONNECTED": 1,
            "SOFTMAX": 1,
        ],
        "mlperf-tiny/pretrainedResnet": [
            "CONV_2D": 9, "ADD": 3, "AVERAGE_POOL_2D": 1, "RESHAPE": 1, "FULLY_CONNECTED": 1, "SOFTMAX": 1,
        ],
        "mlperf-tiny/pretrainedResnet_quant": [
            "CONV_2D": 9, "ADD": 3, "AVERAGE_POOL_2D": 1, "RESHAPE": 1, "FULLY_CONNECTED": 1, "SOFTMAX": 1,
        ],
        "mlperf-tiny/vww_96_float": [
            "CONV_2D": 14, "DEPTHWISE_CONV_2D": 13, "AVERAGE_POOL_2D": 1, "RESHAPE": 1, "FULLY_CONNECTED": 1,
            "SOFTMAX": 1,
        ],
        "mlperf-tiny/vww_96_int8": [
            "CONV_2D": 14, "DEPTHWISE_CONV_2D": 13, "AVERAGE_POOL_2D": 1, "RESHAPE": 1, "FULLY_CONNECTED": 1,
            "SOFTMAX": 1,
        ],
    ]

    private static let ends: [String: (input: [Int], type: TFLiteType, outputs: [[Int]])] = [
        "imagenet/mobilenet_v1_0.25_128_quant": ([1, 128, 128, 3], .uint8, [[1, 1001]]),
        "imagenet/tf2_mobilenet_v2_1.0_224_ptq": ([1, 224, 224, 3], .uint8, [[1, 1001]]),
        "mcunet/detection": ([1, 128, 160, 3], .float32, [[1, 4, 5, 18], [1, 8, 10, 18], [1, 16, 20, 18]]),
        "mcunet/vww": ([1, 80, 80, 3], .float32, [[1, 2]]),
        "mlperf-tiny/ad01_int8": ([1, 640], .int8, [[1, 640]]),
        "mlperf-tiny/kws_ref_model": ([1, 49, 10, 1], .int8, [[1, 12]]),
        "mlperf-tiny/pretrainedResnet": ([1, 32, 32, 3], .float32, [[1, 10]]),
        "mlperf-tiny/pretrainedResnet_quant": ([1, 32, 32, 3], .int8, [[1, 10]]),
        "mlperf-tiny/vww_96_float": ([1, 96, 96, 3], .float32, [[1, 2]]),
        "mlperf-tiny/vww_96_int8": ([1, 96, 96, 3], .int8, [[1, 2]]),
    ]

    func testOperatorsAndEnds() throws {
        let folder = try ModelsFolder()
        for (name, operators) in Self.operators {
            let model = try TFLiteModel(contentsOf: "\(folder.path)/\(name).tflite")
            XCTAssertEqual(model.unsupportedOperators { _ in false }, operators, name)
            let ends = try XCTUnwrap(Self.ends[name])
            XCTAssertEqual(model.inputs.map { model.tensors[$0].shape }, [ends.input], name)
            XCTAssertEqual(model.inputs.map { model.tensors[$0].type }, [ends.type], name)
            XCTAssertEqual(model.outputs.map { model.tensors[$0].shape }, ends.outputs, name)
            // Nothing is known before it runs but the shapes of RESHAPE, and everything has a counterpart.
            let folded = model.foldingConstants()
            XCTAssertNoThrow(try folded.checkOperators(named: name))
            XCTAssertEqual(folded.unsupportedOperators { _ in false }, operators, name)
            for step in folded.operators where step.kind.name == "RESHAPE" {
                XCTAssertEqual(step.kind, .reshape(to: folded.tensors[step.outputs[0]].shape), name)
            }
        }
    }

    /// Coral's models say what their pixels and their classes mean.
    func testAnnotations() throws {
        let folder = try ModelsFolder()
        for name in ["mobilenet_v1_0.25_128_quant", "tf2_mobilenet_v2_1.0_224_ptq"] {
            let model = try TFLiteModel(contentsOf: "\(folder.path)/imagenet/\(name).tflite")
            XCTAssertEqual(model.metadataNames, ["min_runtime_version", "TFLITE_METADATA"])
            XCTAssertEqual(model.annotations.normalizations[0]?.mean, [127.5])
            XCTAssertEqual(model.annotations.normalizations[0]?.deviation, [127.5])
            let labels = try XCTUnwrap(model.annotations.labels[0])
            XCTAssertEqual(labels.count, 1001)
            XCTAssertEqual(labels.first, "background")
        }
    }

    func testDamagedModels() throws {
        let folder = try ModelsFolder()
        var random = SplitMix64(state: 3)
        for name in ["mlperf-tiny/kws_ref_model", "mlperf-tiny/pretrainedResnet_quant"] {
            let bytes = try folder.bytes("\(name).tflite")
            for length in stride(from: 0, to: bytes.count, by: 64) {
                _ = try? TFLiteModel(bytes: Array(bytes.prefix(length))).foldingConstants()
            }
            for _ in 0..<1000 {
                var flipped = bytes
                flipped[.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                _ = try? TFLiteModel(bytes: flipped).foldingConstants()
            }
        }
    }
}
