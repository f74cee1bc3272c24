import Lowering
import Networks

extension PlanReport {
    /// An image's sides: a whole number in JSON where they are equal, otherwise `"HxW"`.
    public struct Resolution: Sendable, Hashable {
        public let height: Int
        public let width: Int
    }

    /// One verdict for each memory that has a budget.
    public struct Verdicts: Sendable, Hashable, Codable {
        public let sram: Verdict?
        public let flash: Verdict?

        /// Whether every budget is kept to.
        public var all: Bool { sram?.fits != false && flash?.fits != false }
    }

    /// One node of the network.
    public struct Layer: Sendable, Hashable, Codable {
        public let name: String
        /// The operation's kind, as in the JSON form of networks.
        public let operation: String
        /// `[C, H, W]` or `[C]`.
        public let outputShape: [Int]
        public let macs: Int
        /// Trainable numbers.
        public let parameters: Int
        /// Of the output at int8, wherever it lies.
        public let outputBytes: Int
        /// Operands, output and parameters, each moved once.
        public let bytesMoved: Int
        /// Estimate of the instructions that the core executes (`CostModel`).
        public let instructions: Int
        /// Estimate of the cycles that they take by the core's table of timings: no measurement.
        public let estimatedCycles: Int

        private enum CodingKeys: String, CodingKey {
            case name, operation, macs, parameters, instructions
            case estimatedCycles = "estimated_cycles"
            case outputShape = "output_shape"
            case outputBytes = "output_bytes"
            case bytesMoved = "bytes_moved"
        }

        init(_ layer: Profile.Layer) {
            name = layer.name
            operation = layer.operation
            outputShape = layer.outputShape.dimensions
            macs = layer.multiplyAccumulates
            parameters = layer.parameters
            outputBytes = layer.outputBytes
            bytesMoved = layer.bytesMoved
            instructions = layer.instructions
            estimatedCycles = layer.estimatedCycles
        }
    }

    /// One operation that fills a buffer, with the operations fused behind it.
    public struct Step: Sendable, Hashable, Codable {
        /// Of the operation's node.
        public let name: String
        /// In words, `depthwise+relu6 3×3/2`.
        public let operation: String
        /// What the operation counts as in pictures.
        public let family: OperationFamily
        /// Names of the operation's node and of those fused behind it, in order.
        public let nodes: [String]
        /// `[C, H, W]` or `[C]`.
        public let outputShape: [Int]
        public let macs: Int
        /// Trainable numbers.
        public let parameters: Int
        /// Of the whole output, of which a line buffer holds a part.
        public let outputBytes: Int
        /// The most that is alive in one of its passes, aligned.
        public let liveBytes: Int
        /// Indices of the buffers that it reads, in the operation's order.
        public let operands: [Int]
        /// Index of the buffer that it fills.
        public let output: Int
        /// Indices of its scratch buffers.
        public let scratch: [Int]
        /// How often it runs: once for each row of its output (a global mean: of its input).
        public let passes: Int

        private enum CodingKeys: String, CodingKey {
            case name, operation, family, nodes, macs, parameters, operands, output, scratch, passes
            case outputShape = "output_shape"
            case outputBytes = "output_bytes"
            case liveBytes = "live_bytes"
        }
    }

    /// Steps that run together, row by row.
    public struct Stripe: Sendable, Hashable, Codable {
        /// Index of the first of its steps.
        public let first: Int
        /// Index of the last.
        public let last: Int
        /// Pairs of a step and how many of its passes run before the next pair's; each step's passes ascend.
        public let order: [[Int]]

        init(_ stripe: MemoryPlan.Stripe) {
            first = stripe.steps.lowerBound
            last = stripe.steps.upperBound - 1
            order = stripe.order.reduce(into: []) { runs, task in
                if runs.last?[0] == task.step { runs[runs.count - 1][1] += 1 } else { runs.append([task.step, 1]) }
            }
        }
    }
}
