import CTorch

/// What matrix products and convolutions are computed in.
extension Torch {
    /// Whether the processor computes in bfloat16, so that `withMixedPrecision` saves time on it.
    public static var hasBfloat16: Bool { ct_has_bfloat16() }

    /// Whether `withMixedPrecision` is in force for a device on this thread.
    public static func usesMixedPrecision(on device: Device) -> Bool { ct_autocast(device.name) }

    /// Runs `body` with a device's matrix products and convolutions in a type of fewer bits, their sums in float32;
    /// everything that needs more precision stays in float32 (Micikevicius et al., *Mixed Precision Training*, ICLR
    /// 2018). A processor without instructions for the type emulates it, slowly.
    ///
    /// The backward pass of what `body` computes runs outside: each operation in the types that it had.
    ///
    /// - Parameter type: bfloat16, or float16, whose gradients want a `LossScale`.
    public static func withMixedPrecision<Result>(
        _ type: ScalarType, on device: Device, _ body: () throws -> Result
    ) rethrows -> Result {
        let before = ct_autocast(device.name)
        ct_set_autocast(device.name, true, type.rawValue)
        defer { ct_set_autocast(device.name, before, type.rawValue) }
        return try body()
    }

    /// Whether float32 products on GPUs of NVIDIA may round their factors to the 10 bits of TF32; sums stay in float32.
    /// For the whole process.
    public static var allowsTF32: Bool {
        get { tf32 }
        set {
            tf32 = newValue
            ct_set_tf32(newValue)
        }
    }

    // Set where devices are chosen, before anything computes on them.
    nonisolated(unsafe) private static var tf32 = false

    /// Has GPUs of NVIDIA compute the same bits in every run, where libtorch has a way to (a warning names what has
    /// none); otherwise it tries out which way is fastest for each shape. For the whole process.
    public static func setDeterministic(_ isDeterministic: Bool) { ct_set_deterministic(isDeterministic) }
}
