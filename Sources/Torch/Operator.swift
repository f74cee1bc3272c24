import CTorch

/// One boxed argument of an operator.
public enum OperatorArgument {
    case none
    case tensor(Tensor?)
    case tensors([Tensor])
    case int(Int)
    case ints([Int])
    case double(Double)
    case numbers([Double])
    case bool(Bool)
    case bools([Bool])
    case string(String)
    case device(Device)

    /// An element type, or libtorch's default for the operator.
    static func type(_ type: ScalarType?) -> OperatorArgument { type.map { .int(Int($0.rawValue)) } ?? .none }
}

/// An ATen operator, called through libtorch's dispatcher (autograd included).
///
/// Every operator libtorch registers can be reached this way; `Tensor` has typed methods for those this project uses.
///
/// ```swift
/// let flip = Operator("aten::flip")
/// let mirrored = try flip([.tensor(x), .ints([3])])
/// ```
public struct Operator: @unchecked Sendable {
    // Sendable: the handle is written once and points to an immutable object that is never freed.
    private let handle: ct_operator?

    /// The name with its overload, for example `aten::add.Tensor`.
    public let name: String

    /// Looks an operator up. One that does not exist throws when it is called.
    public init(_ name: String, _ overload: String = "") {
        self.name = overload.isEmpty ? name : "\(name).\(overload)"
        handle = ct_find(name, overload)
    }

    /// Whether this libtorch has the operator.
    public var isAvailable: Bool { handle != nil }

    /// Calls the operator and returns the tensors it returns; undefined ones are nil.
    ///
    /// - Parameters:
    ///   - arguments: in the order of the operator's schema; trailing ones with defaults may be left out.
    ///   - maximumResults: returned tensors past this number are dropped.
    /// - Throws: `TorchError` with the operator's name.
    public func callAsFunction(all arguments: [OperatorArgument], maximumResults: Int = 8) throws -> [Tensor?] {
        guard let handle else {
            throw TorchError(operation: name, message: "this libtorch (\(Torch.version)) has no such operator")
        }
        return try withUnsafeTemporaryAllocation(of: ct_tensor?.self, capacity: maximumResults) { results in
            results.initialize(repeating: nil)
            let count = Boxed.with(arguments) {
                ct_call(handle, $0, arguments.count, results.baseAddress, maximumResults)
            }
            guard count >= 0 else { throw TorchError.last(in: name) }
            return (0..<Int(count)).map { results[$0].map(Tensor.init(owning:)) }
        }
    }

    /// Calls an operator that returns one tensor.
    public func callAsFunction(_ arguments: [OperatorArgument]) throws -> Tensor {
        guard let result = try self(all: arguments, maximumResults: 1).first, let tensor = result else {
            throw TorchError(operation: name, message: "returned no tensor")
        }
        return tensor
    }

    /// Calls an operator for its effect.
    public func run(_ arguments: [OperatorArgument]) throws {
        _ = try self(all: arguments, maximumResults: 1)
    }
}

/// Arguments as the C structures of one call.
private enum Boxed {
    /// Lays `arguments` out in memory that lives for the length of `body`.
    static func with(_ arguments: [OperatorArgument], _ body: (UnsafePointer<ct_value>?) -> Int32) -> Int32 {
        var values = [ct_value](repeating: ct_value(), count: arguments.count)
        var integers: [Int64] = []
        var reals: [Double] = []
        var handles: [ct_tensor?] = []
        var characters: [CChar] = []
        // Arrays of one argument lie behind those of another; `offset` says where, until the addresses are known.
        var offsets = [Int](repeating: 0, count: arguments.count)
        for (index, argument) in arguments.enumerated() {
            switch argument {
            case .none: values[index].kind = CT_NONE
            case .tensor(let tensor):
                values[index].kind = CT_TENSOR
                values[index].tensor = tensor?.handle
            case .int(let value):
                values[index].kind = CT_INT
                values[index].integer = Int64(value)
            case .double(let value):
                values[index].kind = CT_DOUBLE
                values[index].real = value
            case .bool(let value):
                values[index].kind = CT_BOOL
                values[index].integer = value ? 1 : 0
            case .ints(let list):
                values[index].kind = CT_INTS
                values[index].count = list.count
                offsets[index] = integers.count
                integers.append(contentsOf: list.lazy.map(Int64.init))
            case .numbers(let list):
                values[index].kind = CT_NUMBERS
                values[index].count = list.count
                offsets[index] = reals.count
                reals.append(contentsOf: list)
            case .bools(let list):
                values[index].kind = CT_BOOLS
                values[index].count = list.count
                offsets[index] = integers.count
                integers.append(contentsOf: list.lazy.map { $0 ? 1 : 0 })
            case .tensors(let list):
                values[index].kind = CT_TENSORS
                values[index].count = list.count
                offsets[index] = handles.count
                handles.append(contentsOf: list.lazy.map(\.handle))
            case .string(let text):
                values[index].kind = CT_STRING
                offsets[index] = characters.count
                characters.append(contentsOf: text.utf8CString)
            case .device(let device):
                values[index].kind = CT_DEVICE
                offsets[index] = characters.count
                characters.append(contentsOf: device.name.utf8CString)
            }
        }
        return withExtendedLifetime(arguments) {
            integers.withUnsafeBufferPointer { integers in
                reals.withUnsafeBufferPointer { reals in
                    handles.withUnsafeBufferPointer { handles in
                        characters.withUnsafeBufferPointer { characters in
                            for index in values.indices {
                                let offset = offsets[index]
                                switch values[index].kind {
                                case CT_INTS, CT_BOOLS:
                                    values[index].integers = integers.baseAddress.map { $0 + offset }
                                case CT_NUMBERS: values[index].reals = reals.baseAddress.map { $0 + offset }
                                case CT_TENSORS: values[index].tensors = handles.baseAddress.map { $0 + offset }
                                case CT_STRING, CT_DEVICE:
                                    values[index].string = characters.baseAddress.map { $0 + offset }
                                default: break
                                }
                            }
                            return values.withUnsafeBufferPointer { body($0.baseAddress) }
                        }
                    }
                }
            }
        }
    }
}
