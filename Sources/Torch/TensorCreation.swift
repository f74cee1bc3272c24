extension Tensor {
    /// A tensor filled with one value.
    public static func full(
        _ shape: [Int], _ value: Double, type: ScalarType = .float32, device: Device = .cpu
    ) throws -> Tensor {
        try ATen.full([.ints(shape), .double(value), .type(type), .none, .device(device), .none])
    }

    /// A tensor of zeros.
    public static func zeros(_ shape: [Int], type: ScalarType = .float32, device: Device = .cpu) throws -> Tensor {
        try full(shape, 0, type: type, device: device)
    }

    /// A tensor of ones.
    public static func ones(_ shape: [Int], type: ScalarType = .float32, device: Device = .cpu) throws -> Tensor {
        try full(shape, 1, type: type, device: device)
    }

    /// The identity matrix of `count` rows, in double precision.
    public static func identity(_ count: Int) throws -> Tensor { try ATen.eye([.int(count), .type(.float64)]) }

    /// Zeros of another tensor's shape, type, device and memory format.
    public static func zeros(like other: Tensor) throws -> Tensor { try ATen.zerosLike([.tensor(other)]) }

    /// Samples of the standard normal distribution.
    public static func normal(_ shape: [Int], type: ScalarType = .float32, device: Device = .cpu) throws -> Tensor {
        try ATen.randn([.ints(shape), .type(type), .none, .device(device), .none])
    }

    /// Samples of the uniform distribution over [0, 1).
    public static func uniform(_ shape: [Int], type: ScalarType = .float32, device: Device = .cpu) throws -> Tensor {
        try ATen.rand([.ints(shape), .type(type), .none, .device(device), .none])
    }

    /// This tensor's values with another element type, device or memory format; itself where nothing changes.
    public func to(
        _ type: ScalarType? = nil, device: Device? = nil, format: MemoryFormat? = nil
    ) throws -> Tensor {
        var result = self
        let sameType = try type.map { try $0 == scalarType() } ?? true
        let sameDevice = device.map { $0 == self.device } ?? true
        if !sameType || !sameDevice {
            result = try ATen.toCopy([
                .tensor(self), .type(type), .none, device.map(OperatorArgument.device) ?? .none, .none, .bool(false),
                .none,
            ])
        }
        if let format {
            result = try ATen.contiguous([.tensor(result), .int(format.rawValue)])
        }
        return result
    }

    /// A tensor of the processor, on its way to a device. A GPU of NVIDIA takes it from memory that stays in place,
    /// while this thread goes on.
    public func sent(to device: Device) throws -> Tensor {
        guard device.isCUDA, self.device.isCPU else { return try to(device: device) }
        return try ATen.toCopy([
            .tensor(ATen.pinMemory([.tensor(self)])), .none, .none, .device(device), .none, .bool(true), .none,
        ])
    }

    /// A copy with memory of its own, in the same memory format.
    public func cloned() throws -> Tensor { try ATen.clone([.tensor(self)]) }

    /// Overwrites the elements with those of `source`, converting type and device.
    public func copy(from source: Tensor) throws {
        try Torch.withoutGradients { try ATen.copyInPlace.run([.tensor(self), .tensor(source)]) }
    }
}
