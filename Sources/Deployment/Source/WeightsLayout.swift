import Quantization

/// Where each table of a program lies in the weights, and which of their numbers have to be in range before anything runs.
///
/// A check sum shows damage, not intent: whoever changes weights can repair it. Nearly all numbers only make other numbers, and int8 comes
/// out whatever they are. Three kinds do more, and `init` looks at them: places in a map (an index), shifts (bits of a word), and what a
/// softmax divides by.
struct WeightsLayout {
    /// Places in a map: `count` uint16 from `offset` on, each below `limit`.
    struct Places: Equatable {
        let offset: Int
        let count: Int
        let limit: Int
    }

    /// For each of the program's constants where it starts.
    let offsets: [Int]
    /// The tables behind a blank header.
    let section: WeightsSection
    /// All shifts, one table behind the other.
    let shifts: (offset: Int, count: Int)
    let places: [Places]
    /// uint16 numbers that something is divided by.
    let divisors: [Int]

    init(_ program: KernelProgram) {
        let values = program.steps.flatMap(\.calls).flatMap(\.values)
        let shiftTables = values.compactMap { value -> ConstantID? in
            if case .requantisation(let scaling) = value { return scaling.shifts }
            return nil
        }
        var section = WeightsSection()
        var offsets = [Int](repeating: 0, count: program.constants.count)
        let areShifts = Set(shiftTables)
        let others = program.constants.indices.filter { !areShifts.contains($0) }
        for constant in others { offsets[constant] = section.append(program.constants[constant].content) }
        for constant in shiftTables { offsets[constant] = section.append(program.constants[constant].content) }
        let first = shiftTables.first.map { offsets[$0] } ?? 0
        shifts = (first, shiftTables.isEmpty ? 0 : (section.bytes.count - first) / 4)
        places = values.compactMap { value in
            guard case .places(let table, let count, let limit) = value else { return nil }
            return Places(offset: offsets[table], count: count, limit: limit)
        }
        // e⁰ of the greatest score is part of each sum.
        divisors =
            program.detector.map { detector in
                detector.layout.style == .ssd ? detector.grids.map { offsets[$0.probabilities] } : []
            } ?? []
        self.offsets = offsets
        self.section = section
    }

    /// Statements that return false where a number is out of range.
    var checks: [String] {
        var lines: [String] = []
        if shifts.count > 0 {
            lines.append(
                "guard areShifts(int32(\(CallText.number(shifts.offset))), \(CallText.number(shifts.count))) else { return false }"
            )
        }
        for table in places {
            lines.append(
                "guard areBelow(\(table.limit), uint16(\(CallText.number(table.offset))), \(table.count)) else { return false }"
            )
        }
        for offset in divisors {
            lines.append("guard uint16(\(CallText.number(offset)))[0] > 0 else { return false }")
        }
        return lines
    }
}
