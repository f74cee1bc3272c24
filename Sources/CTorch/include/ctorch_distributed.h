/// Groups of processes that compute together, on libtorch's c10d: Gloo between processors, NCCL between CUDA devices.
///
/// Every rank has to call the same functions in the same order. A function that fails returns a status and leaves its message
/// in `ct_last_error`, as those of `ctorch.h` do.
#pragma once

#include "ctorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The processes of one training, as one of them sees them.
typedef struct ct_group_s *ct_group;

/// Averages gradients over the ranks while the backward pass goes on.
typedef struct ct_reducer_s *ct_reducer;

typedef struct {
    /// Where the ranks find each other.
    const char *host;
    int port;
    /// Whether this process answers there; exactly one does, or a launcher.
    bool hosts_store;
    /// Put before every key in the store, so that a launcher's second attempt does not meet the first's.
    const char *prefix;
    int rank;
    int size;
    /// How long a rank waits for the others, in seconds.
    double timeout;
    /// The address of this machine that other ranks connect to, or NULL for that of its name.
    const char *address;
    /// Also joins the ranks' CUDA devices.
    bool uses_cuda;
} ct_group_options;

/// Meets the other ranks. NULL on failure.
ct_group ct_group_join(const ct_group_options *options);
void ct_group_leave(ct_group group);

/// Replaces a contiguous tensor by the sum over all ranks, bitwise the same on each. -1 on failure.
int ct_group_sum(ct_group group, ct_tensor tensor);

/// Replaces a dense tensor by that of rank `root`. -1 on failure.
int ct_group_broadcast(ct_group group, ct_tensor tensor, int root);

/// The sum of a tensor over all ranks, recorded for the backward pass: its gradient is the sum of the ranks' gradients.
ct_tensor ct_group_summed(ct_group group, ct_tensor tensor);

/// A reducer of `parameters`: each of them has to get a gradient in every backward pass. NULL on failure.
///
/// Gradients are gathered in buckets of `first_bytes` (the first that the backward pass fills), then `bucket_bytes` bytes.
ct_reducer ct_reducer_create(
    ct_group group, const ct_tensor *parameters, size_t count, size_t first_bytes, size_t bucket_bytes);
void ct_reducer_release(ct_reducer reducer);

/// Announces a backward pass: when it returns, gradients are means over the ranks. -1 on failure.
int ct_reducer_prepare(ct_reducer reducer);

#ifdef __cplusplus
}
#endif
