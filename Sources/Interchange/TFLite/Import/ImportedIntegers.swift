import Networks

/// What an int8 model says beside its network: scales and zero points, and weights as they are.
package struct ImportedIntegers: Sendable {
    /// Of each node's value, by the node's name.
    package internal(set) var values: [String: ImportedQuantization] = [:]
    /// By node, in the layout of the device's kernels.
    package internal(set) var layers: [String: Layer] = [:]
    /// What nodes do to one number, by node.
    package internal(set) var functions: [String: Function] = [:]

    /// Whole weights of a convolution, a linear layer, or a factor or slope for each channel.
    package struct Layer: Sendable {
        /// Output channels slowest, but for depthwise convolutions, which have them fastest.
        package let numbers: [Int8]
        /// One for each output channel; of factors and slopes one for all.
        package let scales: [Float]
        /// One for each output channel; empty for factors and slopes.
        package let bias: [Int32]
    }

    /// Keeps factors, summands or slopes of one a channel.
    mutating func keep(_ numbers: [Int8], _ quantization: ImportedQuantization, as part: String, of name: String) {
        values["\(name).\(part)"] = quantization
        layers[name] = Layer(numbers: numbers, scales: [quantization.scale], bias: [])
    }

    /// What becomes of one number: LiteRT's reference arithmetic makes a table of it.
    package struct Function: Sendable {
        package let kind: Kind
        package let input: ImportedQuantization
        package let output: ImportedQuantization

        /// What it does.
        package enum Kind: Sendable {
            /// QUANTIZE from int8 to int8.
            case requantise
            /// DEQUANTIZE with a QUANTIZE behind it.
            case throughFloat
            /// One number for all.
            case fill(Int)
            /// Nothing: the same number stands for something else from here on.
            case restate
            /// An operator's fused activation, where the numbers are the output's already.
            case clamp(TFLiteModel.Activation)
            /// RELU, RELU6, RELU_N1_TO_1.
            case rectify(TFLiteModel.Activation)
            case leakyReLU(alpha: Float)
            /// PRELU of one slope for all.
            case prelu(alpha: Int, quantization: ImportedQuantization)
            case logistic, tanh, hardSwish
            /// A sum, difference or product with a constant number; `isFirst` where the constant is the first operand.
            case constant(Arithmetic, number: Int, quantization: ImportedQuantization, isFirst: Bool)
        }
    }

    /// Operators of two operands.
    package enum Arithmetic: String, Sendable {
        case add = "ADD"
        case subtract = "SUB"
        case multiply = "MUL"

        /// The operation on two values.
        var operation: Operation {
            switch self {
            case .add: .add(Add())
            case .subtract: .subtract(Subtract())
            case .multiply: .multiply(Multiply())
            }
        }

        /// The operation with one number for all.
        ///
        /// - Parameter isFirst: whether the number is the first operand.
        func scale(_ number: Double, isFirst: Bool) -> Scale {
            switch self {
            case .add: Scale(1, offset: number)
            case .subtract: isFirst ? Scale(-1, offset: number) : Scale(1, offset: -number)
            case .multiply: Scale(number)
            }
        }

        /// The operation with a learned number for each channel.
        ///
        /// - Parameter isNegated: whether the value was negated before: what is left of a constant less the value is a
        ///   sum.
        func perChannel(_ channels: Int, isNegated: Bool) -> Scale {
            let shape = Shape(channels, 1)
            return switch self {
            case .multiply: Scale(1, isLearned: true, shape: shape)
            case .subtract where !isNegated: Scale(0, isLearned: true, shape: shape, combination: .subtract)
            case .add, .subtract: Scale(0, isLearned: true, shape: shape, combination: .add)
            }
        }
    }
}
