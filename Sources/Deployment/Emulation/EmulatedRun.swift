import Reporting

/// What an emulated core computed, and what that took.
public struct EmulatedRun: Sendable {
    /// One image's inference.
    public struct Inference: Sendable {
        /// What the firmware said.
        public let answer: DeviceAnswer
        /// Executed instructions.
        public let instructions: Int
        /// Cycles that they take by the core's table of instruction timings, without wait states: an estimate, and no measurement.
        public let estimatedCycles: Int
        /// Instructions of each step of the plan; beside them come the loops around.
        public let layerInstructions: [Int]
        /// Estimated cycles of each step.
        public let layerEstimatedCycles: [Int]
        /// Offsets in the arena of the first and the last byte that were written.
        public let arenaLowest: Int
        public let arenaHighest: Int
        /// Bytes of RAM that were written: of the arena, of other static data, of the stack.
        public let arenaTouched: Int
        public let stateTouched: Int
        public let stackTouched: Int
        /// Bytes between the stack's top and the lowest address that was written to.
        public let stackBytes: Int
        /// An address outside RAM that was written to.
        public let stray: UInt32?
    }

    public private(set) var inferences: [Inference]
    /// Code, constants and weights.
    public let flashBytes: Int
    public let weightsBytes: Int
    /// All of RAM that the image was linked for: arena, state and stack.
    public let sramBytes: Int
    /// Static data beside the arena and the stack.
    public let stateBytes: Int

    /// This run with the images of another one behind it.
    func followed(by other: EmulatedRun) -> EmulatedRun {
        var both = self
        both.inferences += other.inferences
        return both
    }

    /// Reads what firmware and plug-in wrote.
    init(output: String, report: String, _ layout: FirmwareLayout, images: Int, layers: Int) throws(DeploymentError) {
        let answers = output.split(separator: "\n").compactMap { DeviceAnswer(line: $0) }
        let regions = try CounterReport(report, layers: layers).regions
        guard answers.count == images, regions.count == images else {
            throw DeploymentError(
                "\(counted(images, "image")) went into the emulator, \(counted(answers.count, "answer")) and "
                    + "\(counted(regions.count, "measurement")) came out: "
                    + "\(output.suffix(300))")
        }
        let start = Int(layout.arenaStart)
        inferences = zip(answers, regions).map { answer, region in
            Inference(
                answer: answer, instructions: region.instructions, estimatedCycles: region.estimatedCycles,
                layerInstructions: region.layerInstructions, layerEstimatedCycles: region.layerEstimatedCycles,
                arenaLowest: region.arenaLowest - start, arenaHighest: region.arenaHighest - start,
                arenaTouched: region.arenaTouched, stateTouched: region.stateTouched,
                stackTouched: region.stackTouched, stackBytes: Int(layout.stackTop) - region.lowestStack,
                stray: region.stray == 0 ? nil : UInt32(exactly: region.stray))
        }
        flashBytes = layout.flashBytes
        weightsBytes = layout.weightsBytes
        sramBytes = layout.sramBytes
        stateBytes = layout.stateBytes
    }
}
