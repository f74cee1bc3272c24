import Lowering
import Networks

/// What computing one layer costs a microcontroller's core: an estimate before there is any code.
public struct LayerCost: Sendable, Hashable {
    /// Multiply-accumulates.
    public var multiplyAccumulates: Int
    /// Bytes of operands, output and parameters, each moved once.
    public var bytesMoved: Int
    /// Executed instructions.
    public var instructions: Int
}

/// Instructions of a core by kind of work: for each kernel what a product, an output, a row and the like take (`DeviceKernel.work`).
///
/// instructions = Σ over kernel calls Σ over kinds of work: constant · amount. `Firmware/measure` fits the constants to what an emulator counts
/// of made-up networks. They are instructions, not cycles.
public struct CostModel: Sendable, Hashable {
    private let constants: [DeviceKernel: [Double]]

    init(_ constants: [DeviceKernel: [Double]]) { self.constants = constants }

    /// What a kernel call takes; of a node without an int8 kernel a guess.
    func instructions(_ call: DeviceCall) -> Double {
        guard let kernel = call.kernel else { return call.guess }
        guard let own = constants[kernel] else { return 0 }
        return zip(own, call.work).reduce(0) { $0 + $1.0 * $1.1 }
    }
}

extension DeviceGraph {
    /// What each of these steps takes on a core, in instructions: an estimate.
    package func instructions(of steps: [[Node.ID]], core: Core) -> [Int] {
        calls(of: steps).map { calls in
            let sum = calls.reduce(0) { $0 + core.costs.instructions($1) }
            return Int(exactly: sum.rounded()) ?? .max
        }
    }
}
