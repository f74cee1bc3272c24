import Foundation
import Networks

/// Made-up quantised parameters of one node: the same for the same seed.
struct ReferenceWeights {
    /// int8 numbers: a convolution's `[O][kh][kw][C / groups]`, a linear layer's `[O][I]`, attention's query, key, value and output
    /// `[4][d][d]`, positions' rows `[H][d/2]` and then columns `[W][d/2]`.
    private(set) var numbers: [Int8] = []
    /// One for each output channel.
    private(set) var bias: [Int32] = []
    private(set) var scales: [Requantisation] = []
    /// An activation's or a scale's value for each int8, from −128 on.
    private(set) var table: [Int8] = []
    /// exp(−i / 16) · 255.
    private(set) var exponentials: [Int32] = []

    private static let exponentials = (0..<256).map { Int32((255 * exp(-Double($0) / 16)).rounded()) }

    init(_ node: Node, inputs: [Shape], seed: UInt64) {
        var random = ReferenceGenerator(state: seed &+ UInt64(node.id.index) &* 0x9E37_79B9_7F4A_7C15)
        switch node.operation {
        case .convolution(let details):
            fill(details.outputChannels, details.inputChannels / details.groups * details.window.kernel.area, &random)
        case .linear(let details): fill(details.outputFeatures, details.inputFeatures, &random)
        case .multiHeadAttention(let details):
            fill(4 * details.channels, details.channels, &random)
            exponentials = Self.exponentials
        case .positionEmbedding(let details):
            let count = (inputs[0].height + inputs[0].width) * (details.channels / 2)
            numbers = (0..<count).map { _ in Int8(random.next(in: -20...20)) }
        case .batchNorm(let details):
            bias = (0..<details.channels).map { _ in Int32(random.next(in: -10...10)) }
            scales = (0..<details.channels).map { _ in Requantisation(scale: Double(random.next(in: 600...990)) / 1000)
            }
        case .activation(let details): table = Self.table { Self.value(details.function, $0) }
        case .scale(let details) where details.shape != nil:
            scales = (0..<(details.shape?.count ?? 0)).map { _ in
                Requantisation(scale: Double(random.next(in: 100...990)) / 1000)
            }
        case .instanceNorm(let details):
            bias = (0..<details.channels).map { _ in Int32(random.next(in: -10...10)) }
            numbers = (0..<details.channels).map { _ in Int8(random.next(in: 20...60)) }
        case .fixedFilter(let details):
            numbers = details.filters.flatMap { $0.map { Int8(max(-127, min(127, (127 * $0).rounded()))) } }
        case .rnnPool(let details):
            let (lines, windows) = (details.lineStates, details.windowStates)
            fill(lines, details.channels + lines, &random)
            fill(windows, lines + windows, &random)
            table = Self.table { 2 * tanh($0) } + Self.table { 2 / (1 + exp(-$0)) }
        case .attentionHead(let details):
            fill(3 * details.channels + details.outputs, details.channels, &random)
            numbers += (0..<(details.size.area + 1) * details.channels).map { _ in Int8(random.next(in: -20...20)) }
            exponentials = Self.exponentials
        case .parametricReLU(let details):
            guard let channels = details.channels else {
                table = Self.table { $0 >= 0 ? $0 : details.slope * $0 }
                break
            }
            scales = (0..<channels).map { _ in Requantisation(scale: Double(random.next(in: 100...990)) / 1000) }
        case .softmax: exponentials = Self.exponentials
        case .scale(let details): table = Self.table { $0 * details.factor + (details.offset ?? 0) }
        default: break
        }
    }

    private mutating func fill(_ outputs: Int, _ inputs: Int, _ random: inout ReferenceGenerator) {
        numbers += (0..<outputs * inputs).map { _ in Int8(random.next(in: -127...127)) }
        bias += (0..<outputs).map { _ in Int32(random.next(in: -2000...2000)) }
        // Outputs then spread over about a third of int8's range.
        let scale = 40 / (73 * 40 * Double(inputs).squareRoot())
        scales += (0..<outputs).map { _ in Requantisation(scale: scale * Double(random.next(in: 750...1250)) / 1000) }
    }

    /// A function of real numbers at a step of 1/32, as int8 → int8.
    private static func table(_ function: (Double) -> Double) -> [Int8] {
        (-128...127).map { Int8(max(-128, min(127, (32 * function(Double($0) / 32)).rounded()))) }
    }

    private static func value(_ function: Activation.Function, _ x: Double) -> Double {
        switch function {
        case .relu: max(x, 0)
        case .relu6: min(max(x, 0), 3)
        case .sigmoid: 3 / (1 + exp(-x))
        case .hardSwish: x * min(max(x + 3, 0), 6) / 6
        case .hardSigmoid: min(max(x + 3, 0), 6) / 2
        case .exponential: exp(x / 3)
        case .softplus: log(1 + exp(x))
        case .tanh: 3 * tanh(x)
        case .hardTanh: min(max(x, -1), 1)
        case .identity: x
        }
    }
}

/// Steele, Lea and Flood's SplitMix64 (2014).
package struct ReferenceGenerator: Sendable {
    private var state: UInt64

    package init(state: UInt64) { self.state = state }

    /// A whole number in a range, all (almost) equally likely.
    package mutating func next(in range: ClosedRange<Int>) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return range.lowerBound + Int((mixed ^ (mixed >> 31)) % UInt64(range.count))
    }
}
