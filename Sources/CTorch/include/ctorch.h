/// libtorch behind a small C interface: the only door between Swift and C++ in this project.
///
/// Every ATen operator is reached through `ct_call`, which runs it boxed through `c10::Dispatcher` (autograd included).
/// Functions of their own exist only for what is no operator: data in and out, the backward pass, gradient mode, random
/// seeds, threads and devices. No C++ exception leaves this header: a function that can fail returns a status and
/// leaves its message in `ct_last_error`, which belongs to the calling thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One reference to a tensor. Release it with `ct_release`.
typedef struct ct_tensor_s *ct_tensor;

/// An operator found in the dispatcher. Lives as long as the process.
typedef struct ct_operator_s *ct_operator;

typedef enum {
    CT_NONE,
    CT_TENSOR,
    CT_INT,
    CT_DOUBLE,
    CT_BOOL,
    CT_INTS,
    CT_TENSORS,
    CT_BOOLS,
    CT_STRING,
    CT_DEVICE,
    CT_NUMBERS,
} ct_kind;

/// One boxed argument. Arrays and strings are borrowed for the length of the call; in `CT_BOOLS` each entry of
/// `integers` is 0 or 1; `CT_DEVICE` names a device such as "cpu" or "cuda:0" in `string`; `CT_NUMBERS` is a list of
/// scalars, in `reals`.
typedef struct {
    ct_kind kind;
    size_t count;
    union {
        ct_tensor tensor;
        int64_t integer;
        double real;
        const int64_t *integers;
        const double *reals;
        const ct_tensor *tensors;
        const char *string;
    };
} ct_value;

/// The message of the last failure on this thread.
const char *ct_last_error(void);

/// Finds `name.overload` (overload may be ""), or returns NULL.
ct_operator ct_find(const char *name, const char *overload);

/// Calls an operator. Arguments past `count` take their schema's default. Returned tensors (those inside returned
/// lists too; undefined ones as NULL) are written to `results`. Returns their number, or -1 on failure.
int ct_call(ct_operator operation, const ct_value *arguments, size_t count, ct_tensor *results, size_t capacity);

void ct_release(ct_tensor tensor);

/// A tensor that owns a copy of `bytes` bytes, contiguous, on the CPU. NULL on failure.
ct_tensor ct_copy_in(const void *data, size_t bytes, const int64_t *shape, size_t rank, int dtype);

/// A tensor over memory of somebody else, contiguous, on the CPU; `release(context)` runs when libtorch lets go of it,
/// on whichever thread that is. NULL on failure, and then `release` has run.
ct_tensor ct_borrow(void *data, const int64_t *shape, size_t rank, int dtype, void (*release)(void *), void *context);

/// Copies a tensor's elements in row-major order to `data`, from any device and memory format. -1 on failure.
int ct_copy_out(ct_tensor tensor, void *data, size_t bytes);

/// The only element of a one-element tensor, as a double. -1 on failure.
int ct_item(ct_tensor tensor, double *value);

int64_t ct_rank(ct_tensor tensor);
void ct_shape(ct_tensor tensor, int64_t *shape);
void ct_strides(ct_tensor tensor, int64_t *strides);
/// The c10::ScalarType of the tensor.
int ct_dtype(ct_tensor tensor);
/// Whether the tensor is on the CPU.
bool ct_is_cpu(ct_tensor tensor);
/// Writes the device's name ("cpu", "cuda:0") to `text`.
void ct_device(ct_tensor tensor, char *text, size_t capacity);
/// How often the tensor's memory was written in place; -1 on failure.
int64_t ct_changes(ct_tensor tensor);
/// Counts a change that libtorch did not: some fused operators write without counting.
void ct_count_change(ct_tensor tensor);
/// Whether both handles share one storage.
bool ct_shares_storage(ct_tensor a, ct_tensor b);

bool ct_requires_grad(ct_tensor tensor);
int ct_set_requires_grad(ct_tensor tensor, bool value);
/// The accumulated gradient, or NULL where there is none.
ct_tensor ct_grad(ct_tensor tensor);
/// Forgets the accumulated gradient.
void ct_clear_grad(ct_tensor tensor);
/// Accumulates gradients into the leaves. `gradient` may be NULL for a scalar. -1 on failure.
int ct_backward(ct_tensor tensor, ct_tensor gradient);

bool ct_grad_mode(void);
void ct_set_grad_mode(bool enabled);

/// Seeds the default generator of every device.
void ct_seed(uint64_t seed);

int ct_threads(void);
void ct_set_threads(int count);

/// Keeps memory that is freed for what is asked for next, from now on and in the whole process; call it first thing.
///
/// glibc asks the system for every block of over 32 MiB and gives it back when it is freed, so each step of a training
/// has all of its large maps zeroed anew, page by page. Elsewhere than with glibc nothing changes.
void ct_keep_freed_memory(void);

/// Whether a device ("cpu", "cuda:0", "mps") can be used, which is tried by making a tensor there. Where it cannot,
/// `ct_last_error` says what libtorch misses.
bool ct_device_available(const char *name);

/// Waits until a device has computed all that it was given; nothing to wait for on the processor. -1 on failure.
int ct_synchronise(const char *device);

/// The most bytes that tensors took on a device at once in this process; -1 where nobody counts them.
int64_t ct_peak_memory(const char *device);

/// libtorch's version, for example "2.13.0+cpu".
const char *ct_version(void);

/// Whether libtorch computes with oneDNN.
bool ct_has_onednn(void);

/// Whether the processor computes in bfloat16 (AVX-512 BF16, AMX or Arm's BF16), so that doing so saves time.
bool ct_has_bfloat16(void);

/// Whether matrix products and convolutions of a device compute in a type of fewer bits from here on, on this thread.
bool ct_autocast(const char *device);
void ct_set_autocast(const char *device, bool enabled, int dtype);

/// Whether float32 products on CUDA devices may round their factors to 10 bits (TF32).
void ct_set_tf32(bool allowed);

/// Whether CUDA devices compute the same bits in every run, where libtorch has a way to; else the way that is fastest
/// for each shape is tried out.
void ct_set_deterministic(bool deterministic);

/// How many threads the last call of one of the project's own kernels (`sapool::…`) really ran on.
int ct_kernel_threads(void);

/// The instruction set that these kernels use: "AVX512", "AVX2" or "DEFAULT" (SSE2, NEON).
const char *ct_kernel_instructions(void);

/// Chooses that instruction set, for tests and benchmarks. False where the processor has no such instructions.
bool ct_use_kernel_instructions(const char *name);

#ifdef __cplusplus
}
#endif

#include "ctorch_distributed.h"
