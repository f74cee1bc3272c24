import Lowering
import Networks

/// How many rows of an operand have to be there before a kernel can compute its row y: a rule that is computed here and written
/// into generated code.
enum RowDemand: Equatable {
    /// The whole operand, of so many rows.
    case all(Int)
    /// The operand's only pixel, which spreads over the map.
    case first
    /// A window of the operand: stride · y + reach rows, at most `height`.
    case window(stride: Int, reach: Int, height: Int)
    /// A window of an operand whose borders are mirrored: as before, but at least `least` rows, which the first window sees mirrored.
    case mirrored(stride: Int, reach: Int, least: Int, height: Int)
    /// Weights of `height` rows for such a window of a map of `map` rows.
    case cells(stride: Int, reach: Int, map: Int, height: Int)
    /// Bilinear upsampling between pixel centres.
    case bilinear(from: Int, to: Int)
    /// A copy of one row.
    case copies(UpsampleNearest.LineCopies)
    /// Cells of `factor` rows, of an operand of `height` rows.
    case shuffle(factor: Int, height: Int)

    /// What a rule demands of an operand of `height` rows, for an output of `rows`.
    init(_ rule: RowRule, height: Int, rows: Int) {
        func window(_ window: Window) -> RowDemand {
            .window(stride: window.stride.height, reach: window.extent.height - window.before.height, height: height)
        }
        switch rule {
        case .window(let details): self = window(details)
        case .filter(let details):
            let (before, reach) = (details.before.height, details.kernel.height - details.before.height)
            self =
                details.isMirrored && before >= reach
                ? .mirrored(stride: details.stride.height, reach: reach, least: before + 1, height: height)
                : window(details.window)
        case .cells(let details, let map):
            self = .cells(
                stride: details.stride.height, reach: details.extent.height - details.before.height, map: map,
                height: height)
        case .bilinear: self = .bilinear(from: height, to: rows)
        case .copies(let lines): self = .copies(lines)
        case .shuffle(let factor): self = .shuffle(factor: factor, height: height)
        case .pixel: self = .first
        case .same, .line, .eachPass: self = .window(stride: 1, reach: 1, height: height)
        case .whole, .wholeThenSame: self = .all(height)
        }
    }

    /// The rows that row `y` takes.
    func end(_ y: Int) -> Int {
        switch self {
        case .all(let height): height
        case .first: 1
        case .window(let stride, let reach, let height): min(height, stride * y + reach)
        case .mirrored(let stride, let reach, let least, let height): min(height, max(least, stride * y + reach))
        case .cells(let stride, let reach, let map, let height):
            (min(map, stride * y + reach) - 1) * height / map + 1
        case .bilinear(let source, let rows):
            min(max(0, (2 * y + 1) * source - rows) / (2 * rows) + 2, source)
        case .copies(let lines): lines(y) + 1
        case .shuffle(let factor, let height): min(y / factor + 1, height)
        }
    }

    /// Whether row y takes just row y, of as many rows.
    func isOwnRow(of rows: Int) -> Bool { (0..<rows).allSatisfy { end($0) == $0 + 1 } }

    /// The same as an expression in the variable `y`, for rows 0 ..< `rows`.
    func source(_ y: String, rows: Int) -> String {
        func sum(_ stride: Int, _ reach: Int) -> String {
            let product = stride == 1 ? y : "\(stride) * \(y)"
            return reach == 0 ? product : reach > 0 ? "\(product) + \(reach)" : "\(product) - \(-reach)"
        }
        func limited(_ stride: Int, _ reach: Int, _ height: Int) -> String {
            stride * (rows - 1) + reach <= height ? sum(stride, reach) : "min(\(height), \(sum(stride, reach)))"
        }
        switch self {
        case .all(let height): return "\(height)"
        case .first: return "1"
        case .window(let stride, let reach, let height): return limited(stride, reach, height)
        case .mirrored(let stride, let reach, let least, let height):
            return "min(\(height), max(\(least), \(sum(stride, reach))))"
        case .cells(let stride, let reach, let map, let height):
            if height == map { return limited(stride, reach, map) }
            return "(\(limited(stride, reach, map)) - 1) * \(height) / \(map) + 1"
        case .bilinear(let source, let height):
            return "min(max(0, (2 * \(y) + 1) * \(source) - \(height)) / \(2 * height) + 2, \(source))"
        case .copies(let lines):
            let line = lines.offset == 0 ? sum(lines.factor, 0) : "(\(sum(lines.factor, lines.offset)))"
            return (lines.factor * (rows - 1) + lines.offset) / lines.divisor < lines.source
                ? "\(line) / \(lines.divisor) + 1" : "min(\(line) / \(lines.divisor) + 1, \(lines.source))"
        case .shuffle(let factor, let height):
            return (rows - 1) / factor < height ? "\(y) / \(factor) + 1" : "min(\(y) / \(factor) + 1, \(height))"
        }
    }
}
