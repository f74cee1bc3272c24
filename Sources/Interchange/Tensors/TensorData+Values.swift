extension TensorData {
    /// Single-precision values; `shape` nil means a vector of them all.
    ///
    /// - Throws: `InterchangeError` if there are not as many values as `shape` needs. So do the other initialisers.
    public init(_ values: [Float], shape: [Int]? = nil) throws {
        try self.init(.float32, values, shape)
    }

    /// Double-precision values; `shape` nil means a vector of them all.
    public init(_ values: [Double], shape: [Int]? = nil) throws {
        try self.init(.float64, values, shape)
    }

    /// Signed 64-bit integers; `shape` nil means a vector of them all.
    public init(_ values: [Int64], shape: [Int]? = nil) throws {
        try self.init(.int64, values, shape)
    }

    /// Signed 32-bit integers; `shape` nil means a vector of them all.
    public init(_ values: [Int32], shape: [Int]? = nil) throws {
        try self.init(.int32, values, shape)
    }

    /// Signed 16-bit integers; `shape` nil means a vector of them all.
    public init(_ values: [Int16], shape: [Int]? = nil) throws {
        try self.init(.int16, values, shape)
    }

    /// Signed bytes; `shape` nil means a vector of them all.
    public init(_ values: [Int8], shape: [Int]? = nil) throws {
        try self.init(.int8, values, shape)
    }

    /// Unsigned bytes; `shape` nil means a vector of them all.
    public init(_ values: [UInt8], shape: [Int]? = nil) throws {
        try self.init(.uint8, values, shape)
    }

    /// Truth values; `shape` nil means a vector of them all.
    public init(_ values: [Bool], shape: [Int]? = nil) throws {
        try self.init(.bool, values.map { $0 ? 1 : 0 } as [UInt8], shape)
    }

    private init<Value>(_ type: ElementType, _ values: [Value], _ shape: [Int]?) throws {
        let shape = shape ?? [values.count]
        guard type.byteCount(shape: shape) == values.count * type.byteCount else {
            throw TensorData.mismatch(type: type, shape: shape, given: "\(values.count) values")
        }
        self.init(uncheckedType: type, shape: shape, bytes: values.withUnsafeBytes { [UInt8]($0) })
    }
}

extension TensorData {
    /// The elements in single precision, row-major, from any element type; rounded to nearest where `Float` cannot hold
    /// them.
    public func floats() -> [Float] {
        switch type {
        case .float32: copied(as: Float.self)
        case .float64: converted(from: Double.self) { Float($0) }
        case .float16: converted(from: UInt16.self, HalfPrecision.float(float16:))
        case .bfloat16: converted(from: UInt16.self, HalfPrecision.float(bfloat16:))
        case .int64: converted(from: Int64.self) { Float($0) }
        case .int32: converted(from: Int32.self) { Float($0) }
        case .int16: converted(from: Int16.self) { Float($0) }
        case .int8: converted(from: Int8.self) { Float($0) }
        case .uint8: converted(from: UInt8.self) { Float($0) }
        case .bool: converted(from: UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }

    /// The elements in double precision, row-major, from any element type; exact for all but large 64-bit integers.
    public func doubles() -> [Double] {
        switch type {
        case .float32: converted(from: Float.self) { Double($0) }
        case .float64: copied(as: Double.self)
        case .float16: converted(from: UInt16.self) { Double(HalfPrecision.float(float16: $0)) }
        case .bfloat16: converted(from: UInt16.self) { Double(HalfPrecision.float(bfloat16: $0)) }
        case .int64: converted(from: Int64.self) { Double($0) }
        case .int32: converted(from: Int32.self) { Double($0) }
        case .int16: converted(from: Int16.self) { Double($0) }
        case .int8: converted(from: Int8.self) { Double($0) }
        case .uint8: converted(from: UInt8.self) { Double($0) }
        case .bool: converted(from: UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }

    /// The elements as 64-bit integers, row-major: from integers and truth values, and from floating-point types where
    /// every element is a whole number.
    ///
    /// - Throws: `InterchangeError` that names the first element which is no 64-bit integer.
    public func int64s() throws -> [Int64] {
        switch type {
        case .int64: return copied(as: Int64.self)
        case .int32: return converted(from: Int32.self) { Int64($0) }
        case .int16: return converted(from: Int16.self) { Int64($0) }
        case .int8: return converted(from: Int8.self) { Int64($0) }
        case .uint8: return converted(from: UInt8.self) { Int64($0) }
        case .bool: return converted(from: UInt8.self) { $0 == 0 ? 0 : 1 }
        case .float64, .float32, .float16, .bfloat16:
            let values = doubles()
            return try values.enumerated().map { index, value in
                guard let integer = Int64(exactly: value) else {
                    throw InterchangeError(
                        "element \(index) of a \(type.rawValue) tensor is \(value), which is no 64-bit integer")
                }
                return integer
            }
        }
    }

    private func copied<Value: BitwiseCopyable>(as: Value.Type) -> [Value] {
        [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
            UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
            initialized = count
        }
    }

    @inline(__always)
    private func converted<Stored: BitwiseCopyable, Value>(
        from: Stored.Type, _ convert: (Stored) -> Value
    ) -> [Value] {
        let count = self.count
        return bytes.withUnsafeBytes { raw in
            [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
                for index in 0..<count {
                    let stored = raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
                    buffer.initializeElement(at: index, to: convert(stored))
                }
                initialized = count
            }
        }
    }
}
