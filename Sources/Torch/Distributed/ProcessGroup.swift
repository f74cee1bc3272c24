import CTorch

/// The processes of one training, as one of them sees them.
///
/// Every rank has to call the same methods in the same order, from its one thread that calls libtorch. A rank that dies makes
/// the others' calls throw at once, one that hangs after `timeout`.
///
/// ```swift
/// let group = try ProcessGroup(rank: 0, count: 2, meeting: .init(host: "127.0.0.1", port: 29500, isHost: true))
/// let total = try Tensor([Float(1)], shape: [1])
/// try group.sum(total)                         // 2 on both ranks, where each gave 1
/// ```
public final class ProcessGroup {
    /// Where ranks find each other.
    public struct Meeting: Sendable, Equatable {
        /// A name or an address of the machine that answers.
        public var host: String
        /// Its port.
        public var port: Int
        /// Whether this process answers there: exactly one rank does, unless a launcher already does.
        public var isHost: Bool
        /// Keeps what the ranks leave there apart from what others do.
        public var prefix: String
        /// The address of this machine that other ranks connect to; nil for that of its name.
        public var address: String?

        /// A place to meet.
        public init(host: String, port: Int, isHost: Bool, prefix: String = "sapool/", address: String? = nil) {
            self.host = host
            self.port = port
            self.isHost = isHost
            self.prefix = prefix
            self.address = address
        }
    }

    /// This process among the others, from 0.
    public let rank: Int
    /// How many processes there are.
    public let count: Int
    let handle: ct_group

    /// Meets the other ranks.
    ///
    /// - Parameters:
    ///   - timeout: seconds that a rank waits for the others, now and in every call later.
    ///   - usesCUDA: joins the ranks' CUDA devices too, with NCCL.
    /// - Throws: `TorchError` in libtorch's own words where they do not come.
    public init(rank: Int, count: Int, meeting: Meeting, timeout: Double = 600, usesCUDA: Bool = false) throws {
        var options = ct_group_options()
        options.port = Int32(clamping: meeting.port)
        options.hosts_store = meeting.isHost
        options.rank = Int32(clamping: rank)
        options.size = Int32(clamping: count)
        options.timeout = timeout
        options.uses_cuda = usesCUDA
        let joined = meeting.host.withCString { host in
            meeting.prefix.withCString { prefix in
                withOptionalCString(meeting.address) { address in
                    options.host = host
                    options.prefix = prefix
                    options.address = address
                    return ct_group_join(&options)
                }
            }
        }
        guard let joined else { throw TorchError.last(in: "process group") }
        handle = joined
        self.rank = rank
        self.count = count
    }

    deinit { ct_group_leave(handle) }

    /// Replaces a contiguous tensor by the sum over all ranks, bitwise the same on each.
    public func sum(_ tensor: Tensor) throws {
        let status = withExtendedLifetime((self, tensor)) { ct_group_sum(handle, tensor.handle) }
        guard status == 0 else { throw TorchError.last(in: "all-reduce") }
    }

    /// Replaces a tensor by that of rank `root`.
    public func broadcast(_ tensor: Tensor, from root: Int = 0) throws {
        let status = withExtendedLifetime((self, tensor)) { ct_group_broadcast(handle, tensor.handle, Int32(root)) }
        guard status == 0 else { throw TorchError.last(in: "broadcast") }
    }

    /// The sum of a tensor over all ranks. Its gradient is the sum of the ranks' gradients.
    public func summed(_ tensor: Tensor) throws -> Tensor {
        let sum = withExtendedLifetime((self, tensor)) { ct_group_summed(handle, tensor.handle) }
        guard let sum else { throw TorchError.last(in: "all-reduce") }
        return Tensor(owning: sum)
    }
}

private func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString(body)
}

extension TorchError {
    /// Whether another rank cannot be reached, rather than something being wrong here.
    public var isLostContact: Bool {
        ["gloo", "NCCL", "TCPStore", "socket", "Connection"].contains { message.contains($0) }
    }
}
