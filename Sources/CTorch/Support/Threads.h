/// Work on libtorch's own threads.
///
/// `at::parallel_for` is a template that runs one thread where the compiler has no OpenMP, as this one. The entry point
/// of the OpenMP library inside libtorch is called instead, so that the team, its size and its nesting are libtorch's.
#pragma once

#include <cstdint>
#include <type_traits>

namespace sapool {

/// How many workers a call of `parallel` may have: libtorch's number of threads, or one inside a parallel region.
int maximumWorkers();

/// Calls `body(context, task, worker)` once for each task in 0..<count, in no given order and on several threads.
///
/// Workers are numbered from 0 to `maximumWorkers() - 1`; calls with the same number never overlap. Which worker runs a
/// task is left to chance, so results must not depend on it. `body` must not throw.
void parallel(int64_t count, void (*body)(void *context, int64_t task, int worker), void *context);

/// The same for a lambda `(int64_t task, int worker)`.
template <typename Body>
void parallel(int64_t count, Body &&body) {
    using Plain = std::remove_reference_t<Body>;
    parallel(
        count,
        [](void *context, int64_t task, int worker) { (*static_cast<Plain *>(context))(task, worker); }, &body);
}

/// The largest number of threads that ran tasks of one `parallel` call since `forgetThreads`.
int threadsSeen();
void forgetThreads();

}  // namespace sapool
