import Interchange
import Networks

// Samples in the model's own form through an int8 model: with the numbers that the model was imported with, or quantised here from real ones.

extension ModelInterface {
    /// The outputs for samples in the model's own form, computed in int8.
    ///
    /// - Parameters:
    ///   - data: samples of the input, counted by `Port.sampleCount`.
    ///   - program: of the int8 model.
    ///   - run: gives the numbers of all outputs, one after the other, for the bytes of an image.
    package func tensors(
        _ data: TensorData, _ count: Int, of program: KernelProgram, _ run: ([UInt8]) throws -> [Int8]
    ) throws -> [TensorData] {
        let (model, network) = (program.model, program.model.network)
        let shapes = network.outputs.map { network[$0].shape }
        guard shapes.count == outputs.count, shapes.count == program.outputs.count else {
            throw QuantizationError(
                "\(network.name) has \(shapes.count) outputs, and the model it is of \(outputs.count)")
        }
        var values = [[Int8]](repeating: [], count: shapes.count)
        for sample in 0..<count {
            let numbers = try run(image(sample, of: data, model))
            guard numbers.count == shapes.reduce(0, { $0 + $1.count }) else {
                throw QuantizationError(
                    "\(network.name) gave \(numbers.count) numbers, which are not as many as its outputs have")
            }
            var start = 0
            for (index, shape) in shapes.enumerated() {
                values[index] += numbers[start..<start + shape.count]
                start += shape.count
            }
        }
        return try outputs.indices.map { index in
            let (port, shape) = (outputs[index], shapes[index])
            switch model.arithmetic {
            case .liteRT: return try port.tensor(numbers: values[index], as: shape)
            case .sapool:
                let quantization = program.outputs[index].quantization
                let reals = Self.channelsFirst(values[index], shape).map { Float(quantization.real(of: $0)) }
                return try port.tensor(reals: reals, as: shape)
            }
        }
    }

    /// A sample as the bytes of an image: of a model with numbers of its own these and 128, otherwise the pixels that come nearest to its real
    /// numbers.
    package func image(_ sample: Int, of data: TensorData, _ model: QuantizedModel) -> [UInt8] {
        let shape = model.network.inputShape
        switch model.arithmetic {
        case .liteRT:
            return input.numbers(sample..<sample + 1, of: data, as: shape).map { UInt8(bitPattern: $0) ^ 0x80 }
        case .sapool:
            let reals = input.reals(sample..<sample + 1, of: data, as: shape)
            let (area, pixels) = (shape.size.area, model.pixels)
            return (0..<shape.count).map { index in
                let (pixel, channel) = (index / shape.channels, index % shape.channels)
                let real = reals[channel * area + pixel]
                let byte = (real * pixels.deviation[channel] + pixels.mean[channel]) * 255
                return byte.isNaN ? 0 : UInt8(max(0, min(255, byte.rounded())))
            }
        }
    }

    /// Samples in memory's order, [H, W, C] each, with their channels first.
    private static func channelsFirst(_ numbers: [Int8], _ shape: Shape) -> [Int8] {
        let (area, channels, count) = (shape.size.area, shape.channels, shape.count)
        guard area > 1, channels > 1 else { return numbers }
        return numbers.indices.map { index in
            let (sample, place) = (index / count, index % count)
            return numbers[sample * count + place % area * channels + place / area]
        }
    }
}
