import Interchange
import Networks
import Torch

extension Parameters {
    /// Overwrites every tensor with a file's.
    ///
    /// - Parameters:
    ///   - state: weights under the network's names, or under those that torchvision and timm give to the same architecture; counters of
    ///     batch normalisation may be absent.
    ///   - source: the file's name, for messages.
    /// - Throws: `InterchangeError` naming a tensor that is missing, superfluous or of another shape; then nothing has changed.
    public func load(_ state: Safetensors, from source: String) throws {
        let mapping = WeightMapping(state, to: specifications)
        try mapping.requireComplete(source)
        try load(mapping)
    }

    /// Overwrites the tensors that a file has values for, and leaves the others as they are.
    public func load(_ mapping: WeightMapping) throws {
        for match in mapping.matched { try tensor(match.name).copy(from: Tensor(match.tensor)) }
    }

    /// Every tensor under its name, in the network's order.
    public func state() throws -> [(name: String, tensor: TensorData)] {
        try all.map { try ($0.specification.name, TensorData($0.tensor)) }
    }
}

extension ElementType {
    var scalarType: ScalarType {
        switch self {
        case .float64: .float64
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int64: .int64
        case .int32: .int32
        case .int16: .int16
        case .int8: .int8
        case .uint8: .uint8
        case .bool: .bool
        }
    }

    init(_ type: ScalarType) {
        switch type {
        case .float64: self = .float64
        case .float32: self = .float32
        case .float16: self = .float16
        case .bfloat16: self = .bfloat16
        case .int64: self = .int64
        case .int32: self = .int32
        case .int16: self = .int16
        case .int8: self = .int8
        case .uint8: self = .uint8
        case .bool: self = .bool
        }
    }
}

extension Tensor {
    /// A tensor with a copy of what a file holds.
    public convenience init(_ data: TensorData) throws {
        try self.init(rawBytes: data.bytes, shape: data.shape, type: data.type.scalarType)
    }
}

extension TensorData {
    /// A copy of a tensor, for a file.
    public init(_ tensor: Tensor) throws {
        try self.init(type: ElementType(tensor.scalarType()), shape: tensor.shape, bytes: tensor.bytes())
    }
}
