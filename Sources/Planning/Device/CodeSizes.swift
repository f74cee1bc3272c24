import Lowering

/// Bytes of code of one core: what `Firmware/measure` found in firmware of made-up networks.
///
/// code = start-up + Σ shared pieces of the kernels that are there + Σ over calls + what runs the steps. A piece is the code that a set
/// of kernels have in common, and is there once if any of them is.
package struct CodeSizes: Sendable, Hashable {
    /// Code that kernels share.
    package struct Piece: Sendable, Hashable {
        package let kernels: Set<DeviceKernel>
        package let bytes: Int

        package init(_ bytes: Int, _ kernels: DeviceKernel...) {
            self.kernels = Set(kernels)
            self.bytes = bytes
        }
    }

    /// Start-up, the board, the program around the network.
    let fixed: Int
    let pieces: [Piece]
    /// A call of each kernel, in the network's own code.
    let calls: [DeviceKernel: Double]
    /// The interface to C and the check of the weights; more of it where rows are pushed.
    let interface: Double
    let pushing: Double
    /// A step that runs alone, a group of steps, a step of a group.
    let alone: Double
    let stripe: Double
    let striped: Double
    /// So much is added that no network of the fit takes over 0.5 % more flash than is planned.
    let margin: Int

    /// Bytes of a network's code.
    func bytes(_ steps: [[DeviceCall]], _ shape: PlanShape) -> Int {
        let kernels = steps.joined().compactMap(\.kernel)
        var own = interface + (shape.pushesRows ? pushing : 0)
        for kernel in kernels { own += calls[kernel] ?? 0 }
        own += alone * Double(shape.alone) + stripe * Double(shape.stripes) + striped * Double(shape.striped)
        let present = Set(kernels)
        let shared = pieces.filter { !$0.kernels.isDisjoint(with: present) }.reduce(0) { $0 + $1.bytes }
        return fixed + shared + Int(own.rounded(.up)) + margin
    }
}
