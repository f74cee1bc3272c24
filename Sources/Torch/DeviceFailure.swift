/// What can happen to a device, as libtorch's messages tell it.
///
/// CUDA and libtorch have words of their own for each of these, and no type: this is the one place that knows them.
public enum DeviceFailure: Equatable, Sendable, CustomStringConvertible {
    /// This libtorch is a build for processors.
    case notBuilt
    /// No driver, or none that this process may use.
    case noDriver
    /// The driver is older than libtorch's CUDA. The version is that of the driver's own CUDA, such as 12.8.
    case oldDriver(version: String?)
    /// No such GPU.
    case noDevice
    /// Another process has the GPU for itself.
    case busy
    /// No memory is left, on a GPU or for the processor. What was asked for in vain, such as "2.00 GiB".
    case outOfMemory(onGPU: Bool, wanted: String?)
    /// This libtorch has no machine code for the GPU.
    case noCode
    /// The GPU, or what it was computing, has failed; libtorch's first line. It computes nothing more for this process.
    case lost(String)

    /// What a message tells of a device; nil where it is about something else.
    public init?(libtorch message: String) {
        func says(_ phrases: String...) -> Bool { phrases.contains { message.contains($0) } }
        let line = message.split(separator: "\n").first.map(String.init) ?? ""

        if says(
            "with arguments from the 'CUDA' backend", "PyTorch is not linked with support for cuda",
            "Cannot initialize CUDA without ATen_cuda library")
        {
            self = .notBuilt
        } else if says("Found no NVIDIA driver") {
            self = .noDriver
        } else if says("driver on your system is too old", "CUDA driver version is insufficient") {
            self = .oldDriver(version: Self.version(in: message))
        } else if says(
            "No CUDA GPUs are available", "invalid device ordinal", "no CUDA-capable device is detected",
            "CUDA driver initialization failed", "Invalid device index")
        {
            self = .noDevice
        } else if says("CUDA-capable device(s) is/are busy or unavailable") {
            self = .busy
        } else if says("out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED") {
            self = .outOfMemory(onGPU: true, wanted: Self.amount(in: message, after: "Tried to allocate "))
        } else if says("DefaultCPUAllocator: can't allocate memory", "DefaultCPUAllocator: not enough memory")
            || message == "std::bad_alloc"
        {
            let bytes = Self.amount(in: message, after: "you tried to allocate ")
            self = .outOfMemory(onGPU: false, wanted: bytes)
        } else if says("no kernel image is available for execution") {
            self = .noCode
        } else if says("CUDA error:", "CUDA driver error:", "CUBLAS_STATUS_", "CUDNN_STATUS_", "NCCL error") {
            self = .lost(line)
        } else {
            return nil
        }
    }

    /// What happened and what to do.
    public var description: String {
        switch self {
        case .notBuilt:
            "this libtorch (\(Torch.version)) was built for processors alone: use one for CUDA (Scripts/bootstrap --cuda, "
                + "Documentation/Setup.md), or the device cpu"
        case .noDriver:
            "there is no NVIDIA driver that this process can use: install one, give a container its GPU (docker run --gpus all), or use "
                + "the device cpu"
        case .oldDriver(let version):
            "the NVIDIA driver\(version.map { " is for CUDA \($0) and" } ?? "") is too old for this libtorch (\(Torch.version)): update the "
                + "driver, or use a PyTorch for an earlier CUDA"
        case .noDevice:
            "there is no such GPU: nvidia-smi lists those that there are, counted from 0, and CUDA_VISIBLE_DEVICES may hide some; or use "
                + "the device cpu"
        case .busy:
            "another process has the GPU for itself: wait for its end (nvidia-smi names it), or choose another one (cuda:1)"
        case .outOfMemory(onGPU: true, let wanted):
            "the GPU has no memory left\(Self.inVain(wanted)): use a smaller batch-size, compute each batch in parts (accumulate), or end "
                + "what else is using the GPU (nvidia-smi)"
        case .outOfMemory(onGPU: false, let wanted):
            "no memory is left\(Self.inVain(wanted)): use a smaller batch-size or resolution, or compute each batch in parts (accumulate)"
        case .noCode:
            "this libtorch (\(Torch.version)) has no code for this GPU: use a PyTorch that was built for it (pytorch.org says which)"
        case .lost(let line):
            "the GPU has failed (\(line)): see whether nvidia-smi and the kernel's log (dmesg, Xid) still know it, and start again"
        }
    }

    private static func inVain(_ wanted: String?) -> String { wanted.map { " (\($0) more were asked for)" } ?? "" }

    /// Number and unit behind a phrase: "2.00 GiB" or "80 bytes".
    private static func amount(in message: String, after phrase: String) -> String? {
        guard let found = message.firstRange(of: phrase) else { return nil }
        let words = message[found.upperBound...].split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].first?.isNumber == true else { return nil }
        return "\(words[0]) \(words[1].prefix { $0.isLetter })"
    }

    /// 12.8 of "(found version 12080)".
    private static func version(in message: String) -> String? {
        guard let found = message.firstRange(of: "found version "),
            let number = Int(message[found.upperBound...].prefix { $0.isNumber })
        else { return nil }
        return "\(number / 1000).\(number % 1000 / 10)"
    }
}
