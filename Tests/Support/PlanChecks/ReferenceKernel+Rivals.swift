import Networks

extension ReferenceKernel {
    /// Mean and deviation of each channel with the first pass, kept as its shift and 1024 over its deviation; then element by element.
    func normaliseInstance(_ pass: Int, _ memory: Memory) {
        let (statistics, channels) = (Accumulators(memory: memory.scratch[0]), output.channels)
        if pass == 0 {
            for index in 0..<2 * channels { statistics[index] = 0 }
            for y in 0..<output.height {
                let row = memory.row(0, y)
                for index in 0..<output.width * channels {
                    let (channel, value) = (index % channels, Int32(row[index]))
                    statistics[channel] &+= value
                    // Scaled down, so that maps of up to 2²³ pixels fit.
                    statistics[channels + channel] &+= (value * value) >> 6
                }
            }
            let count = Int64(output.size.area)
            for channel in 0..<channels {
                let mean = Int64(statistics[channel]) / count
                let squares = 64 * Int64(statistics[channels + channel]) / count
                let deviation = max(1, integerSquareRoot(max(0, squares - mean * mean)))
                statistics[channel] = Int32(mean)
                statistics[channels + channel] = Int32(1024 / deviation)
            }
        }
        let source = memory.row(0, pass)
        for index in 0..<output.width * channels {
            let channel = index % channels
            let centred = (Int32(source[index]) - statistics[channel]) * statistics[channels + channel]
            memory.output[index] = Int8(
                clamping: (centred * Int32(weights.numbers[channel])) >> 10 + weights.bias[channel])
        }
    }

    func filter(_ details: FixedFilter, _ pass: Int, _ memory: Memory) {
        let (input, kernel, filters) = (inputs[0], details.kernel, details.rows.count)
        for x in 0..<output.width {
            for channel in 0..<output.channels {
                var sum: Int32 = 0
                let first = channel % filters * kernel.area
                for ky in 0..<kernel.height {
                    let line = pass * details.stride.height + ky
                    guard let y = details.source(line, before: details.before.height, count: input.height) else {
                        continue
                    }
                    let row = memory.row(0, y)
                    for kx in 0..<kernel.width {
                        let place = x * details.stride.width + kx
                        guard let column = details.source(place, before: details.before.width, count: input.width)
                        else {
                            continue
                        }
                        let pixel = row[column * input.channels + channel / filters]
                        sum += Int32(pixel) * Int32(weights.numbers[first + ky * kernel.width + kx])
                    }
                }
                memory.output[x * output.channels + channel] = Int8(clamping: (sum + 64) >> 7)
            }
        }
    }

    /// The windows of one row; each line's state and then the window's own, as int8.
    func readWindows(_ details: RNNPool, _ pass: Int, _ memory: Memory) {
        let (lines, windows, input) = (details.lineStates, details.windowStates, inputs[0])
        let (window, kernel) = (details.window, details.window.kernel)
        let summaries = memory.scratch[0].assumingMemoryBound(to: Int8.self)
        let work = summaries + max(details.window.kernel.height, details.window.kernel.width) * lines
        let spare = work + max(lines, windows)
        for x in 0..<output.width {
            for isRow in [true, false] {
                let (count, length) =
                    isRow
                    ? (kernel.height, kernel.width) : (kernel.width, kernel.height)
                for line in 0..<count {
                    for index in 0..<lines { work[index] = 0 }
                    for place in 0..<length {
                        let y = window.line(isRow ? line : place, of: pass)
                        let column = window.column(isRow ? place : line, of: x)
                        let isInside = y >= 0 && y < input.height && column >= 0 && column < input.width
                        let pixel = isInside ? memory.row(0, y) + column * input.channels : nil
                        step(pixel, details.channels, work, spare, lines, row: 0, offset: 0)
                    }
                    for index in 0..<lines { summaries[line * lines + index] = work[index] }
                }
                for isForward in [true, false] {
                    for index in 0..<windows { work[index] = 0 }
                    for place in 0..<count {
                        let line = isForward ? place : count - 1 - place
                        step(
                            summaries + line * lines, lines, work, spare, windows, row: lines,
                            offset: lines * (details.channels + lines))
                    }
                    let first = x * output.channels + ((isRow ? 0 : 2) + (isForward ? 0 : 1)) * windows
                    for index in 0..<windows { memory.output[first + index] = work[index] }
                }
            }
        }
    }

    /// One step of a gated cell: its state moves by a share of (candidate − state).
    private func step(
        _ input: UnsafePointer<Int8>?, _ inputs: Int, _ state: UnsafeMutablePointer<Int8>,
        _ next: UnsafeMutablePointer<Int8>, _ states: Int, row: Int, offset: Int
    ) {
        for index in 0..<states {
            var sum = weights.bias[row + index]
            let line = offset + index * (inputs + states)
            if let input { for c in 0..<inputs { sum &+= Int32(input[c]) &* Int32(weights.numbers[line + c]) } }
            for c in 0..<states { sum &+= Int32(state[c]) &* Int32(weights.numbers[line + inputs + c]) }
            let before = Int(weights.scales[row + index](sum)) + 128
            let (candidate, gate) = (Int32(weights.table[before]), Int32(weights.table[256 + before]))
            next[index] = Int8(clamping: candidate + ((Int32(state[index]) - candidate) * gate) >> 6)
        }
        for index in 0..<states { state[index] = next[index] }
    }

    /// The mean token's attention over all tokens, keys and values made one at a time.
    func attendOnce(_ details: AttentionHead, _ memory: Memory) {
        let (channels, tokens, input) = (details.channels, details.size.area + 1, inputs[0])
        let mean = memory.scratch[0].assumingMemoryBound(to: Int8.self)
        let (query, made, token) = (mean + channels, mean + 2 * channels, mean + 3 * channels)
        let (scores, sums) = (Accumulators(memory: memory.scratch[1]), Accumulators(memory: memory.scratch[2]))
        let places = (3 * channels + details.outputs) * channels

        for channel in 0..<channels { sums[channel] = 0 }
        for position in 0..<tokens - 1 {
            let pixel = memory.row(0, position / input.width) + position % input.width * channels
            for channel in 0..<channels { sums[channel] += Int32(pixel[channel]) }
        }
        for channel in 0..<channels {
            let value =
                Int(roundedQuotient(Int64(sums[channel]), Int64(tokens - 1))) + Int(weights.numbers[places + channel])
            mean[channel] = Int8(clamping: value)
        }
        func project(_ index: Int, _ source: UnsafePointer<Int8>, _ count: Int, to target: UnsafeMutablePointer<Int8>) {
            for channel in 0..<count {
                let line = index * channels + channel
                var sum = weights.bias[line]
                for c in 0..<channels { sum &+= Int32(source[c]) &* Int32(weights.numbers[line * channels + c]) }
                target[channel] = weights.scales[line](sum)
            }
        }
        /// Writes the projection of one token.
        func make(_ index: Int, _ position: Int) {
            guard position > 0 else { return project(index, mean, channels, to: made) }
            let pixel = memory.row(0, (position - 1) / input.width) + (position - 1) % input.width * channels
            for c in 0..<channels {
                token[c] = Int8(clamping: Int(pixel[c]) + Int(weights.numbers[places + position * channels + c]))
            }
            project(index, token, channels, to: made)
        }
        project(0, mean, channels, to: query)
        let size = channels / details.heads
        for position in 0..<tokens {
            make(1, position)
            for head in 0..<details.heads {
                var score: Int32 = 0
                for c in head * size..<(head + 1) * size { score &+= Int32(query[c]) &* Int32(made[c]) }
                scores[head * tokens + position] = score
            }
        }
        for head in 0..<details.heads {
            var largest = Int32.min
            for position in 0..<tokens { largest = max(largest, scores[head * tokens + position]) }
            for position in 0..<tokens {
                let distance = (Int64(largest) - Int64(scores[head * tokens + position])) >> 6
                scores[head * tokens + position] = weights.exponentials[Int(min(255, distance))]
            }
        }
        for channel in 0..<channels { sums[channel] = 0 }
        for position in 0..<tokens {
            make(2, position)
            for c in 0..<channels { sums[c] &+= scores[c / size * tokens + position] &* Int32(made[c]) }
        }
        for c in 0..<channels {
            var total: Int64 = 0
            for position in 0..<tokens { total += Int64(scores[c / size * tokens + position]) }
            query[c] = roundedQuotient(Int64(sums[c]), max(1, total))
        }
        project(3, query, details.outputs, to: memory.output)
    }
}
