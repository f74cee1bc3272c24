import CTorch

/// Where a tensor lives.
///
/// ```swift
/// let device = try Device("cuda:0")   // throws where there is no such GPU, and says why
/// ```
public struct Device: Sendable, Equatable, CustomStringConvertible {
    /// libtorch's name: `cpu`, `cuda:0`, `cuda:1`, `mps:0`.
    public let name: String

    /// The processor.
    public static let cpu = Device(known: "cpu")

    /// A device that tensors lie on already.
    init(known name: String) { self.name = name }

    /// A device by name. Without a number it is the first of its kind.
    ///
    /// - Throws: `TorchError` where the name is no device or this libtorch cannot use it, with the reason and what to
    ///   do.
    public init(_ name: String) throws {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let isNumbered = parts.count == 1 || Int(parts[1]).map { (0...127).contains($0) } ?? false
        guard let kind = parts.first, ["cpu", "cuda", "mps"].contains(kind), isNumbered else {
            throw TorchError(operation: "device", message: "\"\(name)\" is no device: use cpu, cuda, cuda:N or mps")
        }
        let full = kind == "cpu" ? "cpu" : parts.count == 1 ? "\(kind):0" : name
        // Float32 is float32 on every device; libtorch would round the factors of convolutions on GPUs.
        if kind == "cuda" { Torch.allowsTF32 = false }
        guard ct_device_available(full) else {
            let error = TorchError.last(in: "device")
            if error.deviceFailure != nil { throw error }
            throw TorchError(
                operation: "device",
                message: "this libtorch (\(Torch.version)) cannot use \"\(full)\": "
                    + "use cpu, or a machine and a build of libtorch that have it (\(error.firstLine))")
        }
        self.name = full
    }

    /// Whether this is the processor.
    public var isCPU: Bool { name == "cpu" }

    /// Whether this is a GPU of NVIDIA.
    public var isCUDA: Bool { name.hasPrefix("cuda") }

    public var description: String { name }

    /// Waits until the device has computed all that it was given.
    ///
    /// - Throws: `TorchError` where something of that failed.
    public func synchronise() throws {
        guard ct_synchronise(name) == 0 else { throw TorchError.last(in: "synchronise") }
    }

    /// The most bytes that tensors took at once in this process; nil where libtorch does not count them.
    public var peakMemory: Int? {
        let bytes = ct_peak_memory(name)
        return bytes < 0 ? nil : Int(bytes)
    }
}

/// Facts about and settings of the libtorch this process runs on.
public enum Torch {
    /// libtorch's version, for example `2.13.0+cpu`.
    public static var version: String { String(cString: ct_version()) }

    /// How many threads libtorch's kernels use.
    public static var threads: Int {
        get { Int(ct_threads()) }
        set { ct_set_threads(Int32(clamping: max(1, newValue))) }
    }

    /// Has the whole process keep memory that is freed for what is asked for next.
    ///
    /// For programs that do nothing but train, first thing. With glibc, a step on maps of over 32 MiB takes a quarter
    /// less time so, because the system need not zero their pages each time; the peak of memory is some 6 % higher.
    public static func keepFreedMemory() { ct_keep_freed_memory() }

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
}
