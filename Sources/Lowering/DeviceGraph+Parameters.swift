import Networks

extension DeviceGraph {
    /// A batch normalisation that goes into the weights of a layer in front of it.
    public struct Fold: Sendable, Hashable {
        /// The convolution or linear layer.
        public let layer: String
        /// The batch normalisation.
        public let batchNorm: String
        /// Of the batch normalisation.
        public let epsilon: Double
        /// Consecutive channels of the layer that share one of the batch normalisation: r² behind a depth-to-space of factor r.
        public let repetition: Int
        /// Whether the layer takes up mean and bias too: of a sum's terms only the first does, and the others are scaled.
        public let isShifted: Bool

        /// A fold by its parts.
        public init(layer: String, batchNorm: String, epsilon: Double, repetition: Int, isShifted: Bool = true) {
            self.layer = layer
            self.batchNorm = batchNorm
            self.epsilon = epsilon
            self.repetition = repetition
            self.isShifted = isShifted
        }
    }

    /// The lowered network's parameters.
    ///
    /// - Parameter value: the elements of the original network's parameter of a name, in its order.
    /// - Returns: for each parameter of `network` its elements, by name; counters of training steps are left out.
    public func parameters(_ value: (String) throws -> [Float]) rethrows -> [String: [Float]] {
        var folded: [String: (weight: [Double], bias: [Double])] = [:]
        for fold in folds {
            var layer: (weight: [Double], bias: [Double])
            if let known = folded[fold.layer] {
                layer = known
            } else {
                let weight = try value("\(fold.layer).weight").map(Double.init)
                layer = (weight, try bias(of: fold.layer, value))
            }
            apply(
                fold, gain: try value("\(fold.batchNorm).weight"), shift: try value("\(fold.batchNorm).bias"),
                mean: try value("\(fold.batchNorm).running_mean"),
                variance: try value("\(fold.batchNorm).running_var"), to: &layer)
            folded[fold.layer] = layer
        }
        var parameters: [String: [Float]] = [:]
        for specification in network.parameters where specification.role != .counter {
            let parts = specification.name.split(separator: ".")
            let layer = parts.dropLast().joined(separator: ".")
            if let own = folded[layer] {
                parameters[specification.name] = (parts.last == "bias" ? own.bias : own.weight).map(Float.init)
            } else {
                parameters[specification.name] = try value(specification.name)
            }
        }
        return parameters
    }

    /// The bias of a layer as it was: zeros where it had none.
    private func bias(of layer: String, _ value: (String) throws -> [Float]) rethrows -> [Double] {
        if biased.contains(layer) { return try value("\(layer).bias").map(Double.init) }
        let channels = network.nodes.first { $0.name == layer }?.shape.channels ?? 0
        return [Double](repeating: 0, count: channels)
    }

    /// y = (w·x + b − mean) · gain / √(variance + ε) + shift; without mean and shift where another term of a sum has them.
    private func apply(
        _ fold: Fold, gain: [Float], shift: [Float], mean: [Float], variance: [Float],
        to layer: inout (weight: [Double], bias: [Double])
    ) {
        let inputs = layer.weight.count / max(1, layer.bias.count)
        for output in layer.bias.indices {
            let channel = output / fold.repetition
            let scale = Double(gain[channel]) / (Double(variance[channel]) + fold.epsilon).squareRoot()
            let (offset, bias) = fold.isShifted ? (Double(mean[channel]), Double(shift[channel])) : (0, 0)
            layer.bias[output] = (layer.bias[output] - offset) * scale + bias
            for index in output * inputs..<(output + 1) * inputs { layer.weight[index] *= scale }
        }
    }
}
