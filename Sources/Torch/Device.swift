import CTorch

/// Where a tensor lives.
///
/// ```swift
/// let device = try Device("cuda:0")   // throws where libtorch was built without CUDA
/// ```
public struct Device: Sendable, Equatable, CustomStringConvertible {
    /// libtorch's name: `cpu`, `cuda`, `cuda:1`, `mps`.
    public let name: String

    /// The processor.
    public static let cpu = Device(unchecked: "cpu")

    private init(unchecked name: String) { self.name = name }

    /// A device by name.
    ///
    /// - Throws: `TorchError` where the name is no device or this libtorch cannot use it.
    public init(_ name: String) throws {
        let kind = name.split(separator: ":", maxSplits: 1).first.map(String.init) ?? name
        guard ["cpu", "cuda", "mps"].contains(kind) else {
            throw TorchError(operation: "device", message: "\"\(name)\" is no device: use cpu, cuda, cuda:N or mps")
        }
        guard ct_device_available(name) else {
            throw TorchError(
                operation: "device",
                message: "this libtorch (\(Torch.version)) cannot use \"\(name)\": "
                    + "use cpu, or a machine and a build of libtorch that have it")
        }
        self.name = name
    }

    /// Whether this is the processor.
    public var isCPU: Bool { name == "cpu" }

    public var description: String { name }
}

/// Facts about and settings of the libtorch this process runs on.
public enum Torch {
    /// libtorch's version, for example `2.13.0+cpu`.
    public static var version: String { String(cString: ct_version()) }

    /// The vector instructions that libtorch's kernels use, for example `AVX512`.
    public static var cpuCapability: String { String(cString: ct_cpu_capability()) }

    /// How many threads libtorch's kernels use.
    public static var threads: Int {
        get { Int(ct_threads()) }
        set { ct_set_threads(Int32(clamping: max(1, newValue))) }
    }

    /// Seeds libtorch's random numbers on every device.
    public static func seed(_ seed: UInt64) { ct_seed(seed) }

    /// Runs `body` without recording operations for the backward pass.
    ///
    /// Gradient mode belongs to the thread, so the closure is synchronous.
    public static func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = ct_grad_mode()
        ct_set_grad_mode(false)
        defer { ct_set_grad_mode(before) }
        return try body()
    }

    /// Whether operations on this thread are recorded for the backward pass.
    public static var isRecordingGradients: Bool { ct_grad_mode() }

    /// Whether the processor computes in bfloat16, so that `withBfloat16` saves time.
    public static var hasBfloat16: Bool { ct_has_bfloat16() }

    /// Whether `withBfloat16` is in force on this thread.
    public static var usesBfloat16: Bool { ct_autocast() }

    /// Runs `body` with the CPU's matrix products and convolutions in bfloat16 (8 bits of precision, sums in float32); everything that
    /// needs more precision stays in float32. Where the processor has no such instructions libtorch emulates them, slowly.
    ///
    /// The backward pass of what `body` computes runs outside: each operation in the types that it had.
    public static func withBfloat16<Result>(_ body: () throws -> Result) rethrows -> Result {
        let before = ct_autocast()
        ct_set_autocast(true)
        defer { ct_set_autocast(before) }
        return try body()
    }
}
