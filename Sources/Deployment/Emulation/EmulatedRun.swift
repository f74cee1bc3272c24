import Reporting

/// What an emulated core computed, and what that took.
public struct EmulatedRun: Sendable {
    /// One image's inference.
    public struct Inference: Sendable {
        /// What the firmware said.
        public let answer: DeviceAnswer
        /// Executed instructions, not cycles.
        public let instructions: Int
        /// Instructions of each step of the plan; beside them come the loops around.
        public let layerInstructions: [Int]
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
        let lines = report.split(separator: "\n").map { $0.split(separator: " ") }
        let regions = lines.filter { $0.count == 11 }
        guard answers.count == images, regions.count == images else {
            throw DeploymentError(
                "\(counted(images, "image")) went into the emulator, \(counted(answers.count, "answer")) and "
                    + "\(counted(regions.count, "measurement")) came out: "
                    + "\(output.suffix(300))")
        }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: layers), count: images)
        for line in lines where line.first == "layer" && line.count == 4 {
            guard let image = Int(line[1]), let index = Int(line[2]), let count = Int(line[3]),
                counts.indices.contains(image),
                (1...layers).contains(index)
            else { continue }
            counts[image][index - 1] = count
        }
        var inferences: [Inference] = []
        for (index, (answer, region)) in zip(answers, regions).enumerated() {
            let numbers = region.compactMap { text in
                text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16).map(Int.init) : Int(text)
            }
            guard numbers.count == 11 else {
                throw DeploymentError("the emulator's report is not understood: \(region.joined(separator: " "))")
            }
            let start = Int(layout.arenaStart)
            inferences.append(
                Inference(
                    answer: answer, instructions: numbers[1],
                    layerInstructions: counts[index], arenaLowest: numbers[5] - start, arenaHighest: numbers[6] - start,
                    arenaTouched: numbers[7], stateTouched: numbers[8], stackTouched: numbers[9],
                    stackBytes: Int(layout.stackTop) - numbers[2], stray: numbers[10] == 0 ? nil : UInt32(numbers[10])))
        }
        self.inferences = inferences
        flashBytes = layout.flashBytes
        weightsBytes = layout.weightsBytes
        sramBytes = layout.sramBytes
        stateBytes = layout.stateBytes
    }
}
