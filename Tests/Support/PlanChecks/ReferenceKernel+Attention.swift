import Networks

extension ReferenceKernel {
    /// Keys and values of all tokens with the first pass; then, token by token, the query from the input, and the output over it.
    func attend(_ details: MultiHeadAttention, _ pass: Int, _ memory: Memory) {
        let (channels, width) = (details.channels, output.width)
        let tokens = output.size.area
        let keys = memory.scratch[0].assumingMemoryBound(to: Int8.self)
        if pass == 0 {
            for token in 0..<tokens {
                let source = memory.row(0, token / width) + token % width * channels
                project(1, source, to: keys + token * channels)
                project(2, source, to: keys + (tokens + token) * channels)
            }
        }
        let row = memory.scratch[2]
        let query = (row + 4 * (channels / details.heads)).assumingMemoryBound(to: Int8.self)
        let source = memory.row(0, pass)
        for x in 0..<width {
            project(0, source + x * channels, to: query)
            for head in 0..<details.heads { attend(head, details, query, keys, tokens, memory) }
            project(3, query, to: memory.output + x * channels)
        }
    }

    /// One of the four projections, of one token.
    private func project(_ index: Int, _ source: UnsafePointer<Int8>, to target: UnsafeMutablePointer<Int8>) {
        let channels = output.channels
        for channel in 0..<channels {
            let line = index * channels + channel
            var sum = weights.bias[line]
            for c in 0..<channels { sum &+= Int32(source[c]) &* Int32(weights.numbers[line * channels + c]) }
            target[channel] = weights.scales[line](sum)
        }
    }

    /// One head of one token: what was its query becomes its part of the attended token.
    private func attend(
        _ head: Int, _ details: MultiHeadAttention, _ query: UnsafeMutablePointer<Int8>, _ keys: UnsafePointer<Int8>,
        _ tokens: Int, _ memory: Memory
    ) {
        let channels = details.channels
        let size = channels / details.heads
        let first = head * size
        let scores = Accumulators(memory: memory.scratch[1])
        let sums = Accumulators(memory: memory.scratch[2])
        var largest = Int32.min
        for token in 0..<tokens {
            var score: Int32 = 0
            for c in first..<first + size { score &+= Int32(query[c]) &* Int32(keys[token * channels + c]) }
            scores[token] = score
            largest = max(largest, score)
        }
        for c in 0..<size { sums[c] = 0 }
        var total: Int64 = 0
        for token in 0..<tokens {
            let weight = weights.exponentials[Int(min(255, (Int64(largest) - Int64(scores[token])) >> 6))]
            guard weight > 0 else { continue }
            total += Int64(weight)
            let values = keys + (tokens + token) * channels + first
            for c in 0..<size { sums[c] &+= weight &* Int32(values[c]) }
        }
        for c in 0..<size { query[first + c] = roundedQuotient(Int64(sums[c]), max(1, total)) }
    }
}
