import CTorch

/// Averages gradients over the ranks of a group, bucket by bucket, while the backward pass still computes others: libtorch's
/// `c10d::Reducer` (Li et al., “PyTorch Distributed: Experiences on Accelerating Data Parallel Training”, VLDB 2020).
///
/// ```swift
/// let reducer = try GradientReducer(group, parameters: leaves)
/// try reducer.prepare()
/// try loss.backward()                          // gradients are now means over the ranks
/// ```
public final class GradientReducer {
    private let handle: ct_reducer
    private let group: ProcessGroup

    /// A reducer of leaves.
    ///
    /// - Parameters:
    ///   - parameters: in the network's order, the same on all ranks; each has to get a gradient in every backward pass.
    ///   - firstBytes: size of the bucket that is sent first. Small ones overlap more, large ones cost fewer messages.
    ///   - bucketBytes: size of the others.
    public init(
        _ group: ProcessGroup, parameters: [Tensor], firstBytes: Int = 1 << 20, bucketBytes: Int = 4 << 20
    ) throws {
        let handles: [ct_tensor?] = parameters.map(\.handle)
        let created = withExtendedLifetime((group, parameters)) {
            handles.withUnsafeBufferPointer {
                ct_reducer_create(group.handle, $0.baseAddress, handles.count, firstBytes, bucketBytes)
            }
        }
        guard let created else { throw TorchError.last(in: "reducer") }
        handle = created
        self.group = group
    }

    deinit { ct_reducer_release(handle) }

    /// Announces a backward pass. Call it after the forward pass, before each backward pass.
    public func prepare() throws {
        guard withExtendedLifetime(self, { ct_reducer_prepare(handle) }) == 0 else {
            throw TorchError.last(in: "reducer")
        }
    }
}
