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
} ct_kind;

/// One boxed argument. Arrays and strings are borrowed for the length of the call; in `CT_BOOLS` each entry of
/// `ints` is 0 or 1; `CT_DEVICE` names a device such as "cpu" or "cuda:0" in `string`.
typedef struct {
    ct_kind kind;
    size_t count;
    union {
        ct_tensor tensor;
        int64_t integer;
        double real;
        const int64_t *integers;
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

ct_tensor ct_retain(ct_tensor tensor);
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

/// Whether a device ("cpu", "cuda", "cuda:1", "mps") can be used. A name that is no device gives false.
bool ct_device_available(const char *name);

/// libtorch's version, for example "2.13.0+cpu".
const char *ct_version(void);

/// Processor features libtorch's kernels were chosen for, for example "AVX512".
const char *ct_cpu_capability(void);

/// How many threads the last call of `sapool::streaming_attention` or its derivative really ran on.
int ct_attention_threads(void);

/// The instruction set that `sapool::streaming_attention` uses: "AVX512", "AVX2" or "DEFAULT" (SSE2, NEON).
const char *ct_attention_instructions(void);

/// Chooses that instruction set, for tests and benchmarks. False where the processor has no such instructions.
bool ct_attention_use_instructions(const char *name);

#ifdef __cplusplus
}
#endif

#include "ctorch_distributed.h"
