import Interchange
import Networks
import Torch

extension Parameters {
    /// Overwrites every tensor with that of the same name.
    ///
    /// - Parameters:
    ///   - state: weights under the network's names; counters of batch normalisation may be absent.
    ///   - source: the file's name, for messages.
    /// - Throws: `ExecutionError` naming a tensor that is missing, superfluous or of another shape; then nothing has changed.
    public func load(_ state: Safetensors, from source: String) throws {
        let mine = Dictionary(uniqueKeysWithValues: specifications.map { ($0.name, $0) })
        let missing = specifications.filter { $0.role != .counter && state[$0.name] == nil }
        if let first = missing.first {
            throw ExecutionError(
                "\(source) has no tensor \(first.name) of shape \(first.shape)\(Self.others(missing.count)): "
                    + "it was written for another network")
        }
        let extra = state.names.filter { mine[$0] == nil }
        if let first = extra.first {
            throw ExecutionError(
                "\(source) has a tensor \(first) that this network does not know\(Self.others(extra.count)): "
                    + "it was written for another network")
        }
        for specification in specifications {
            guard let data = state[specification.name], data.shape != specification.shape else { continue }
            throw ExecutionError(
                "\(specification.name) in \(source) has shape \(data.shape), and this network needs \(specification.shape)")
        }
        for specification in specifications {
            guard let data = state[specification.name] else { continue }
            try tensor(specification.name).copy(from: Tensor(data))
        }
    }

    /// Every tensor under its name, in the network's order.
    public func state() throws -> [(name: String, tensor: TensorData)] {
        try all.map { try ($0.specification.name, TensorData($0.tensor)) }
    }

    private static func others(_ count: Int) -> String { count > 1 ? " and \(count - 1) more" : "" }
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
