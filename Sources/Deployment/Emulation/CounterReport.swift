/// What the counting plug-in has written of a run on an emulated core; `Firmware/Tools/counter.c` says how.
package struct CounterReport {
    /// What ran between two marks: one image's inference.
    package struct Region: Equatable {
        /// Executed instructions.
        package let instructions: Int
        /// Cycles by the core's table of timings: an estimate, and no measurement.
        package let estimatedCycles: Int
        /// The lowest address in the stack that was written to.
        package let lowestStack: Int
        /// Addresses of the first and the last byte of the arena that were written.
        package let arenaLowest: Int
        package let arenaHighest: Int
        /// Bytes of RAM that were written: of the arena, of other static data, of the stack.
        package let arenaTouched: Int
        package let stateTouched: Int
        package let stackTouched: Int
        /// An address outside RAM that was written to; 0 where there is none.
        package let stray: Int
        /// The layers' shares, in the plan's order; 0 where nothing is said of one.
        package fileprivate(set) var layerInstructions: [Int]
        package fileprivate(set) var layerEstimatedCycles: [Int]
    }

    package private(set) var regions: [Region] = []

    /// Reads a report.
    ///
    /// - Parameter layers: how many the network has; lines of others are left out.
    /// - Throws: `DeploymentError` with a line that is none of a report.
    package init(_ text: String, layers: Int) throws(DeploymentError) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words.first {
            case "layer": try addLayer(words, line, layers)
            case "total": continue
            case .some: regions.append(try Self.region(words, line, layers))
            case nil: continue
            }
        }
    }

    private static func region(
        _ words: [Substring], _ line: Substring, _ layers: Int
    ) throws(DeploymentError) -> Region {
        let numbers = words.compactMap { word in
            word.hasPrefix("0x") ? UInt32(word.dropFirst(2), radix: 16).map(Int.init) : Int(word)
        }
        guard words.count == 12, numbers.count == 12 else { throw problem(line) }
        let none = [Int](repeating: 0, count: layers)
        return Region(
            instructions: numbers[1], estimatedCycles: numbers[2], lowestStack: numbers[3], arenaLowest: numbers[6],
            arenaHighest: numbers[7], arenaTouched: numbers[8], stateTouched: numbers[9], stackTouched: numbers[10],
            stray: numbers[11], layerInstructions: none, layerEstimatedCycles: none)
    }

    /// A layer's line comes behind its region's; index 0 is what belongs to no layer.
    private mutating func addLayer(
        _ words: [Substring], _ line: Substring, _ layers: Int
    ) throws(DeploymentError) {
        let numbers = words.dropFirst().compactMap { Int($0) }
        guard words.count == 5, numbers.count == 4, regions.indices.contains(numbers[0]) else {
            throw Self.problem(line)
        }
        guard numbers[1] >= 1, numbers[1] <= layers else { return }
        regions[numbers[0]].layerInstructions[numbers[1] - 1] = numbers[2]
        regions[numbers[0]].layerEstimatedCycles[numbers[1] - 1] = numbers[3]
    }

    private static func problem(_ line: Substring) -> DeploymentError {
        DeploymentError("the emulator's report is not understood: \(line)")
    }
}
