/// In which numbers a model computes.
enum TFLiteForm {
    /// int8, as kernels of devices do.
    case integers
    /// Real numbers.
    case reals
    /// uint8, one scale a tensor and weights that are not symmetric: what converters made before 2019. It becomes real numbers.
    case oldIntegers

    /// Finds out.
    ///
    /// - Throws: `UnsupportedProblem` where parts compute in different numbers, or in such as no kernel has.
    init(_ model: TFLiteModel) throws {
        var counts: [TFLiteType: [String: Int]] = [:]
        for step in model.operators where step.kind.computes {
            guard let output = step.outputs.first else { continue }
            // What comes to the same numbers again does not say in which they are; what is computed of an image does.
            counts[model.tensors[output].type, default: [:]][step.kind.name, default: 0] += 1
        }
        func told(_ types: [TFLiteType]) -> String {
            types.sorted { $0.rawValue < $1.rawValue }.flatMap { type in
                (counts[type] ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) in \(type.name) (\($0.value))" }
            }.prefix(12).joined(separator: ", ")
        }
        let others = counts.keys.filter { $0 != .int8 && $0 != .uint8 && $0 != .float32 }
        guard others.isEmpty else {
            throw UnsupportedProblem(
                "there are no kernels for \(told(others)): import it in real numbers with --float, or convert it to int8"
            )
        }
        let isMixed = counts[.float32] != nil && (counts[.int8] != nil || counts[.uint8] != nil)
        guard !isMixed else {
            throw UnsupportedProblem(
                "a part of it computes in real numbers, which int8 kernels cannot: \(told([.float32])); import all of it in real numbers with "
                    + "--float, or convert the model to int8 throughout")
        }
        self = counts[.uint8] != nil ? .oldIntegers : counts[.int8] != nil ? .integers : .reals
    }
}

extension TFLiteModel.Kind {
    /// Whether it makes new numbers, rather than to show, move or convert those that there are.
    var computes: Bool {
        switch self {
        case .convolution, .depthwiseConvolution, .fullyConnected, .add, .subtract, .multiply, .mean, .averagePool,
            .maxPool, .softmax, .logistic, .tanh, .relu, .relu6, .reluN1To1, .leakyReLU, .prelu, .hardSwish,
            .resizeNearest, .resizeBilinear, .reduceMax:
            true
        case .pad, .padWithValue, .concatenation, .split, .reshape, .shape, .stridedSlice, .slice, .pack, .unpack,
            .squeeze, .expandDimensions, .transpose, .quantize, .dequantize, .gather, .cast, .reduceProduct, .other:
            false
        }
    }
}
