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
        let calls = program.steps.flatMap(\.calls)
        let shiftTables = calls.flatMap { $0.kernel.scalings.map(\.shifts) }
        var section = WeightsSection()
        var offsets = [Int](repeating: 0, count: program.constants.count)
        let others = program.constants.indices.filter { !Set(shiftTables).contains($0) }
        for constant in others { offsets[constant] = section.append(program.constants[constant].content) }
        for constant in shiftTables { offsets[constant] = section.append(program.constants[constant].content) }
        let first = shiftTables.first.map { offsets[$0] } ?? 0
        shifts = (first, shiftTables.isEmpty ? 0 : (section.bytes.count - first) / 4)
        places = calls.flatMap { call -> [Places] in
            switch call.kernel {
            case .poolNormalised(_, _, _, let rows, let columns), .poolWeighted(_, _, _, let rows, let columns, _):
                let (map, weights) = (call.inputs[0], call.inputs[1])
                return [
                    Places(offset: offsets[rows], count: map.height, limit: weights.height),
                    Places(offset: offsets[columns], count: map.width, limit: weights.width),
                ]
            default: return []
            }
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

extension Kernel {
    /// The tables that take a kernel's sums to int8.
    fileprivate var scalings: [ChannelScaling] {
        switch self {
        case .convolution(_, _, _, _, let scaling, _), .depthwise(_, _, _, let scaling),
            .linear(_, _, _, _, let scaling):
            [scaling]
        case .attention(_, _, _, let query, let key, let value, let output):
            [query, key, value, output].map(\.scaling)
        default: []
        }
    }
}
