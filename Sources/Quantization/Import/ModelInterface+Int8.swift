import Interchange
import Networks

extension ModelInterface {
    /// The outputs for samples in the model's own form, computed in int8.
    ///
    /// - Parameters:
    ///   - data: samples of the input, counted by `Port.sampleCount`.
    ///   - network: the int8 model's.
    ///   - run: gives the numbers of all outputs, one after the other, for the bytes of an image, each 128 more than its number.
    package func tensors(
        _ data: TensorData, _ count: Int, of network: Network, _ run: ([UInt8]) throws -> [Int8]
    ) throws -> [TensorData] {
        let shapes = network.outputs.map { network[$0].shape }
        var values = [[Int8]](repeating: [], count: shapes.count)
        for sample in 0..<count {
            let numbers = try run(image(sample, of: data, network))
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
        return try zip(outputs, values).enumerated().map { index, output in
            try output.0.tensor(numbers: output.1, as: shapes[index])
        }
    }

    /// A sample as the bytes of an image: its numbers and 128.
    package func image(_ sample: Int, of data: TensorData, _ network: Network) -> [UInt8] {
        input.numbers(sample..<sample + 1, of: data, as: network.inputShape).map { UInt8(bitPattern: $0) ^ 0x80 }
    }
}
