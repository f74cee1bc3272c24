// Element-wise arithmetic. Shapes broadcast as in NumPy.

extension Tensor {
    /// Sum, element by element.
    public static func + (a: Tensor, b: Tensor) throws -> Tensor { try ATen.add([.tensor(a), .tensor(b)]) }

    /// Difference, element by element.
    public static func - (a: Tensor, b: Tensor) throws -> Tensor { try ATen.subtract([.tensor(a), .tensor(b)]) }

    /// Product, element by element.
    public static func * (a: Tensor, b: Tensor) throws -> Tensor { try ATen.multiply([.tensor(a), .tensor(b)]) }

    /// Quotient, element by element.
    public static func / (a: Tensor, b: Tensor) throws -> Tensor { try ATen.divide([.tensor(a), .tensor(b)]) }

    /// Adds a number to every element.
    public static func + (a: Tensor, b: Double) throws -> Tensor { try ATen.addScalar([.tensor(a), .double(b)]) }

    /// Subtracts a number from every element.
    public static func - (a: Tensor, b: Double) throws -> Tensor { try ATen.addScalar([.tensor(a), .double(-b)]) }

    /// Multiplies every element by a number.
    public static func * (a: Tensor, b: Double) throws -> Tensor { try ATen.multiplyScalar([.tensor(a), .double(b)]) }

    /// Divides every element by a number.
    public static func / (a: Tensor, b: Double) throws -> Tensor {
        try ATen.multiplyScalar([.tensor(a), .double(1 / b)])
    }

    /// Every element to the power of `exponent`.
    public func power(_ exponent: Double) throws -> Tensor { try ATen.powScalar([.tensor(self), .double(exponent)]) }

    /// Every element to the power of `exponent`, which broadcasts.
    public func power(_ exponent: Tensor) throws -> Tensor { try ATen.powTensor([.tensor(self), .tensor(exponent)]) }

    /// Every element, but at least `minimum`.
    public func clamped(minimum: Double) throws -> Tensor { try ATen.clampMin([.tensor(self), .double(minimum)]) }

    /// Every element, but at most `maximum`.
    public func clamped(maximum: Double) throws -> Tensor { try ATen.clampMax([.tensor(self), .double(maximum)]) }

    /// Where both tensors are equal: a tensor of Booleans.
    public func isEqual(to other: Tensor) throws -> Tensor { try ATen.equal([.tensor(self), .tensor(other)]) }

    /// Whether no element is infinite or not a number.
    public func isFinite() throws -> Bool {
        try Torch.withoutGradients { try ATen.all([.tensor(ATen.isFinite([.tensor(self)]))]).item() != 0 }
    }
}

// MARK: - In place

extension Tensor {
    /// Adds `scale · other` to this tensor's own memory.
    public func add(_ other: Tensor, scale: Double = 1) throws {
        try ATen.addInPlace.run([.tensor(self), .tensor(other), .double(scale)])
    }

    /// Adds a number to this tensor's own memory.
    public func add(_ value: Double) throws { try ATen.addScalarInPlace.run([.tensor(self), .double(value)]) }

    /// Adds a whole number to this tensor's own memory, which may hold integers.
    public func increment(by value: Int = 1) throws { try ATen.addScalarInPlace.run([.tensor(self), .int(value)]) }

    /// Multiplies this tensor's own memory by a number.
    public func scale(by factor: Double) throws {
        try ATen.multiplyScalarInPlace.run([.tensor(self), .double(factor)])
    }

    /// Sets every element.
    public func fill(_ value: Double) throws { try ATen.fillInPlace.run([.tensor(self), .double(value)]) }

    /// Moves this tensor's own memory towards `target`: `self + weight · (target − self)`.
    public func interpolate(towards target: Tensor, weight: Double) throws {
        try ATen.lerpInPlace.run([.tensor(self), .tensor(target), .double(weight)])
    }
}

// MARK: - Functions

extension Tensor {
    /// eˣ.
    public func exp() throws -> Tensor { try ATen.exp([.tensor(self)]) }

    /// Natural logarithm.
    public func log() throws -> Tensor { try ATen.log([.tensor(self)]) }

    /// Square root.
    public func squareRoot() throws -> Tensor { try ATen.sqrt([.tensor(self)]) }

    /// Absolute value.
    public func absolute() throws -> Tensor { try ATen.abs([.tensor(self)]) }

    /// max(x, 0).
    public func relu() throws -> Tensor { try ATen.relu([.tensor(self)]) }

    /// min(max(x, 0), 6).
    public func relu6() throws -> Tensor { try ATen.hardtanh([.tensor(self), .double(0), .double(6)]) }

    /// max(x, 0) in this tensor's own memory. The operation that made the tensor must not need its result for its gradient.
    public func reluInPlace() throws -> Tensor { try ATen.reluInPlace([.tensor(self)]) }

    /// min(max(x, 0), 6) in this tensor's own memory.
    public func relu6InPlace() throws -> Tensor {
        try ATen.hardtanhInPlace([.tensor(self), .double(0), .double(6)])
    }

    /// 1 / (1 + e⁻ˣ).
    public func sigmoid() throws -> Tensor { try ATen.sigmoid([.tensor(self)]) }

    /// ReLU6(x + 3) / 6.
    public func hardSigmoid() throws -> Tensor { try ATen.hardSigmoid([.tensor(self)]) }

    /// x · ReLU6(x + 3) / 6.
    public func hardSwish() throws -> Tensor { try ATen.hardSwish([.tensor(self)]) }

    /// log(1 + eˣ).
    public func softplus() throws -> Tensor { try ATen.softplus([.tensor(self)]) }

    /// Hyperbolic tangent.
    public func tanh() throws -> Tensor { try ATen.tanh([.tensor(self)]) }

    /// min(max(x, −1), 1).
    public func hardTanh() throws -> Tensor { try ATen.hardtanh([.tensor(self), .double(-1), .double(1)]) }

    /// x where x ≥ 0, slope · x below.
    public func leakyReLU(_ slope: Double) throws -> Tensor {
        try ATen.leakyReLU([.tensor(self), .double(slope)])
    }

    /// x where x ≥ 0, slope · x below, with a slope for each index of the second dimension.
    public func parametricReLU(_ slopes: Tensor) throws -> Tensor {
        try ATen.prelu([.tensor(self), .tensor(slopes)])
    }

    /// x · sigmoid(x).
    public func silu() throws -> Tensor { try ATen.silu([.tensor(self)]) }
}
