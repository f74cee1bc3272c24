import Networks

extension ReferenceKernel {
    /// One pass of any pooling; sums lie in its scratch.
    func pool(_ pass: Int, _ memory: Memory) {
        switch node.operation {
        case .maxPool(let details):
            let window = details.window
            for x in 0..<output.width {
                let pixel = memory.output + x * output.channels
                for channel in 0..<output.channels { pixel[channel] = .min }
                visit(window, pass, x) { y, column in
                    let source = memory.row(0, y) + column * output.channels
                    for channel in 0..<output.channels { pixel[channel] = max(pixel[channel], source[channel]) }
                }
            }
        case .averagePool(let details):
            let window = details.window
            sum(window, pass, memory) { sums, count, channel in
                roundedQuotient(
                    Int64(sums[channel]), Int64(details.countsPadding ? window.kernel.area : max(1, count)))
            }
        case .localDeviation(let details):
            let window = details.window
            sum(window, pass, memory) { sums, _, channel in
                let (area, total) = (Int64(window.kernel.area), Int64(sums[channel]))
                let squares = Int64(sums[output.channels + channel])
                return Int8(clamping: integerSquareRoot(max(0, squares * area - total * total)) / area)
            }
        case .windowPool(let details): weigh(details, pass, memory)
        case .powerPool(let details):
            // Any exponent would do; 2 needs no tables.
            let window = details.window
            let (sums, channels) = (Accumulators(memory: memory.scratch[0]), output.channels)
            for x in 0..<output.width {
                for channel in 0..<channels { sums[channel] = 0 }
                var count = 0
                visit(window, pass, x) { y, column in
                    count += 1
                    let source = memory.row(0, y) + column * channels
                    for channel in 0..<channels { sums[channel] += Int32(source[channel]) * Int32(source[channel]) }
                }
                for channel in 0..<channels {
                    let mean = Int64(sums[channel]) / Int64(max(1, count))
                    memory.output[x * channels + channel] = Int8(clamping: integerSquareRoot(mean))
                }
            }
        case .comparisonPool(let details): compare(details, pass, memory)
        case .globalAveragePool(let details): average(details, pass, memory)
        case .globalMaxPool:
            let (maxima, input) = (memory.scratch[0].assumingMemoryBound(to: Int8.self), inputs[0])
            let row = memory.row(0, pass)
            for channel in 0..<input.channels {
                var largest = pass == 0 ? Int8.min : maxima[channel]
                for x in 0..<input.width { largest = max(largest, row[x * input.channels + channel]) }
                maxima[channel] = largest
            }
            guard pass + 1 == input.height else { return }
            for channel in 0..<input.channels { memory.output[channel] = maxima[channel] }
        default: return
        }
    }

    /// Over the whole map, or over one side of it: a mean over rows' widths is there with each row.
    private func average(_ details: GlobalAveragePool, _ pass: Int, _ memory: Memory) {
        let (sums, input) = (Accumulators(memory: memory.scratch[0]), inputs[0])
        let row = memory.row(0, pass)
        let (numbers, endsRows) = (output.width * input.channels, details.side == .width)
        if pass == 0 || endsRows { for index in 0..<numbers { sums[index] = 0 } }
        for index in 0..<input.width * input.channels { sums[index % numbers] += Int32(row[index]) }
        guard endsRows || pass + 1 == input.height else { return }
        let count = input.size.area / output.size.area
        for index in 0..<numbers { memory.output[index] = roundedQuotient(Int64(sums[index]), Int64(count)) }
    }

    /// The pixels of a window that lie on the map.
    private func visit(_ window: Window, _ pass: Int, _ x: Int, _ body: (_ y: Int, _ x: Int) -> Void) {
        for ky in 0..<window.kernel.height {
            let y = window.line(ky, of: pass)
            guard y >= 0, y < inputs[0].height else { continue }
            for kx in 0..<window.kernel.width {
                let column = window.column(kx, of: x)
                if column >= 0, column < inputs[0].width { body(y, column) }
            }
        }
    }

    /// Sums, and behind them sums of squares where the scratch has room for them.
    private func sum(
        _ window: Window, _ pass: Int, _ memory: Memory, _ finish: (Accumulators, _ count: Int, _ channel: Int) -> Int8
    ) {
        let (sums, channels) = (Accumulators(memory: memory.scratch[0]), output.channels)
        let isSquared = if case .localDeviation = node.operation { true } else { false }
        for x in 0..<output.width {
            for index in 0..<(isSquared ? 2 : 1) * channels { sums[index] = 0 }
            var count = 0
            visit(window, pass, x) { y, column in
                count += 1
                let source = memory.row(0, y) + column * channels
                for channel in 0..<channels {
                    let value = Int32(source[channel])
                    sums[channel] += value
                    if isSquared { sums[channels + channel] += value * value }
                }
            }
            for channel in 0..<channels { memory.output[x * channels + channel] = finish(sums, count, channel) }
        }
    }

    /// Weights are 1 + |x − m|, over their window's mean where the weighting is relative.
    private func compare(_ details: ComparisonPool, _ pass: Int, _ memory: Memory) {
        let (sums, channels) = (Accumulators(memory: memory.scratch[0]), output.channels)
        let window = details.window
        let isRelative = details.weighting != .dice
        for x in 0..<output.width {
            for index in 0..<(isRelative ? 3 : 2) * channels { sums[index] = 0 }
            let reference = memory.row(1, pass) + x * channels
            func difference(_ value: Int8, _ channel: Int) -> Int32 {
                let signed = Int32(value) - Int32(reference[channel])
                return details.weighting == .detailAbove ? max(0, signed) : abs(signed)
            }
            if isRelative {
                visit(window, pass, x) { y, column in
                    let source = memory.row(0, y) + column * channels
                    for channel in 0..<channels {
                        sums[2 * channels + channel] += 1 + difference(source[channel], channel)
                    }
                }
            }
            visit(window, pass, x) { y, column in
                let source = memory.row(0, y) + column * channels
                for channel in 0..<channels {
                    var weight = 1 + difference(source[channel], channel)
                    if isRelative { weight = 1 + 256 * weight / max(1, sums[2 * channels + channel]) }
                    sums[channel] += Int32(source[channel]) * weight
                    sums[channels + channel] += weight
                }
            }
            for channel in 0..<channels {
                let divisor = max(1, Int64(sums[channels + channel]))
                memory.output[x * channels + channel] = roundedQuotient(Int64(sums[channel]), divisor)
            }
        }
    }

    /// Weights are int8 over −129, so that all are positive: 1 to 256.
    private func weigh(_ details: WindowPool, _ pass: Int, _ memory: Memory) {
        let (sums, channels) = (Accumulators(memory: memory.scratch[0]), output.channels)
        let window = details.window
        let down = NearestUpsampling(from: inputs[1].height, to: inputs[0].height)
        let across = NearestUpsampling(from: inputs[1].width, to: inputs[0].width)
        for x in 0..<output.width {
            for index in 0..<(details.isNormalised ? 2 : 1) * channels { sums[index] = 0 }
            visit(window, pass, x) { y, column in
                let source = memory.row(0, y) + column * channels
                let weights = memory.row(1, down.sourceLine(y)) + across.sourceLine(column) * channels
                for channel in 0..<channels {
                    let weight = Int32(weights[channel]) + 129
                    sums[channel] += Int32(source[channel]) * weight
                    if details.isNormalised { sums[channels + channel] += weight }
                }
            }
            for channel in 0..<channels {
                let divisor = details.isNormalised ? sums[channels + channel] : Int32(128 * window.kernel.area)
                memory.output[x * channels + channel] = roundedQuotient(Int64(sums[channel]), Int64(max(1, divisor)))
            }
        }
    }
}
