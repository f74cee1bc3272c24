import Networks

/// Which rows of one operand a kernel reads for each row that it writes: one rule an operand, of which the planner makes `RowAccess` and the
/// firmware writer its loops.
package enum RowRule: Sendable {
    /// Those under a window.
    case window(Window)
    /// Those under a filter, whose borders may be mirrored.
    case filter(FixedFilter)
    /// Row y alone, each element before it is written (`RowAccess`).
    case same
    /// Row y alone, which is needed whole until row y is written.
    case line
    /// All before anything is written, then row y alone, each element before it is written.
    case wholeThenSame
    /// One row a pass; the output comes with the last.
    case eachPass
    /// The only pixel, which spreads over the map.
    case pixel
    /// All, for each row.
    case whole
    /// Weights of so many rows, for a window of a map of `map` rows.
    case cells(Window, map: Int)
    /// The two rows between whose centres row y lies.
    case bilinear
    /// A copy of one row.
    case copies(UpsampleNearest.LineCopies)
    /// Cells of so many rows.
    case shuffle(Int)

    /// The rule of an operand of a sum or product: its own row, or the pixel that spreads.
    static func broadcast(_ inputs: [Shape], _ output: Shape) -> [RowRule] {
        inputs.map { $0.count == output.count ? .same : .pixel }
    }
}
