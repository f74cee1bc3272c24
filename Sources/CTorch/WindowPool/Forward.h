/// The forward pass.
///
/// A task is a run of windows' rows of one block. It walks down the rows of the map that they see; each adds itself to
/// the sums of the windows that see it, which are finished with their last row. Sums lie in a ring, for as many rows of
/// windows as can overlap. The order of additions follows from the shapes, so results have the same bits for any number
/// of threads.
#pragma once

#include "Lines.h"
#include "Weighting.h"
#include "../Support/Threads.h"

namespace sapool::pooling {
namespace {

/// Pixels and channels that make a task worth its start.
constexpr int64_t elementsPerTask = 16384;

template <typename Weights>
struct Forward {
    const Problem &problem;
    const Weights &weighting;
    const Block block;
    const int64_t vectors;
    Lanes *weights, *products, *sums;
    Lines<const float> map, logits;
    Lines<float> output, outputSums;

    static int64_t workingSize(const Problem &problem) {
        const auto size = [](int64_t columns) { return Lines<float>::copySize(columns); };
        return size(problem.columns.lines) + 2 * size(problem.columns.cells)
            + (2 + 2 * problem.rows.overlap()) * size(problem.columns.windows);
    }

    Forward(
        const Problem &problem, const ForwardTensors &tensors, const Weights &weighting, int64_t index, Pieces pieces
    )
        : problem(problem), weighting(weighting), block(problem, index), vectors(block.vectors()),
          weights(pieces.take(problem.columns.cells * vectors)),
          products(pieces.take(problem.rows.overlap() * problem.columns.windows * vectors)),
          sums(pieces.take(problem.rows.overlap() * problem.columns.windows * vectors)),
          map(tensors.map, block, problem.columns.lines, pieces.take(problem.columns.lines * vectors)),
          logits(tensors.logits, block, problem.columns.cells, pieces.take(problem.columns.cells * vectors)),
          output(tensors.output, block, problem.columns.windows, pieces.take(problem.columns.windows * vectors)),
          outputSums(tensors.sums, block, problem.columns.windows, pieces.take(problem.columns.windows * vectors)) {}

    /// Pools the windows' rows from `first` up to `end`.
    void pool(int64_t first, int64_t end) const {
        const Axis &rows = problem.rows;
        const int64_t size = problem.columns.windows * vectors;
        int64_t cell = -1;
        for (int64_t y = rows.firstLine(first); y < rows.endLine(end - 1); y++) {
            const int64_t from = std::max(first, rows.firstWindow(y)), to = std::min(end, rows.endWindow(y));
            if (from >= to) continue;
            if (rows.cell[y] != cell) {
                cell = rows.cell[y];
                weighting.weigh(logits.read(cell), logits.stride(), problem.columns.cells, vectors, weights);
            }
            const float *const line = map.read(y);
            for (int64_t window = from; window < to; window++) {
                const int64_t slot = window % rows.overlap() * size;
                if (y == rows.firstLine(window)) {
                    std::fill_n(products + slot, size, Lanes{});
                    std::fill_n(sums + slot, size, Lanes{});
                }
                addLine(line, products + slot, sums + slot);
                if (y == rows.endLine(window) - 1) finish(window, products + slot, sums + slot);
            }
        }
    }

    /// Adds one line of the map to the sums of one row of windows.
    void addLine(const float *line, Lanes *rowProducts, Lanes *rowSums) const {
        const Axis &columns = problem.columns;
        const int64_t stride = map.stride();
        for (int64_t window = 0; window < columns.windows; window++) {
            const int64_t first = columns.firstLine(window), end = columns.endLine(window);
            for (int64_t v = 0; v < vectors; v++) {
                Lanes product = rowProducts[window * vectors + v], sum = rowSums[window * vectors + v];
                for (int64_t x = first; x < end; x++) {
                    const Lanes weight = weights[columns.cell[x] * vectors + v];
                    product += loadLanes(line + x * stride + v * lanes) * weight;
                    sum += weight;
                }
                rowProducts[window * vectors + v] = product;
                rowSums[window * vectors + v] = sum;
            }
        }
    }

    void finish(int64_t row, const Lanes *rowProducts, const Lanes *rowSums) const {
        float *const means = output.lineToWrite(row);
        float *const saved = problem.isNormalised ? outputSums.lineToWrite(row) : nullptr;
        const float share = 1 / static_cast<float>(problem.rows.kernel * problem.columns.kernel);
        for (int64_t window = 0; window < problem.columns.windows; window++) {
            for (int64_t v = 0; v < vectors; v++) {
                const Lanes product = rowProducts[window * vectors + v], sum = rowSums[window * vectors + v];
                const Lanes mean = problem.isNormalised ? product / sum : product * share;
                storeLanes(means + window * output.stride() + v * lanes, mean);
                if (saved) storeLanes(saved + window * outputSums.stride() + v * lanes, sum);
            }
        }
        output.write(row);
        if (saved) outputSums.write(row);
    }

    static void run(const Problem &problem, const ForwardTensors &tensors, const Weights &weighting) {
        const int64_t blocks = problem.batch * Block::countOf(problem), windows = problem.rows.windows;
        const int64_t channels = std::min(channelsPerBlock, problem.channels);
        const int64_t rowElements = problem.columns.lines * channels * problem.rows.stride;
        const int64_t rowsPerTask = std::min(windows, elementsPerTask / rowElements + 1);
        const int64_t tasks = (windows + rowsPerTask - 1) / rowsPerTask, size = workingSize(problem);
        const Scratch<Lanes> working(maximumWorkers() * size);
        parallel(blocks * tasks, [&](int64_t task, int worker) {
            const int64_t first = task % tasks * rowsPerTask;
            Forward(problem, tensors, weighting, task / tasks, Pieces(working.data() + worker * size))
                .pool(first, std::min(windows, first + rowsPerTask));
        });
    }
};

void forward(const Problem &problem, const ForwardTensors &tensors) { withWeighting<Forward>(problem, tensors); }

}  // namespace
}  // namespace sapool::pooling
