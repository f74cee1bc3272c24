import Networks

/// What a `.tflite` file says: tensors, the operators between them in the order in which they run, and what goes in and comes out.
///
/// A model that was read is sound in itself: indices lie in their lists, shapes are positive, constants are whole, every tensor is written
/// once and before it is read, and quantisation has as many scales as its axis has elements. Whether operators get the types and shapes
/// that they need is for whoever makes a network of it.
package struct TFLiteModel: Sendable, Equatable {
    /// Operators and lists name tensors by their index here.
    package internal(set) var tensors: [Tensor]
    package internal(set) var operators: [Operator]
    /// The indices of the tensors that are given.
    package let inputs: [Int]
    /// The indices of the tensors that are wanted; a tensor may be wanted twice.
    package let outputs: [Int]
    /// What its converter calls it.
    package let description: String
    /// The names of what its maker has put beside the network.
    package let metadataNames: [String]
    /// What its maker says that inputs and outputs mean.
    package let annotations: Annotations
    /// What this project's writer has left for its reader (`TFLiteContent.note`); nil in files of others.
    package let note: ArraySlice<UInt8>?

    /// Numbers, given or computed or constant.
    package struct Tensor: Sendable, Equatable {
        /// Empty where the file gives none.
        package let name: String
        /// Outermost axis first, images as [batch, height, width, channels]; empty for one number.
        package let shape: [Int]
        package let type: TFLiteType
        /// Nil for tensors that hold what they say.
        package let quantization: Quantization?
        /// A constant's bytes, little-endian, exactly as many as type and shape take. They are a part of the file's bytes, not a copy.
        package internal(set) var data: ArraySlice<UInt8>?

        /// How many elements it has.
        package var count: Int { shape.reduce(1, *) }
        package var isConstant: Bool { data != nil }
    }

    /// What the whole numbers q of a tensor stand for: scale · (q − zero point).
    package struct Quantization: Sendable, Equatable {
        /// Finite and above 0; one, or one for each element along the axis.
        package let scales: [Float]
        /// As many as scales, each a number of the tensor's type.
        package let zeroPoints: [Int32]
        /// Along which scales differ; 0 where there is one.
        package let axis: Int

        /// Whether one scale holds for all elements.
        package var isPerTensor: Bool { scales.count == 1 }
    }

    /// Something that is done to tensors.
    package struct Operator: Sendable, Equatable {
        package internal(set) var kind: Kind
        /// Indices of tensors; nil where an operand is left out.
        package internal(set) var inputs: [Int?]
        package let outputs: [Int]
    }

    /// What a model's maker says about its inputs and outputs, where it does.
    package struct Annotations: Sendable, Equatable {
        /// Of the input of that number: what was done to pixels of 0 … 255.
        package internal(set) var normalizations: [Int: Normalization] = [:]
        /// Of the output of that number: what its elements are called.
        package internal(set) var labels: [Int: [String]] = [:]
    }

    /// Pixels x of 0 … 255 go in as (x − mean) / deviation.
    package struct Normalization: Sendable, Equatable {
        /// One for all channels, or one for each.
        package let mean: [Float]
        /// As `mean`; above 0.
        package let deviation: [Float]
    }
}

extension TFLiteModel {
    /// The tensor of an operand; nil where it is left out.
    package func operand(_ index: Int, of step: Operator) -> Tensor? {
        guard step.inputs.indices.contains(index), let tensor = step.inputs[index] else { return nil }
        return tensors[tensor]
    }

    /// What to call a tensor in messages.
    package func place(ofTensor index: Int) -> String { Tensor.place(index, name: tensors[index].name) }

    /// What to call an operator in messages.
    package func place(ofOperator index: Int) -> String { "operator \(index) (\(operators[index].kind.name))" }
}

extension TFLiteModel.Tensor {
    /// What to call a tensor in messages, by its index.
    static func place(_ index: Int, name: String) -> String {
        name.isEmpty ? "tensor \(index)" : "tensor \(index) \(name.quoted)"
    }

    /// A constant's whole numbers; nil where it is none, or holds no whole numbers of at least a byte.
    package var integers: [Int]? {
        switch type {
        case .int8: values(Int8.self)?.map { Int($0) }
        case .uint8, .bool: values(UInt8.self)?.map { Int($0) }
        case .int16: values(Int16.self)?.map { Int($0) }
        case .uint16: values(UInt16.self)?.map { Int($0) }
        case .int32: values(Int32.self)?.map { Int($0) }
        case .uint32: values(UInt32.self)?.map { Int($0) }
        case .int64: values(Int64.self)?.map { Int($0) }
        case .float32, .float16, .float64, .bfloat16, .float8E4M3, .float8E5M2, .complex64, .complex128, .uint64, .int4,
            .uint4, .int2, .string, .resource, .variant:
            nil
        }
    }

    /// A constant's numbers of 32 or 16 bits with a point; nil where it is none, or of another type.
    package var floats: [Float]? {
        switch type {
        case .float32: values(UInt32.self)?.map { Float(bitPattern: $0) }
        case .float16: values(UInt16.self)?.map(HalfPrecision.float(float16:))
        case .bfloat16: values(UInt16.self)?.map(HalfPrecision.float(bfloat16:))
        case .int8, .uint8, .bool, .int16, .uint16, .int32, .uint32, .int64, .uint64, .int4, .uint4, .int2, .float64,
            .float8E4M3, .float8E5M2, .complex64, .complex128, .string, .resource, .variant:
            nil
        }
    }

    private func values<Value: FixedWidthInteger>(_ type: Value.Type) -> [Value]? {
        guard let data else { return nil }
        let size = MemoryLayout<Value>.size
        return data.withUnsafeBytes { bytes in
            (0..<bytes.count / size).map { index in
                Value(littleEndian: bytes.loadUnaligned(fromByteOffset: index * size, as: type))
            }
        }
    }
}
