import Lowering
import Networks

/// What work takes of a core: for each kernel what a product, an output, a row and the like take
/// (`DeviceKernel.work`), in instructions and in cycles.
///
/// amount = Σ over kernel calls Σ over kinds of work: constant · amount of work. `Firmware/measure` fits the constants
/// to what an emulator counts of made-up networks: executed instructions, and the cycles that the core's table of
/// instruction timings makes of them (`Core.timingTable`). The cycles are a sum over a table, and no measurement.
public struct CostModel: Sendable, Hashable {
    private let instructions: [DeviceKernel: [Double]]
    private let cycles: [DeviceKernel: [Double]]

    init(instructions: [DeviceKernel: [Double]], cycles: [DeviceKernel: [Double]]) {
        (self.instructions, self.cycles) = (instructions, cycles)
    }

    /// Instructions of a kernel call; of a node without an int8 kernel a guess.
    func instructions(_ call: DeviceCall) -> Double { Self.cost(of: call, by: instructions) }

    /// Estimated cycles of a kernel call; of a node without an int8 kernel the guess of its instructions.
    func cycles(_ call: DeviceCall) -> Double { Self.cost(of: call, by: cycles) }

    private static func cost(of call: DeviceCall, by constants: [DeviceKernel: [Double]]) -> Double {
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
