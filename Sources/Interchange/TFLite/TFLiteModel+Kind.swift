import Networks

extension TFLiteModel {
    /// Which operator it is, with what its options say. Operands that are tensors, constants among them, are the operator's inputs.
    package enum Kind: Sendable, Equatable {
        /// CONV_2D: image, weights [out, height, width, in / groups], bias or nothing.
        case convolution(Convolution)
        /// DEPTHWISE_CONV_2D: image, weights [1, height, width, channels · multiplier], bias or nothing. Output channel o reads input
        /// channel o / multiplier.
        case depthwiseConvolution(Convolution, multiplier: Int)
        /// FULLY_CONNECTED: numbers, weights [out, in], bias or nothing.
        case fullyConnected(FullyConnected)
        case add(Activation)
        case subtract(Activation)
        case multiply(Activation)
        /// PAD: tensor, margins [rank, 2] before and behind each axis.
        case pad
        /// PADV2: as PAD, and the number to pad with.
        case padWithValue
        /// MEAN: tensor, axes.
        case mean(keepsDimensions: Bool)
        case averagePool(Pool)
        case maxPool(Pool)
        /// The axis may count from the end (−1 is the last).
        case concatenation(axis: Int, Activation)
        /// SPLIT: axis, tensor. Into equal parts.
        case split(count: Int)
        /// RESHAPE: tensor, and the shape where it is an operand. Nil where the shape is not known before the model runs.
        case reshape(to: [Int]?)
        case shape
        /// STRIDED_SLICE: tensor, begin, end, strides.
        case stridedSlice(StridedSlice)
        /// SLICE: tensor, begin, size.
        case slice
        case pack(axis: Int)
        case unpack(axis: Int, count: Int)
        /// Empty for all sides of 1.
        case squeeze(axes: [Int])
        /// EXPAND_DIMS: tensor, axis.
        case expandDimensions
        /// TRANSPOSE: tensor, permutation.
        case transpose
        /// exp(beta · x), divided by the sum along the last axis.
        case softmax(beta: Float)
        case logistic
        case tanh
        case relu
        case relu6
        case reluN1To1
        case leakyReLU(alpha: Float)
        /// PRELU: tensor, slopes.
        case prelu
        case hardSwish
        case quantize
        case dequantize
        /// RESIZE_NEAREST_NEIGHBOR: image, [height, width].
        case resizeNearest(Resize)
        /// RESIZE_BILINEAR: image, [height, width].
        case resizeBilinear(Resize)
        /// REDUCE_MAX: tensor, axes.
        case reduceMax(keepsDimensions: Bool)
        /// GATHER: tensor, indices.
        case gather(axis: Int, batchDimensions: Int)
        case cast
        /// REDUCE_PROD: tensor, axes.
        case reduceProduct(keepsDimensions: Bool)
        /// Any other operator, by the schema's name or, behind CUSTOM, its maker's.
        case other(String)
    }

    /// What is done to each output before it is stored; raw values are the schema's.
    package enum Activation: UInt8, Sendable, CaseIterable {
        case none = 0
        case relu = 1
        case reluN1To1 = 2
        case relu6 = 3
        case tanh = 4
        case signBit = 5
    }

    /// How far a window may reach over the edges; raw values are the schema's.
    package enum Padding: UInt8, Sendable, CaseIterable {
        /// Outputs are as many as inputs / stride, rounded up. Where the margin is odd, right and bottom get one more.
        case same = 0
        /// Windows lie within the image.
        case valid = 1
    }

    /// How a convolution's window moves.
    package struct Convolution: Sendable, Equatable {
        package let padding: Padding
        package let stride: Size
        package let dilation: Size
        package let activation: Activation
    }

    /// How a pooling's window moves, and its size.
    package struct Pool: Sendable, Equatable {
        package let padding: Padding
        package let stride: Size
        package let window: Size
        package let activation: Activation
    }

    /// The options of a linear layer.
    package struct FullyConnected: Sendable, Equatable {
        package let activation: Activation
        /// Whether weights are in the order SHUFFLED4x16INT8 rather than row by row.
        package let hasShuffledWeights: Bool
        /// Whether the output keeps the input's axes but the last; otherwise it is a matrix.
        package let keepsDimensions: Bool
    }

    /// Which of a slice's numbers do not count; bit i belongs to axis i.
    package struct StridedSlice: Sendable, Equatable {
        package let beginMask: Int32
        package let endMask: Int32
        package let ellipsisMask: Int32
        package let newAxisMask: Int32
        package let shrinkAxisMask: Int32
        /// Whether `end` counts from `begin`.
        package let endCountsFromBegin: Bool
    }

    /// Which place of the input a place of the output belongs to.
    package struct Resize: Sendable, Equatable {
        package let alignsCorners: Bool
        package let hasHalfPixelCentres: Bool
    }
}

extension TFLiteModel.Kind {
    /// What the schema calls the operator.
    package var name: String {
        switch self {
        case .convolution: TFLiteBuiltin.convolution.name
        case .depthwiseConvolution: TFLiteBuiltin.depthwiseConvolution.name
        case .fullyConnected: TFLiteBuiltin.fullyConnected.name
        case .add: TFLiteBuiltin.add.name
        case .subtract: TFLiteBuiltin.subtract.name
        case .multiply: TFLiteBuiltin.multiply.name
        case .pad: TFLiteBuiltin.pad.name
        case .padWithValue: TFLiteBuiltin.padWithValue.name
        case .mean: TFLiteBuiltin.mean.name
        case .averagePool: TFLiteBuiltin.averagePool.name
        case .maxPool: TFLiteBuiltin.maxPool.name
        case .concatenation: TFLiteBuiltin.concatenation.name
        case .split: TFLiteBuiltin.split.name
        case .reshape: TFLiteBuiltin.reshape.name
        case .shape: TFLiteBuiltin.shape.name
        case .stridedSlice: TFLiteBuiltin.stridedSlice.name
        case .slice: TFLiteBuiltin.slice.name
        case .pack: TFLiteBuiltin.pack.name
        case .unpack: TFLiteBuiltin.unpack.name
        case .squeeze: TFLiteBuiltin.squeeze.name
        case .expandDimensions: TFLiteBuiltin.expandDimensions.name
        case .transpose: TFLiteBuiltin.transpose.name
        case .softmax: TFLiteBuiltin.softmax.name
        case .logistic: TFLiteBuiltin.logistic.name
        case .tanh: TFLiteBuiltin.tanh.name
        case .relu: TFLiteBuiltin.relu.name
        case .relu6: TFLiteBuiltin.relu6.name
        case .reluN1To1: TFLiteBuiltin.reluN1To1.name
        case .leakyReLU: TFLiteBuiltin.leakyReLU.name
        case .prelu: TFLiteBuiltin.prelu.name
        case .hardSwish: TFLiteBuiltin.hardSwish.name
        case .quantize: TFLiteBuiltin.quantize.name
        case .dequantize: TFLiteBuiltin.dequantize.name
        case .resizeNearest: TFLiteBuiltin.resizeNearest.name
        case .resizeBilinear: TFLiteBuiltin.resizeBilinear.name
        case .reduceMax: TFLiteBuiltin.reduceMax.name
        case .gather: TFLiteBuiltin.gather.name
        case .cast: TFLiteBuiltin.cast.name
        case .reduceProduct: TFLiteBuiltin.reduceProduct.name
        case .other(let name): name
        }
    }
}
