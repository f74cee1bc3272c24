#include "Threads.h"
#include "ctorch.h"

#include <ATen/Parallel.h>

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace sapool {

namespace {

std::atomic<int> seen{0};

/// What the threads of one `parallel` call share.
struct Region {
    int64_t count;
    int capacity;
    void (*body)(void *, int64_t, int);
    void *context;
    std::atomic<int64_t> next{0};
    std::atomic<int> workers{0};
    std::atomic<int> active{0};

    /// Takes tasks until none is left.
    void work() {
        const int worker = workers.fetch_add(1);
        if (worker >= capacity) return;
        int64_t task = next.fetch_add(1);
        if (task < count) active.fetch_add(1);
        for (; task < count; task = next.fetch_add(1)) body(context, task, worker);
    }
};

/// `GOMP_parallel` of GNU's OpenMP library, which LLVM's offers as well.
using OpenMPParallel = void (*)(void (*)(void *), void *, unsigned threads, unsigned flags);

OpenMPParallel openMPParallel() {
    static const auto function = reinterpret_cast<OpenMPParallel>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
    return function;
}

/// Threads of our own, where libtorch's OpenMP library cannot be reached.
void runOnNewThreads(Region &region, int threads) {
    std::vector<std::thread> others;
    try {
        for (int i = 1; i < threads; i++) others.emplace_back([&region] { region.work(); });
    } catch (const std::system_error &) {
        // The system gives no more threads: those that run take all tasks.
    }
    region.work();
    for (auto &thread : others) thread.join();
}

}  // namespace

int maximumWorkers() { return at::in_parallel_region() ? 1 : std::max(1, at::get_num_threads()); }

void parallel(int64_t count, void (*body)(void *, int64_t, int), void *context) {
    const int threads = static_cast<int>(std::min<int64_t>(count, maximumWorkers()));
    Region region{.count = count, .capacity = maximumWorkers(), .body = body, .context = context};
    if (threads <= 1) {
        region.work();
    } else if (const auto run = openMPParallel()) {
        // 0 threads: as many as libtorch set. A team of another size would make the library build its pool anew.
        run([](void *shared) { static_cast<Region *>(shared)->work(); }, &region, 0, 0);
    } else {
        runOnNewThreads(region, threads);
    }
    seen.store(std::max(seen.load(), region.active.load()));
}

int threadsSeen() { return seen.load(); }
void forgetThreads() { seen.store(0); }

}  // namespace sapool

extern "C" int ct_kernel_threads(void) { return sapool::threadsSeen(); }
