extension TFLiteModel {
    /// The same model with everything computed that is known before it runs.
    ///
    /// The arithmetic of shapes is gone: its results are constants. Every RESHAPE whose shape is known says it (`Kind.reshape`), with the
    /// batch of 1, and has its tensor for its only operand. Constants of half precision have become single precision where DEQUANTIZE stood
    /// behind them, as in models of “float16 quantization”. Tensors keep their indices; some are used by nothing any more.
    package func foldingConstants() -> TFLiteModel { foldingShapes().wideningHalves() }

    /// The same model without the arithmetic of shapes.
    ///
    /// What is not known before the model runs, or contradicts the shapes that the model states, is left as it is.
    func foldingShapes() -> TFLiteModel {
        var arithmetic = ShapeArithmetic(self)
        var folded = self
        folded.operators = operators.filter { !arithmetic.compute($0) }
        for index in tensors.indices where !tensors[index].isConstant {
            folded.tensors[index].data = arithmetic.data(index)
        }
        for (index, step) in folded.operators.enumerated() {
            guard case .reshape(let stated) = step.kind, let input = step.inputs.first ?? nil,
                let output = step.outputs.first
            else { continue }
            let operand = step.inputs.count > 1 ? step.inputs[1] : nil
            let shape = tensors[output].shape
            guard let target = operand.map({ arithmetic.values($0) }) ?? stated,
                Self.reshape(tensors[input], to: target, gives: shape)
            else {
                folded.operators[index].kind = .reshape(to: nil)
                continue
            }
            folded.operators[index].kind = .reshape(to: shape)
            folded.operators[index].inputs = [input]
        }
        return folded
    }

    /// Whether a shape of which one side may be left open (−1) is the one that the output has.
    private static func reshape(_ tensor: Tensor, to target: [Int], gives shape: [Int]) -> Bool {
        guard tensor.count == shape.reduce(1, *) else { return false }
        // Old converters wrote [0] for one number.
        if shape.isEmpty && target == [0] { return true }
        return target.count == shape.count && target.count { $0 == -1 } <= 1
            && zip(target, shape).allSatisfy { $0 == $1 || $0 == -1 }
    }

    /// The same model with constants of half precision in single precision where they are only used that way.
    private func wideningHalves() -> TFLiteModel {
        var widened = self
        // Places in the file; several tensors may share one.
        var done: [Range<Int>: ArraySlice<UInt8>] = [:]
        let end = tensors.compactMap { $0.data?.endIndex }.max() ?? 0
        var budget = TensorBudget(fileLength: end)
        widened.operators = operators.filter { step in
            guard step.kind == .dequantize, let input = step.inputs.first ?? nil, let output = step.outputs.first,
                tensors[input].type == .float16, let data = tensors[input].data, tensors[output].type == .float32,
                tensors[output].shape == tensors[input].shape
            else { return true }
            let place = data.startIndex..<data.endIndex
            if done[place] == nil {
                guard (try? budget.take(2 * data.count)) != nil, let values = tensors[input].floats else { return true }
                done[place] = values.map(\.bitPattern.littleEndian).withUnsafeBytes { Array($0) }[...]
            }
            widened.tensors[output].data = done[place]
            return false
        }
        return widened
    }
}
