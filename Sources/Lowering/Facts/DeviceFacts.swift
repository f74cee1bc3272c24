import Networks

/// All that a device's planner, report, quantiser and firmware have to know of an operation.
///
/// Each operation tells its own facts in a file of `Operations`, and no requirement has a default: whoever adds one hears from the compiler
/// what is missing.
package protocol DeviceFacts {
    /// What becomes of it when a network is lowered.
    var rewriting: RewritingRule { get }

    /// What it does with an operand of one pixel that would be spread over a map.
    var spreading: Spreading { get }

    /// How it joins the steps of a device.
    var placement: StepPlacement { get }

    /// Which rows of each operand its kernel reads, from the shapes that operands and output have in memory.
    func rowsRead(_ inputs: [Shape], _ output: Shape) -> [RowRule]

    /// What it needs beside its inputs and its output, for int8 NHWC kernels without im2col.
    func scratch(_ inputs: [Shape], _ output: Shape) -> [Scratch]

    /// The int8 kernel that computes it, and what a call takes of flash and time.
    func kernelUse(_ inputs: [Shape], _ output: Shape) -> KernelUse

    /// Its name in tables and labels.
    var label: String { get }

    /// What it counts as in pictures.
    var family: OperationFamily { get }
}

/// What an operation counts as in pictures.
public enum OperationFamily: String, Sendable, Hashable, Codable, CaseIterable {
    case image, convolution, depthwise, pooling, attention, other
}

/// What becomes of an operation when a network is lowered.
package enum RewritingRule {
    /// It stays.
    case kept
    /// It stays, and takes up the batch normalisation behind it: then it is `withBias`. `hasBias` says whether it had one.
    case layer(withBias: Operation, hasBias: Bool)
    /// It goes into the layer in front of it, where there is one.
    case normalisation(epsilon: Double)
    /// It only moves channels: what normalises r² of them behind it normalises r² in front of it each.
    case shuffle(factor: Int)
    /// It shows its operand's value. It stays, as what reads it takes a vector; it costs nothing.
    case flattening
    /// It does nothing in evaluation, and goes.
    case identity
    /// It is 0 in evaluation, and goes where only sums read it.
    case noise
    /// It adds its operands: without noise, and with a batch normalisation in each of its terms.
    case sum

    /// Whether evaluation makes it 0.
    package var isNoise: Bool {
        switch self {
        case .noise: true
        case .kept, .layer, .normalisation, .shuffle, .flattening, .identity, .sum: false
        }
    }

    /// Whether it adds its operands.
    var isSum: Bool {
        switch self {
        case .sum: true
        case .kept, .layer, .normalisation, .shuffle, .flattening, .identity, .noise: false
        }
    }
}

/// What an operation does with a `[C, 1, 1]` operand that a whole map was made of, before the noise that spread it vanished.
package enum Spreading {
    /// It takes the whole map.
    case never
    /// It computes the pixel as it would the map, and hands the question on to what reads it.
    case passed
    /// It spreads the pixel by itself.
    case byItself
}

/// How an operation joins the steps of a device.
package enum StepPlacement {
    /// It has a step of its own. `takesLimits`: its kernel applies a ReLU or ReLU6 behind it as limits of its output.
    case own(takesLimits: Bool)
    /// It works in place on the row that was just written, where nobody else reads that.
    case follows(Follower)

    /// What works in place.
    package enum Follower: Sendable {
        /// A function of one number, that is also a limit of what is in front of it.
        case limit
        /// A function of one number.
        case table
        /// A factor a channel.
        case channelScale
        /// A sum with a table of positions.
        case position
        /// A normalisation that folds into no layer.
        case normalisation
    }

    /// What works in place; nil for an operation with a step of its own.
    package var follower: Follower? {
        switch self {
        case .own: nil
        case .follows(let follower): follower
        }
    }

    /// Whether limits of the output are part of its kernel.
    package var takesLimits: Bool {
        switch self {
        case .own(let takesLimits): takesLimits
        case .follows: false
        }
    }
}

/// What computing an operation takes of a device's kernels.
package enum KernelUse {
    /// One call: bytes of each of its tables in flash, bytes of two windows of a convolution outside of the arena, and amounts of
    /// `DeviceKernel.work`.
    case call(DeviceKernel, tables: [Int], windowBytes: Int, work: [Double])
    /// There is none in int8, said in words, with a guess at what it would take by plain loops: nobody has counted it.
    case missing(String, flashBytes: Int, instructions: Double)
    /// Nothing is computed.
    case nothing

    /// A call without windows of its own.
    static func call(_ kernel: DeviceKernel, _ tables: [Int], _ work: [Double]) -> KernelUse {
        .call(kernel, tables: tables, windowBytes: 0, work: work)
    }
}

private struct FactsReader: OperationReader {
    typealias Answer = any DeviceFacts

    func read<Details: DeviceFacts>(_ details: Details) -> any DeviceFacts { details }
}

extension Operation {
    /// What a device has to know of it.
    package var facts: any DeviceFacts { read(by: FactsReader()) }
}
