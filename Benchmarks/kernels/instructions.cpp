// Fixed work for counting instructions: the kernels alone, on one thread, without libtorch.
//
//     instructions attention-forward|attention-backward|pool-forward|pool-backward|norm-forward|norm-backward
#include "../../Sources/CTorch/Attention/Kernels.h"
#include "../../Sources/CTorch/BatchNorm/Kernels.h"
#include "../../Sources/CTorch/WindowPool/Kernels.h"
#include "../../Sources/CTorch/Support/Threads.h"

#include <cstring>
#include <vector>

namespace sapool {

int maximumWorkers() { return 1; }

void parallel(int64_t count, void (*body)(void *, int64_t, int), void *context) {
    for (int64_t task = 0; task < count; task++) body(context, task, 0);
}

}  // namespace sapool

#ifdef __x86_64__
#define SAPOOL_SET avx2
#else
#define SAPOOL_SET portable
#endif

namespace {

std::vector<float> values(int64_t count) {
    std::vector<float> result(count);
    for (int64_t i = 0; i < count; i++) result[i] = static_cast<float>((i * 2654435761u) % 1000) / 500 - 1;
    return result;
}

}  // namespace

// What is counted: callgrind is told to begin and end with this function.
extern "C" __attribute__((noinline)) void measured(void (*body)(void *), void *context) { body(context); }

int main(int count, char **arguments) {
    if (count != 2) return 64;
    const auto is = [&](const char *name) { return std::strcmp(arguments[1], name) == 0; };
    const auto run = [](auto body) {
        measured([](void *context) { (*static_cast<decltype(body) *>(context))(); }, &body);
        return 0;
    };
    if (is("attention-forward") || is("attention-backward")) {
        using namespace sapool::attention;
        const int64_t tokens = 1024, channels = 12, size = tokens * channels;
        const Problem problem{1, 1, tokens, tokens, channels, 0.28867513};
        const auto q = values(size), g = values(size);
        std::vector<float> output(size), logsumexp(tokens), dq(size), dk(size), dv(size);
        const Tokens<const float> reading{q.data(), size, size, channels, 1}, incoming{g.data(), size, size, channels, 1};
        const auto writing = [&](std::vector<float> &x) { return Tokens<float>{x.data(), size, size, channels, 1}; };
        const auto forward = [&] {
            SAPOOL_SET.forward(problem, {reading, reading, reading, writing(output), logsumexp.data()});
        };
        if (is("attention-forward")) return run(forward);
        forward();
        return run([&] {
            SAPOOL_SET.backward(
                problem, {reading, reading, reading, {output.data(), size, size, channels, 1}, incoming,
                          logsumexp.data(), writing(dq), writing(dk), writing(dv)});
        });
    }
    if (is("pool-forward") || is("pool-backward")) {
        using namespace sapool::pooling;
        const int64_t side = 64, channels = 32, size = side * side * channels, pooled = size / 4;
        const Problem problem{1, channels, Axis(side, side, 2, 2, 0), Axis(side, side, 2, 2, 0), true, {true, 1, true}};
        const auto x = values(size), l = values(size), g = values(pooled);
        std::vector<float> output(pooled), sums(pooled), dx(size), dl(size);
        const auto map = [&](auto *data, int64_t side) {
            return Map<std::remove_pointer_t<decltype(data)>>{data, 0, 1, side * channels, channels};
        };
        const auto forward = [&] {
            SAPOOL_SET.forward(
                problem, {map(x.data(), side), map(l.data(), side), map(output.data(), side / 2), map(sums.data(), side / 2)});
        };
        if (is("pool-forward")) return run(forward);
        forward();
        const std::vector<float> &y = output, &s = sums;
        return run([&] {
            SAPOOL_SET.backward(
                problem, {map(x.data(), side), map(l.data(), side), map(y.data(), side / 2), map(s.data(), side / 2),
                          map(g.data(), side / 2), map(dx.data(), side), map(dl.data(), side)});
        });
    }
    if (is("norm-forward") || is("norm-backward")) {
        using namespace sapool::normalisation;
        const Matrix matrix{64 * 64, 32};
        const auto x = values(matrix.rows * matrix.channels), ones = std::vector<float>(matrix.channels, 1.0f);
        std::vector<float> y(x.size());
        std::vector<double> sums(matrix.channels), squares(matrix.channels);
        const Transform transform{ones.data(), ones.data(), 0, 6};
        if (is("norm-forward")) {
            return run([&] {
                SAPOOL_SET.moments(matrix, x.data(), sums.data(), squares.data());
                SAPOOL_SET.transform(matrix, x.data(), transform, y.data());
            });
        }
        return run([&] {
            SAPOOL_SET.gradientSums(matrix, x.data(), x.data(), transform, ones.data(), sums.data(), squares.data());
            SAPOOL_SET.differentiate(matrix, x.data(), x.data(), transform, ones.data(), ones.data(), y.data());
        });
    }
    return 64;
}
