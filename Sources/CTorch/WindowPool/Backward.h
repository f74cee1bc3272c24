/// The backward pass.
///
/// With g the gradient of Y, s the sums of weights and q = g/s: dX = W · Σ q and dW = Σ q·(X − Y), summed over the windows
/// that see a pixel; not normalised, q = g/area and dW = Σ q·X. dl = f′(l) · Σ dW over a cell's pixels.
///
/// A task is a *band* of one block: rows that share no window and no cell with rows outside. It owns all that it writes.
/// Where windows overlap there is one band, and threads share out images and channels only.
#pragma once

#include "Forward.h"

namespace sapool::pooling {
namespace {

/// Rows that begin a band, then the number of rows. Neighbouring bands are joined until they are worth a task.
std::vector<int64_t> bandsOf(const Problem &problem) {
    const Axis &rows = problem.rows;
    const int64_t rowElements = problem.columns.lines * std::min(channelsPerBlock, problem.channels);
    std::vector<int64_t> bounds{0};
    for (int64_t y = 1; y < rows.lines; y++) {
        // The last window that sees the row above must not see this one.
        const int64_t last = rows.endWindow(y - 1) - 1;
        const bool isCut = rows.cell[y] != rows.cell[y - 1] && (last < 0 || rows.endLine(last) <= y);
        if (isCut && (y - bounds.back()) * rowElements >= elementsPerTask) bounds.push_back(y);
    }
    bounds.push_back(rows.lines);
    return bounds;
}

template <typename Weights>
struct Backward {
    const Problem &problem;
    const Weights &weighting;
    const Block block;
    const int64_t vectors;
    Lanes *weights, *slopes, *gradients;
    /// Rings of lines, a row of windows each: q, and Y where the pooling is normalised.
    Lanes *quotients, *means;
    Lines<const float> map, logits, output, sums, outputGradient;
    Lines<float> mapGradient, logitsGradient;

    static int64_t workingSize(const Problem &problem) {
        const auto size = [](int64_t columns) { return Lines<float>::copySize(columns); };
        return 2 * size(problem.columns.lines) + 5 * size(problem.columns.cells)
            + (3 + 2 * problem.rows.overlap()) * size(problem.columns.windows);
    }

    Backward(
        const Problem &problem, const BackwardTensors &tensors, const Weights &weighting, int64_t index, Pieces pieces
    )
        : problem(problem), weighting(weighting), block(problem, index), vectors(block.vectors()),
          weights(pieces.take(problem.columns.cells * vectors)), slopes(pieces.take(problem.columns.cells * vectors)),
          gradients(pieces.take(problem.columns.cells * vectors)),
          quotients(pieces.take(problem.rows.overlap() * problem.columns.windows * vectors)),
          means(pieces.take(problem.rows.overlap() * problem.columns.windows * vectors)),
          map(lines(tensors.map, problem.columns.lines, pieces)),
          logits(lines(tensors.logits, problem.columns.cells, pieces)),
          output(lines(tensors.output, problem.columns.windows, pieces)),
          sums(lines(tensors.sums, problem.columns.windows, pieces)),
          outputGradient(lines(tensors.outputGradient, problem.columns.windows, pieces)),
          mapGradient(lines(tensors.mapGradient, problem.columns.lines, pieces)),
          logitsGradient(lines(tensors.logitsGradient, problem.columns.cells, pieces)) {}

    template <typename Element>
    Lines<Element> lines(const Map<Element> &tensor, int64_t columns, Pieces &pieces) const {
        return Lines<Element>(tensor, block, columns, pieces.take(columns * vectors));
    }

    /// Gradients of the rows from `first` up to `end`, which make a band.
    void differentiate(int64_t first, int64_t end) const {
        const Axis &rows = problem.rows;
        const int64_t cells = problem.columns.cells;
        for (int64_t y = first; y < end; y++) {
            if (y == first || rows.cell[y] != rows.cell[y - 1]) {
                weighting.weigh(logits.read(rows.cell[y]), logits.stride(), cells, vectors, weights, slopes);
                std::fill_n(gradients, cells * vectors, Lanes{});
            }
            const int64_t from = rows.firstWindow(y), to = rows.endWindow(y);
            for (int64_t window = from; window < to; window++) {
                if (y == rows.firstLine(window)) prepare(window);
            }
            differentiateLine(y, from, to);
            if (y + 1 == end || rows.cell[y + 1] != rows.cell[y]) finishCells(rows.cell[y]);
        }
    }

    /// q and Y of a row of windows.
    void prepare(int64_t row) const {
        const int64_t windows = problem.columns.windows, slot = row % problem.rows.overlap() * windows * vectors;
        const float *const incoming = outputGradient.read(row);
        const float share = 1 / static_cast<float>(problem.rows.kernel * problem.columns.kernel);
        const float *const mean = problem.isNormalised ? output.read(row) : nullptr;
        const float *const sum = problem.isNormalised ? sums.read(row) : nullptr;
        for (int64_t window = 0; window < windows; window++) {
            for (int64_t v = 0; v < vectors; v++) {
                const int64_t i = slot + window * vectors + v;
                const Lanes g = loadLanes(incoming + window * outputGradient.stride() + v * lanes);
                if (mean) {
                    const Lanes s = loadLanes(sum + window * sums.stride() + v * lanes);
                    // Channels past the last have no weights that add up to anything.
                    quotients[i] = s > 0 ? g / s : g;
                    means[i] = loadLanes(mean + window * output.stride() + v * lanes);
                } else {
                    quotients[i] = g * share;
                    means[i] = Lanes{};
                }
            }
        }
    }

    /// One line, seen by the rows of windows from `from` up to `to`.
    void differentiateLine(int64_t y, int64_t from, int64_t to) const {
        const Axis &rows = problem.rows, &columns = problem.columns;
        const float *const line = map.read(y);
        float *const target = mapGradient.lineToWrite(y);
        for (int64_t x = 0; x < columns.lines; x++) {
            const int64_t first = columns.firstWindow(x), end = columns.endWindow(x);
            const int64_t cell = columns.cell[x] * vectors;
            for (int64_t v = 0; v < vectors; v++) {
                const Lanes value = loadLanes(line + x * map.stride() + v * lanes);
                Lanes quotient{}, difference{};
                for (int64_t row = from; row < to; row++) {
                    const int64_t slot = row % rows.overlap() * columns.windows;
                    for (int64_t window = first; window < end; window++) {
                        const Lanes q = quotients[(slot + window) * vectors + v];
                        quotient += q;
                        difference += q * (value - means[(slot + window) * vectors + v]);
                    }
                }
                storeLanes(target + x * mapGradient.stride() + v * lanes, quotient * weights[cell + v]);
                gradients[cell + v] += difference;
            }
        }
        mapGradient.write(y);
    }

    /// The gradients of a row of cells, whose pixels have all been seen.
    void finishCells(int64_t row) const {
        float *const target = logitsGradient.lineToWrite(row);
        for (int64_t x = 0; x < problem.columns.cells; x++) {
            for (int64_t v = 0; v < vectors; v++) {
                const int64_t i = x * vectors + v;
                storeLanes(target + x * logitsGradient.stride() + v * lanes, gradients[i] * slopes[i]);
            }
        }
        logitsGradient.write(row);
    }

    static void run(const Problem &problem, const BackwardTensors &tensors, const Weights &weighting) {
        const std::vector<int64_t> bounds = bandsOf(problem);
        const int64_t bands = static_cast<int64_t>(bounds.size()) - 1, size = workingSize(problem);
        const Scratch<Lanes> working(maximumWorkers() * size);
        parallel(problem.batch * Block::countOf(problem) * bands, [&](int64_t task, int worker) {
            const int64_t band = task % bands;
            Backward(problem, tensors, weighting, task / bands, Pieces(working.data() + worker * size))
                .differentiate(bounds[band], bounds[band + 1]);
        });
    }
};

void backward(const Problem &problem, const BackwardTensors &tensors) { withWeighting<Backward>(problem, tensors); }

}  // namespace
}  // namespace sapool::pooling
