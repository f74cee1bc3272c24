extension TFLiteModel {
    /// The real numbers that a constant stands for, where it is one.
    ///
    /// - Throws: `TFLiteRefusal` for elements that are no numbers of up to 32 bits.
    func reals(_ index: Int) throws -> [Float]? {
        let tensor = tensors[index]
        guard tensor.isConstant else { return nil }
        if let floats = tensor.floats { return floats }
        guard let numbers = tensor.integers ?? tensor.nibbles else {
            throw TFLiteRefusal("constants of \(tensor.type.name)")
        }
        guard let quantization = tensor.quantization else { return numbers.map(Float.init) }
        if quantization.isPerTensor {
            let (scale, zero) = (Double(quantization.scales[0]), Int(quantization.zeroPoints[0]))
            return numbers.map { Float(scale * Double($0 - zero)) }
        }
        // Elements of one scale lie together, in runs of the product of the sides behind its axis.
        let run = tensor.shape[(quantization.axis + 1)...].reduce(1, *)
        let count = quantization.scales.count
        return numbers.indices.map { index in
            let scale = index / run % count
            return Float(
                Double(quantization.scales[scale]) * Double(numbers[index] - Int(quantization.zeroPoints[scale])))
        }
    }

    /// A list of whole numbers, such as axes or margins.
    ///
    /// - Throws: `TFLiteRefusal` where it is not known before the model runs.
    func list(_ step: Operator, _ operand: Int) throws -> [Int] {
        guard let values = self.operand(operand, of: step)?.integers else {
            throw TFLiteRefusal("\(step.kind.name) by numbers that are not known before the model runs")
        }
        return values
    }
}

extension TFLiteModel.Tensor {
    /// A constant's whole numbers of four bits, the lower half of a byte first; nil where it is none.
    fileprivate var nibbles: [Int]? {
        guard let data, type == .int4 || type == .uint4 else { return nil }
        let isSigned = type == .int4
        return (0..<count).map { index in
            let byte = data[data.startIndex + index / 2]
            let nibble = Int(index % 2 == 0 ? byte & 15 : byte >> 4)
            return isSigned && nibble > 7 ? nibble - 16 : nibble
        }
    }

    /// Scale and zero point where one holds for all, a uint8's as that of the number 128 less.
    var imported: ImportedQuantization? {
        guard let quantization, quantization.isPerTensor else { return nil }
        let offset = type == .uint8 ? 128 : 0
        return ImportedQuantization(
            scale: quantization.scales[0], zeroPoint: Int(quantization.zeroPoints[0]) - offset)
    }
}

/// What a network of ours cannot do that an operator asks for: the operator's name with what it asks for. All of a model's are told in one
/// message.
struct TFLiteRefusal: Error {
    let what: String

    init(_ what: String) { self.what = what }
}
