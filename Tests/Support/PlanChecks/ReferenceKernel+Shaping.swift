import Networks

// Kernels that move channels and lines, and rectifiers.

extension ReferenceKernel {
    /// Operand after operand, in each pixel.
    func join(_ pass: Int, _ memory: Memory) {
        var start = 0
        for (operand, input) in inputs.enumerated() {
            let source = memory.row(operand, pass)
            for x in 0..<output.width {
                for channel in 0..<input.channels {
                    memory.output[x * output.channels + start + channel] = source[x * input.channels + channel]
                }
            }
            start += input.channels
        }
    }

    func cut(_ details: Slice, _ pass: Int, _ memory: Memory) {
        let (source, channels) = (memory.row(0, pass), inputs[0].channels)
        for x in 0..<output.width {
            for channel in 0..<details.count {
                memory.output[x * details.count + channel] = source[x * channels + details.start + channel]
            }
        }
    }

    /// Pixels around the map hold its value at a step of 1/32.
    func surround(_ details: Pad, _ pass: Int, _ memory: Memory) {
        let (input, channels) = (inputs[0], output.channels)
        let filling = Int8(max(-128, min(127, (32 * details.value).rounded())))
        let y = pass - details.before.height
        let source = y >= 0 && y < input.height ? memory.row(0, y) : nil
        for x in 0..<output.width {
            let column = x - details.before.width
            for channel in 0..<channels {
                let isInside = column >= 0 && column < input.width
                memory.output[x * channels + channel] =
                    isInside ? source?[column * channels + channel] ?? filling : filling
            }
        }
    }

    func copyNearest(_ details: UpsampleNearest, _ pass: Int, _ memory: Memory) {
        let (input, channels) = (inputs[0], output.channels)
        let source = memory.row(0, details.lines(from: input.height, to: output.height)(pass))
        let columns = details.lines(from: input.width, to: output.width)
        for x in 0..<output.width {
            let pixel = source + columns(x) * channels
            for channel in 0..<channels { memory.output[x * channels + channel] = pixel[channel] }
        }
    }

    /// Shares of 255, 128 less. It may run in place: a pixel's numbers are all read before the first is written, and then each once more
    /// before it is written over; rows in front of the one that is written may lie lower.
    func share(_ pass: Int, _ memory: Memory) {
        let channels = output.channels
        for x in 0..<output.width {
            let source = memory.row(0, pass) + x * channels
            var largest = Int8.min
            for channel in 0..<channels { largest = max(largest, source[channel]) }
            func weight(_ channel: Int) -> Int64 {
                Int64(weights.exponentials[Int(largest) - Int(source[channel])])
            }
            var total: Int64 = 0
            for channel in 0..<channels { total += weight(channel) }
            for channel in 0..<channels {
                memory.output[x * channels + channel] = Int8(
                    clamping: (255 * weight(channel) + total / 2) / max(1, total) - 128)
            }
        }
    }

    /// A slope for each channel, below zero.
    func rectify(_ pass: Int, _ memory: Memory) {
        let (source, channels) = (memory.row(0, pass), output.channels)
        for index in 0..<output.width * channels {
            let value = source[index]
            memory.output[index] = value >= 0 ? value : weights.scales[index % channels](Int32(value))
        }
    }
}
