import CTorch

/// An n-dimensional array of libtorch, with autograd.
///
/// A `Tensor` owns one reference; libtorch frees the memory when the last reference is gone. Tensors belong to the thread
/// that uses libtorch and are not `Sendable`.
///
/// ```swift
/// let x = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
/// let y = try (x * x).sum()
/// print(try y.item())          // 30.0
/// ```
public final class Tensor {
    /// The reference. Whoever passes it on keeps `self` alive until the call is over.
    let handle: ct_tensor

    /// Takes over a reference.
    init(owning handle: ct_tensor) { self.handle = handle }

    deinit { ct_release(handle) }

    /// Sizes of the dimensions, for images `[B, C, H, W]`.
    public var shape: [Int] { dimensions(ct_shape) }

    /// Steps in memory, in elements.
    public var strides: [Int] { dimensions(ct_strides) }

    private func dimensions(_ read: (ct_tensor, UnsafeMutablePointer<Int64>?) -> Void) -> [Int] {
        withExtendedLifetime(self) {
            let rank = Int(ct_rank(handle))
            return withUnsafeTemporaryAllocation(of: Int64.self, capacity: rank) { buffer in
                buffer.initialize(repeating: 0)
                read(handle, buffer.baseAddress)
                return buffer.map(Int.init)
            }
        }
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Type of the elements.
    ///
    /// - Throws: `TorchError` for a type this project has no name for (complex and quantised types).
    public func scalarType() throws -> ScalarType {
        let raw = withExtendedLifetime(self) { ct_dtype(handle) }
        guard let type = ScalarType(rawValue: raw) else {
            throw TorchError(operation: "dtype", message: "elements of type \(raw) are not supported")
        }
        return type
    }

    /// Where the tensor lives.
    public var device: Device {
        if withExtendedLifetime(self, { ct_is_cpu(handle) }) { return .cpu }
        var text = [CChar](repeating: 0, count: 32)
        withExtendedLifetime(self) { ct_device(handle, &text, text.count) }
        return Device(known: String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    /// How often this tensor's memory was written in place: what was made of it is out of date when this has changed.
    public var changes: Int { withExtendedLifetime(self) { Int(ct_changes(handle)) } }

    /// Counts a change that libtorch did not: fused optimisers write without counting.
    func countChange() { withExtendedLifetime(self) { ct_count_change(handle) } }

    /// Whether both tensors look at the same memory.
    public func sharesStorage(with other: Tensor) -> Bool {
        withExtendedLifetime((self, other)) { ct_shares_storage(handle, other.handle) }
    }
}

// MARK: - Data in and out

extension Tensor {
    /// A tensor with a copy of `elements`, in row-major order, on the CPU.
    ///
    /// - Throws: `TorchError` where the shape does not hold exactly `elements.count` elements.
    public convenience init<Element: TensorElement>(_ elements: [Element], shape: [Int]) throws {
        let handle = try elements.withUnsafeBytes { bytes in
            try Tensor.copyIn(bytes, shape: shape, type: Element.scalarType)
        }
        self.init(owning: handle)
    }

    /// A tensor with a copy of raw bytes, little endian, in row-major order, on the CPU.
    ///
    /// - Throws: `TorchError` where the shape does not take exactly `rawBytes.count` bytes.
    public convenience init(rawBytes: [UInt8], shape: [Int], type: ScalarType) throws {
        self.init(owning: try rawBytes.withUnsafeBytes { try Tensor.copyIn($0, shape: shape, type: type) })
    }

    /// A tensor over memory that `owner` keeps in place: nothing is copied, and `owner` lives as long as libtorch needs it.
    ///
    /// - Parameters:
    ///   - memory: row-major elements of type `type`. Must stay where it is while `owner` lives.
    ///   - owner: released from whichever thread lets go of the tensor's memory last.
    /// - Throws: `TorchError` where the shape does not take exactly `memory.count` bytes.
    public convenience init(
        borrowing memory: UnsafeMutableRawBufferPointer, shape: [Int], type: ScalarType, owner: AnyObject & Sendable
    ) throws {
        guard let needed = Tensor.byteCount(shape, type), needed == memory.count else {
            throw TorchError(
                operation: "from_blob", message: "\(memory.count) bytes do not make a tensor of shape \(shape)")
        }
        let context = Unmanaged.passRetained(owner).toOpaque()
        let wide = shape.map(Int64.init)
        let handle = wide.withUnsafeBufferPointer { shape in
            ct_borrow(
                memory.baseAddress, shape.baseAddress, shape.count, type.rawValue,
                { context in context.map { Unmanaged<AnyObject>.fromOpaque($0).release() } }, context)
        }
        guard let handle else { throw TorchError.last(in: "from_blob") }
        self.init(owning: handle)
    }

    private static func byteCount(_ shape: [Int], _ type: ScalarType) -> Int? {
        var bytes = type.byteCount
        for side in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: side)
            guard side >= 0, !overflow else { return nil }
            bytes = product
        }
        return bytes
    }

    private static func copyIn(_ bytes: UnsafeRawBufferPointer, shape: [Int], type: ScalarType) throws -> ct_tensor {
        guard let needed = byteCount(shape, type), needed == bytes.count else {
            throw TorchError(
                operation: "copy", message: "\(bytes.count) bytes do not make a tensor of shape \(shape)")
        }
        let wide = shape.map(Int64.init)
        let handle = wide.withUnsafeBufferPointer { shape in
            ct_copy_in(bytes.baseAddress, bytes.count, shape.baseAddress, shape.count, type.rawValue)
        }
        guard let handle else { throw TorchError.last(in: "copy") }
        return handle
    }

    /// The elements in row-major order, converted to `Element`, from any device.
    public func array<Element: TensorElement>(of type: Element.Type = Element.self) throws -> [Element] {
        let source = try self.to(Element.scalarType)
        let count = source.count
        return try [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            let status = withExtendedLifetime(source) {
                ct_copy_out(source.handle, bytes.baseAddress, count * MemoryLayout<Element>.stride)
            }
            guard status == 0 else { throw TorchError.last(in: "copy") }
            initialised = count
        }
    }

    /// The elements' bytes in row-major order, in their own type.
    public func bytes() throws -> [UInt8] {
        let size = try count * scalarType().byteCount
        return try [UInt8](unsafeUninitializedCapacity: size) { buffer, initialised in
            let status = withExtendedLifetime(self) { ct_copy_out(handle, buffer.baseAddress, size) }
            guard status == 0 else { throw TorchError.last(in: "copy") }
            initialised = size
        }
    }

    /// The value of a tensor with one element.
    public func item() throws -> Double {
        var value = 0.0
        guard withExtendedLifetime(self, { ct_item(handle, &value) }) == 0 else { throw TorchError.last(in: "item") }
        return value
    }
}
