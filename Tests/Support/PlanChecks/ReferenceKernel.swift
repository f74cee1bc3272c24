import Lowering
import Networks

/// One node's int8 kernel, a pass at a time: exact integer arithmetic, as plain as can be, all zero points 0.
///
/// It keeps the contract of `RowAccess`: it reads nothing but the rows that it declares, and element-wise kernels ascend.
struct ReferenceKernel {
    /// Where a pass finds its rows and leaves its output.
    struct Memory {
        /// The start of one row of one operand.
        let row: (_ operand: Int, _ row: Int) -> UnsafePointer<Int8>
        /// The row to write; what a global mean gets before its last pass is not written to.
        let output: UnsafeMutablePointer<Int8>
        /// In the order of `Operation.scratch`.
        let scratch: [UnsafeMutableRawPointer]
    }

    let node: Node
    let inputs: [Shape]
    let output: Shape
    let weights: ReferenceWeights

    init(_ node: Node, inputs: [Shape], output: Shape, seed: UInt64) {
        self.node = node
        self.inputs = inputs
        self.output = output
        weights = ReferenceWeights(node, inputs: inputs, seed: seed)
    }

    /// Runs one pass; the image's arrival has none.
    func run(pass: Int, _ memory: Memory) {
        switch node.operation {
        case .convolution(let details): convolve(details, pass, memory)
        case .linear: multiplyVector(memory)
        case .scale(let details) where details.shape != nil: scale(details, pass, memory)
        case .parametricReLU(let details) where details.channels != nil: rectify(pass, memory)
        case .activation, .scale, .parametricReLU: map(pass, memory) { weights.table[Int($0) + 128] }
        case .batchNorm:
            let channels = output.channels
            let source = memory.row(0, pass)
            for index in 0..<output.width * channels {
                let channel = index % channels
                memory.output[index] = weights.scales[channel](Int32(source[index]) + weights.bias[channel])
            }
        case .positionEmbedding: addPosition(pass, memory)
        case .add: combine(pass, memory) { Int8(clamping: (3 * Int($0) + 2 * Int($1) + 2) >> 2) }
        case .subtract: combine(pass, memory) { Int8(clamping: (3 * Int($0) - 2 * Int($1) + 2) >> 2) }
        case .multiply: combine(pass, memory) { Int8(clamping: (Int($0) * Int($1) + 32) >> 6) }
        case .gaussianNoise: for index in 0..<output.width * output.channels { memory.output[index] = 0 }
        case .maxPool, .averagePool, .localDeviation, .windowPool, .globalAveragePool, .globalMaxPool, .powerPool,
            .comparisonPool:
            pool(pass, memory)
        case .instanceNorm: normaliseInstance(pass, memory)
        case .fixedFilter(let details): filter(details, pass, memory)
        case .rnnPool(let details): readWindows(details, pass, memory)
        case .attentionHead(let details): attendOnce(details, memory)
        case .upsampleBilinear: upsample(pass, memory)
        case .upsampleNearest(let details): copyNearest(details, pass, memory)
        case .concatenation: join(pass, memory)
        case .slice(let details): cut(details, pass, memory)
        case .pad(let details): surround(details, pass, memory)
        case .softmax: share(pass, memory)
        case .depthToSpace(let details): shuffle(details, pass, memory)
        case .spaceToDepth(let details): gather(details, pass, memory)
        case .multiHeadAttention(let details): attend(details, pass, memory)
        case .input, .dropout, .flatten: return
        }
    }

    private func convolve(_ details: Convolution, _ pass: Int, _ memory: Memory) {
        let depth = details.inputChannels / details.groups
        let (input, kernel) = (inputs[0], details.window.kernel)
        let groupOutputs = details.outputChannels / details.groups
        for x in 0..<output.width {
            for channel in 0..<details.outputChannels {
                var sum = weights.bias[channel]
                let first = channel / groupOutputs * depth
                for ky in 0..<kernel.height {
                    let y = details.window.line(ky, of: pass)
                    guard y >= 0, y < input.height else { continue }
                    let row = memory.row(0, y)
                    for kx in 0..<kernel.width {
                        let column = details.window.column(kx, of: x)
                        guard column >= 0, column < input.width else { continue }
                        let pixel = row + (column * input.channels + first)
                        let base = ((channel * kernel.height + ky) * kernel.width + kx) * depth
                        for c in 0..<depth { sum &+= Int32(pixel[c]) &* Int32(weights.numbers[base + c]) }
                    }
                }
                memory.output[x * details.outputChannels + channel] = weights.scales[channel](sum)
            }
        }
    }

    private func multiplyVector(_ memory: Memory) {
        let width = inputs[0].width * inputs[0].channels
        for channel in 0..<output.channels {
            var sum = weights.bias[channel]
            for y in 0..<inputs[0].height {
                let row = memory.row(0, y)
                for index in 0..<width {
                    sum &+=
                        Int32(row[index]) &* Int32(weights.numbers[(channel * inputs[0].height + y) * width + index])
                }
            }
            memory.output[channel] = weights.scales[channel](sum)
        }
    }

    private func map(_ pass: Int, _ memory: Memory, _ function: (Int8) -> Int8) {
        let source = memory.row(0, pass)
        for index in 0..<output.width * output.channels { memory.output[index] = function(source[index]) }
    }

    /// A factor for each channel or position, all below one.
    private func scale(_ details: Scale, _ pass: Int, _ memory: Memory) {
        let (source, channels) = (memory.row(0, pass), output.channels)
        let isChannel = details.shape?.size == 1
        for index in 0..<output.width * channels {
            let factor = isChannel ? index % channels : pass * output.width + index / channels
            memory.output[index] = weights.scales[factor](Int32(source[index]))
        }
    }

    private func addPosition(_ pass: Int, _ memory: Memory) {
        let (source, channels) = (memory.row(0, pass), output.channels)
        let half = channels / 2
        for x in 0..<output.width {
            for channel in 0..<channels {
                let place = channel < half ? (output.height + x) * half + channel : pass * half + channel - half
                let sum = Int(source[x * channels + channel]) + Int(weights.numbers[place])
                memory.output[x * channels + channel] = Int8(clamping: sum)
            }
        }
    }

    /// A `[C, 1, 1]` operand spreads over the map.
    private func combine(_ pass: Int, _ memory: Memory, _ function: (Int8, Int8) -> Int8) {
        let isMap = inputs.map { $0 == output }
        let a = memory.row(0, isMap[0] ? pass : 0)
        let b = memory.row(1, isMap[1] ? pass : 0)
        for index in 0..<output.width * output.channels {
            let channel = index % output.channels
            memory.output[index] = function(a[isMap[0] ? index : channel], b[isMap[1] ? index : channel])
        }
    }

    private func upsample(_ pass: Int, _ memory: Memory) {
        let input = inputs[0]
        func line(_ index: Int, _ from: Int, _ to: Int) -> (Int, Int, Int32) {
            let position = max(0, (2 * index + 1) * from - to)
            let low = position / (2 * to)
            return (low, min(low + 1, from - 1), Int32(256 * (position % (2 * to)) / (2 * to)))
        }
        let (top, bottom, down) = line(pass, input.height, output.height)
        let rows = (memory.row(0, top), memory.row(0, bottom))
        for x in 0..<output.width {
            let (left, right, across) = line(x, input.width, output.width)
            for channel in 0..<output.channels {
                func mix(_ row: UnsafePointer<Int8>) -> Int32 {
                    Int32(row[left * input.channels + channel]) * (256 - across)
                        + Int32(row[right * input.channels + channel]) * across
                }
                let sum = mix(rows.0) * (256 - down) + mix(rows.1) * down
                memory.output[x * output.channels + channel] = Int8(clamping: (sum + 32768) >> 16)
            }
        }
    }

    private func gather(_ details: SpaceToDepth, _ pass: Int, _ memory: Memory) {
        let (input, factor) = (inputs[0], details.factor)
        for x in 0..<output.width {
            for channel in 0..<output.channels {
                let (source, cell) = channel.quotientAndRemainder(dividingBy: factor * factor)
                let row = memory.row(0, pass * factor + cell / factor)
                memory.output[x * output.channels + channel] =
                    row[(x * factor + cell % factor) * input.channels + source]
            }
        }
    }

    private func shuffle(_ details: DepthToSpace, _ pass: Int, _ memory: Memory) {
        let (input, factor) = (inputs[0], details.factor)
        let y = min(pass, input.height * factor - 1)
        let row = memory.row(0, y / factor)
        for x in 0..<output.width {
            let column = min(x, input.width * factor - 1)
            let cell = y % factor * factor + column % factor
            for channel in 0..<output.channels {
                memory.output[x * output.channels + channel] =
                    row[column / factor * input.channels + channel * factor * factor + cell]
            }
        }
    }
}
