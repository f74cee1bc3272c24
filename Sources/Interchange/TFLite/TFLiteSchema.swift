/// The tables of a `.tflite` file, their fields in the order that places them.
///
/// Source: tflite/converter/schema/schema.fbs of LiteRT (f674577), which is version 3 of the schema with its additions up to external
/// buffers; before, tensorflow/lite/schema/schema.fbs. A field's place never changes: what older converters wrote is read in the same way.
enum TFLiteSchema {
    /// The only version there has been since 2017.
    static let version: UInt32 = 3

    /// Behind the first four bytes of every file.
    static let identifier = "TFL3"

    enum Model: Int, FlatField {
        case version, operatorCodes, subgraphs, description, buffers, metadataBuffer, metadata, signatures,
            externalBufferGroups, externalBuffers
    }

    enum OperatorCode: Int, FlatField {
        /// The code in a byte, from before there were more than 127.
        case deprecatedCode
        case customCode, version, code
    }

    enum Subgraph: Int, FlatField {
        case tensors, inputs, outputs, operators, name
    }

    enum Tensor: Int, FlatField {
        case shape, type, buffer, name, quantization, isVariable, sparsity, shapeSignature, hasRank, variantTensors,
            externalBuffer
    }

    enum Quantization: Int, FlatField {
        case minimum, maximum, scale, zeroPoint, detailsType, details, dimension
    }

    enum Operator: Int, FlatField {
        case codeIndex, inputs, outputs, optionsType, options, customOptions, customOptionsFormat,
            mutatingVariableInputs, intermediates, largeCustomOptionsOffset, largeCustomOptionsSize, secondOptionsType,
            secondOptions
    }

    enum Buffer: Int, FlatField {
        case data
        /// In files over 2 GB: data behind the flatbuffer, counted from the file's beginning.
        case offset, size
    }

    enum Metadata: Int, FlatField {
        case name, buffer
    }

    /// The options of operators, of which each kind has one table.
    ///
    /// `type` is the number of the table in the union `BuiltinOptions`.
    enum Options {
        enum Convolution: Int, TFLiteOptions {
            static let type: UInt8 = 1
            case padding, strideWidth, strideHeight, activation, dilationWidth, dilationHeight
        }
        enum DepthwiseConvolution: Int, TFLiteOptions {
            static let type: UInt8 = 2
            case padding, strideWidth, strideHeight, multiplier, activation, dilationWidth, dilationHeight
        }
        enum Pool: Int, TFLiteOptions {
            static let type: UInt8 = 5
            case padding, strideWidth, strideHeight, filterWidth, filterHeight, activation
        }
        enum FullyConnected: Int, TFLiteOptions {
            static let type: UInt8 = 8
            case activation, weightsFormat, keepsDimensions
        }
        enum Softmax: Int, TFLiteOptions {
            static let type: UInt8 = 9
            case beta
        }
        enum Concatenation: Int, TFLiteOptions {
            static let type: UInt8 = 10
            case axis, activation
        }
        enum Add: Int, TFLiteOptions {
            static let type: UInt8 = 11
            case activation
        }
        enum ResizeBilinear: Int, TFLiteOptions {
            static let type: UInt8 = 15
            case newHeight, newWidth, alignsCorners, hasHalfPixelCentres
        }
        enum Reshape: Int, TFLiteOptions {
            static let type: UInt8 = 17
            case newShape
        }
        enum SpaceToDepth: Int, TFLiteOptions {
            static let type: UInt8 = 19
            case block
        }
        enum Multiply: Int, TFLiteOptions {
            static let type: UInt8 = 21
            case activation
        }
        enum Gather: Int, TFLiteOptions {
            static let type: UInt8 = 23
            case axis, batchDimensions
        }
        enum Reduce: Int, TFLiteOptions {
            static let type: UInt8 = 27
            case keepsDimensions
        }
        enum Divide: Int, TFLiteOptions {
            static let type: UInt8 = 29
            case activation
        }
        enum Cast: Int, TFLiteOptions {
            static let type: UInt8 = 37
            case input, output
        }
        enum DepthToSpace: Int, TFLiteOptions {
            static let type: UInt8 = 94
            case block
        }
        enum MirrorPad: Int, TFLiteOptions {
            static let type: UInt8 = 77
            case mode
        }
        enum BatchMatrixProduct: Int, TFLiteOptions {
            static let type: UInt8 = 101
            case turnsFirst, turnsSecond, quantizesAsymmetrically
        }
        enum Subtract: Int, TFLiteOptions {
            static let type: UInt8 = 28
            case activation
        }
        enum Squeeze: Int, TFLiteOptions {
            static let type: UInt8 = 30
            case axes
        }
        enum StridedSlice: Int, TFLiteOptions {
            static let type: UInt8 = 32
            case beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask, endCountsFromBegin
        }
        enum Split: Int, TFLiteOptions {
            static let type: UInt8 = 35
            case count
        }
        enum Pack: Int, TFLiteOptions {
            static let type: UInt8 = 59
            case count, axis
        }
        enum Unpack: Int, TFLiteOptions {
            static let type: UInt8 = 64
            case count, axis
        }
        enum ResizeNearest: Int, TFLiteOptions {
            static let type: UInt8 = 74
            case alignsCorners, hasHalfPixelCentres
        }
        enum LeakyReLU: Int, TFLiteOptions {
            static let type: UInt8 = 75
            case alpha
        }
    }

    /// The flatbuffer in the buffer of that name, which says what a model's numbers mean.
    ///
    /// Source: tensorflow_lite_support/metadata/metadata_schema.fbs, version 1.1.0.
    enum Description {
        static let bufferName = "TFLITE_METADATA"
        static let identifier = "M001"

        enum Model: Int, FlatField {
            case name, description, version, subgraphs, author, license, associatedFiles
        }
        enum Subgraph: Int, FlatField {
            case name, description, inputs, outputs, associatedFiles
        }
        enum Tensor: Int, FlatField {
            case name, description, dimensionNames, content, processUnits, statistics, associatedFiles
        }
        enum ProcessUnit: Int, FlatField {
            case optionsType, options
        }
        /// Number 1 of the union of a process unit's options.
        enum Normalization: Int, FlatField {
            static let type: UInt8 = 1
            case mean, deviation
        }
        enum AssociatedFile: Int, FlatField {
            /// What names the elements along an axis, of the file's types.
            static let axisLabels: Int8 = 2
            case name, description, type
        }
    }
}

/// The fields of a table of options.
protocol TFLiteOptions: FlatField {
    /// The table's number in the union.
    static var type: UInt8 { get }
}
