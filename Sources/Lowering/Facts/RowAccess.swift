import Networks

/// Which rows of its operands a kernel reads for each row that it writes: the contract between planner and kernels.
///
/// A kernel runs in passes, in ascending order. A pass computes one output row from a range of rows of each operand; while it
/// runs, it may read all of that range in any order and any register blocking, so none of it may be written over. After
/// the pass it never reads rows below the next pass's range again. Three kinds of kernel have a contract of their own:
///
/// - Element-wise ones (`isElementwise`) read element k before they write element k, ascending, so that their output row may be the
///   operand's row itself, or lie lower.
/// - Multi-head attention reads its whole operand in its first pass, before it writes anything, to make keys and values; from
///   then on it is element-wise by tokens, each of which it reads for its query before it writes over it. Instance normalisation
///   does the same for its statistics, and is then element-wise.
/// - A global mean has a pass for each row of its operand and writes at the end of the last.
struct RowAccess {
    /// Rows of one operand.
    struct Operand {
        /// For each pass the first row that it reads; never falls.
        var first: [Int32]
        /// For each pass the last row that it reads; below `first` where it reads padding alone.
        var last: [Int32]
        var isElementwise = false
    }

    /// Number of passes.
    let passes: Int
    /// Whether the output appears with the last pass; otherwise each pass writes one row.
    let writesAtEnd: Bool
    let operands: [Operand]

    /// The contract of an operation's kernel, from the shapes that its operands and its output have in memory.
    init(_ operation: Operation, inputs: [Shape], output: Shape) {
        let rules = operation.facts.rowsRead(inputs, output)
        var (passes, writesAtEnd) = (output.height, false)
        for case (.eachPass, let input) in zip(rules, inputs) { (passes, writesAtEnd) = (input.height, true) }
        (self.passes, self.writesAtEnd) = (passes, writesAtEnd)
        operands = zip(rules, inputs).map { Self.operand($0, height: $1.height, rows: output.height) }
    }

    /// The rows that a rule names of an operand of `height` rows, for an output of `rows`.
    private static func operand(_ rule: RowRule, height: Int, rows: Int) -> Operand {
        switch rule {
        case .window(let window): return Self.window(window, height, rows)
        case .filter(let details): return filter(details, height, rows)
        case .same: return same(rows)
        case .line: return lines(rows)
        case .eachPass: return lines(height)
        case .wholeThenSame:
            var operand = same(rows)
            operand.last = [Int32](repeating: Int32(rows - 1), count: rows)
            return operand
        case .pixel: return constant(0, 0, rows)
        case .whole: return constant(0, height - 1, rows)
        case .cells(let window, let map):
            let upsampling = NearestUpsampling(from: height, to: map)
            func source(_ row: Int32) -> Int32 { Int32(upsampling.sourceLine(min(max(0, Int(row)), map - 1))) }
            let own = Self.window(window, map, rows)
            return Operand(first: own.first.map(source), last: own.last.map(source))
        case .bilinear: return bilinear(from: height, to: rows)
        case .copies(let copies):
            let lines = (0..<rows).map { Int32(copies($0)) }
            return Operand(first: lines, last: lines)
        case .shuffle(let factor):
            let lines = (0..<rows).map { Int32(min($0 / factor, height - 1)) }
            return Operand(first: lines, last: lines)
        }
    }

    private static func same(_ rows: Int) -> Operand {
        let lines = (0..<Int32(rows)).map { $0 }
        return Operand(first: lines, last: lines, isElementwise: true)
    }

    private static func lines(_ rows: Int) -> Operand {
        let lines = (0..<Int32(rows)).map { $0 }
        return Operand(first: lines, last: lines)
    }

    private static func constant(_ first: Int, _ last: Int, _ rows: Int) -> Operand {
        Operand(
            first: [Int32](repeating: Int32(first), count: rows), last: [Int32](repeating: Int32(last), count: rows))
    }

    /// From the first tap's row to the last one's, those between taps too.
    private static func window(_ window: Window, _ height: Int, _ rows: Int) -> Operand {
        let starts = (0..<rows).map { $0 * window.stride.height - window.before.height }
        return Operand(
            first: starts.map { Int32(min(max(0, $0), height)) },
            last: starts.map { Int32(min($0 + window.extent.height, height) - 1) })
    }

    /// A filter whose borders may be mirrored: near an end it reads lines that lie back.
    private static func filter(_ details: FixedFilter, _ height: Int, _ rows: Int) -> Operand {
        var (first, last) = ([Int32](), [Int32]())
        for row in 0..<rows {
            let lines = (0..<details.kernel.height).compactMap {
                details.source(row * details.stride.height + $0, before: details.before.height, count: height)
            }
            first.append(Int32(lines.min() ?? height))
            last.append(Int32(lines.max() ?? -1))
        }
        // The contract wants both to rise.
        for row in (0..<max(0, rows - 1)).reversed() { first[row] = min(first[row], first[row + 1]) }
        for row in 1..<max(1, rows) { last[row] = max(last[row], last[row - 1]) }
        return Operand(first: first, last: last)
    }

    /// Pixel centres aligned: output row i lies at (i + ½)·h / H − ½ of the operand.
    private static func bilinear(from source: Int, to rows: Int) -> Operand {
        let lines = (0..<rows).map { max(0, (2 * $0 + 1) * source - rows) / (2 * rows) }
        return Operand(first: lines.map { Int32($0) }, last: lines.map { Int32(min($0 + 1, source - 1)) })
    }
}
