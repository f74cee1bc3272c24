/// A tensor as PyTorch keeps it: a part of a storage, seen through strides.
struct StoredTensor {
    /// A run of numbers in memory that tensors share.
    struct Storage {
        /// Names the record that holds the bytes.
        let key: String
        let type: ElementType
        /// Numbers in it.
        let count: Int
    }

    let storage: Storage
    /// In elements, like the strides.
    let offset: Int
    let shape: [Int]
    let strides: [Int]
    /// Whether the storage holds the numbers with the other sign; only of floating-point numbers.
    var isNegated = false

    /// The most dimensions that PyTorch gives a tensor.
    static let maximumDimensions = 64

    /// The elements in row-major order.
    ///
    /// - Parameters:
    ///   - bytes: of the whole storage.
    ///   - budget: pays for them: a stride of 0 repeats elements as often as it is told to.
    /// - Throws: `FileProblem` where the tensor reaches outside its storage, or takes too much.
    func gathered(from bytes: [UInt8], _ budget: inout TensorBudget) throws -> TensorData {
        let tensor = try stored(in: bytes, &budget)
        return isNegated ? tensor.negated : tensor
    }

    private func stored(in bytes: [UInt8], _ budget: inout TensorBudget) throws -> TensorData {
        let type = storage.type
        guard shape.count == strides.count, shape.count <= Self.maximumDimensions, offset >= 0,
            strides.allSatisfy({ $0 >= 0 }), let byteCount = type.byteCount(shape: shape), let last = lastElement,
            last < bytes.count / type.byteCount
        else {
            throw FileProblem(
                "a tensor of shape \(shape.shortened), strides \(strides.shortened) and offset \(offset) does not fit its storage"
            )
        }
        try budget.take(byteCount)
        if byteCount == 0 { return TensorData(uncheckedType: type, shape: shape, bytes: []) }
        if isContiguous {
            let start = offset * type.byteCount
            return TensorData(uncheckedType: type, shape: shape, bytes: Array(bytes[start..<start + byteCount]))
        }
        return try TensorData(type: type, shape: shape) { target in
            bytes.withUnsafeBytes { source in
                switch type.byteCount {
                case 8: gather(UInt64.self, source, target)
                case 4: gather(UInt32.self, source, target)
                case 2: gather(UInt16.self, source, target)
                default: gather(UInt8.self, source, target)
                }
            }
        }
    }

    /// Whether the elements already lie in row-major order; strides of sides of 1 say nothing.
    private var isContiguous: Bool {
        var expected = 1
        for (side, stride) in zip(shape, strides).reversed() where side != 1 {
            if stride != expected { return false }
            expected *= side
        }
        return true
    }

    /// Index of the last element in the storage, −1 where there is none, nil past what a machine holds.
    private var lastElement: Int? {
        if shape.contains(0) { return -1 }
        var last = offset
        for (side, stride) in zip(shape, strides) {
            let (reach, overflow) = (side - 1).multipliedReportingOverflow(by: stride)
            let (sum, sumOverflow) = last.addingReportingOverflow(reach)
            guard side > 0, !overflow, !sumOverflow else { return nil }
            last = sum
        }
        return last
    }

    private func gather<Element: BitwiseCopyable>(
        _ type: Element.Type, _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer
    ) {
        let size = MemoryLayout<Element>.size
        var written = 0
        func copy(_ dimension: Int, from start: Int) {
            guard dimension < shape.count else {
                target.storeBytes(
                    of: source.loadUnaligned(fromByteOffset: start * size, as: type), toByteOffset: written * size,
                    as: type)
                written += 1
                return
            }
            for index in 0..<shape[dimension] { copy(dimension + 1, from: start + index * strides[dimension]) }
        }
        copy(0, from: offset)
    }
}

extension TensorData {
    /// The floating-point numbers with the other sign.
    fileprivate var negated: TensorData {
        var bytes = bytes
        // Little endian: the sign is the highest bit of an element's last byte.
        for place in stride(from: type.byteCount - 1, to: bytes.count, by: type.byteCount) { bytes[place] ^= 0x80 }
        return TensorData(uncheckedType: type, shape: shape, bytes: bytes)
    }
}
