/// Rounds a layer's float weights: symmetric, −127 … 127, with a scale for each output channel.
struct WeightQuantization {
    /// `[outputs][inputs]` in float.
    let weights: [Float]
    /// One an output; zeros where there are none.
    let bias: [Float]
    /// How many numbers lead to each output.
    var inputs: Int { weights.count / max(1, bias.count) }

    /// Quantised weights for inputs of a scale.
    ///
    /// - Parameter means: of each input, for bias correction (Nagel et al., *Data-Free Quantization Through Weight Equalization and Bias
    ///   Correction*, ICCV 2019, section 4.2): what rounding takes from each output in the mean goes back into its bias. Nil leaves
    ///   biases as they are.
    func quantized(inputScale: Double, means: [Double]?) -> QuantizedModel.Weights {
        var result = QuantizedModel.Weights(numbers: [], scales: [])
        result.numbers.reserveCapacity(weights.count)
        for output in bias.indices {
            let row = weights[output * inputs..<(output + 1) * inputs]
            let reach = Double(row.lazy.map(abs).max() ?? 0)
            // A channel that hardly depends on its input still needs room for its bias in 29 bits.
            let least = abs(Double(bias[output])) / (inputScale * 268_435_456)
            let scale = Float(max(reach / 127, least, 1e-20))
            var shift = 0.0
            for (index, weight) in row.enumerated() {
                let number = max(-127, min(127, (Double(weight) / Double(scale)).rounded()))
                result.numbers.append(Int8(number))
                if let means { shift += (Double(weight) - number * Double(scale)) * means[index] }
            }
            result.scales.append(scale)
            let steps = ((Double(bias[output]) + shift) / (inputScale * Double(scale))).rounded()
            result.bias.append(Int32(max(-536_870_912, min(536_870_912, steps))))
        }
        return result
    }
}
