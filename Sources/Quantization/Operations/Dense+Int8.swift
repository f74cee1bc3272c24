import Interchange
import Networks

extension Input: PlainInt8Operation {
    var outputRange: OutputRange { .calibrated }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let tables = writer.model.pixels.tables
        return .pixels(
            tables: writer.add(place.name, "pixels", [tables.count, 256], .int8(tables.flatMap { $0 })),
            isOffset: writer.model.pixels.isUniform)
    }
}

extension Linear: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var outputRange: OutputRange { .calibrated }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }

    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) throws(QuantizationError) {
        let shape = step.operandShapes[0]
        let layer = WeightQuantization(
            weights: try quantizer.float.parameter("\(node.name).weight").placed(at: place(of: shape)),
            bias: quantizer.bias(node, outputFeatures))
        let means = try quantizer.means(step.operands[0].name).map { all in
            (0..<inputFeatures).map { all[$0 % shape.channels] }
        }
        let input = try quantizer.value(step.operands[0].name)
        quantizer.weights[node.name] = layer.quantized(inputScale: input.scale, means: means)
    }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let zero = try writer.zeroPoint(place, 0)
        let roundsOnce = writer.model.arithmetic == .liteRT
        let (weights, scaling) = try writer.weighted(
            place.name, [outputFeatures, inputFeatures], place.inputs[0], place.output, limits, roundsOnce: roundsOnce)
        return .linear(
            inputs: inputFeatures, zero: zero, weights: weights, outputs: outputFeatures, scaling: scaling,
            roundsOnce: roundsOnce)
    }

    func addReal(_ integers: IntegerNode, to real: inout RealParameters) throws {
        guard let step = integers.step else { return }
        let (name, input) = (integers.node.name, try integers.input(of: step))
        let values = integers.real(try integers.layer(name), input)
        let place = place(of: step.operandShapes[0])
        let weights = values.weights.indices.map { values.weights[place($0)] }
        real.tensors["\(name).weight"] = try TensorData(weights, shape: [outputFeatures, inputFeatures])
        if bias { real.tensors["\(name).bias"] = try TensorData(values.bias) }
        real.scales["\(name).weight"] = values.scales
    }

    func kernelPlace(_ step: DeviceStep) -> ((Int) -> Int)? { place(of: step.operandShapes[0]) }

    /// From the columns of a flattened map `[C, H, W]`, channels slowest, to the order in which memory has the map.
    private func place(of map: Shape) -> (Int) -> Int {
        let (channels, area) = (map.channels, map.size.area)
        return { index in
            let (row, column) = (index / inputFeatures, index % inputFeatures)
            return row * inputFeatures + column % area * channels + column / area
        }
    }
}
