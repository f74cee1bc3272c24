import Foundation

/// A table of results as CSV, a run a line: `results.csv` of a comparison, or any other with the columns `cell`, `seed`, and a score.
public struct ResultTable: Sendable {
    /// One summary a cell, in the order in which the table first names them.
    public let summaries: [CellSummary]
    /// Name of the cell that differences are taken to.
    public let baseline: String
    /// Runs that were left out because they are not finished (`epochs_done` below `epochs`).
    public let unfinished: Int

    /// Reads a table and summarises its cells.
    ///
    /// Costs are optional columns (`peak_sram_bytes`, `macs`, `parameters`); where a cell's runs differ in them, the largest counts.
    ///
    /// - Parameters:
    ///   - path: a CSV file.
    ///   - score: the column to average, of shares between 0 and 1.
    ///   - baseline: the cell to take differences to; the first without it.
    /// - Throws: `ComparisonError`: one sentence that says what is wrong and where.
    public init(contentsOf path: String, score: String, baseline: String?) throws {
        let text: String
        do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
            throw ComparisonError("\(path) cannot be read: give the path of a table of results, as CSV in UTF-8")
        }
        try self.init(csv: text, source: path, score: score, baseline: baseline)
    }

    /// Reads a table from text.
    ///
    /// - Parameter source: the file's name, for messages.
    public init(csv: String, source: String, score: String, baseline: String?) throws {
        let table = try CSVTable(csv, source: source) { header throws(ComparisonError) in
            guard !header.isEmpty else { throw ComparisonError("\(source) is empty: give a table of results, as CSV") }
            for column in ["cell", "seed", score] where !header.contains(column) {
                throw ComparisonError(
                    "\(source) has no column \"\(column)\": it has \(header.joined(separator: ", "))")
            }
        }
        var runs: [Run] = []
        var cells: [String] = []
        var numbers: [String: [String: Int]] = [:]
        for (index, row) in table.rows.enumerated() {
            let run = try Run(row, score: score, place: "\(source), run \(index + 1)")
            if numbers[run.cell] == nil { cells.append(run.cell) }
            if let first = numbers[run.cell, default: [:]].updateValue(index + 1, forKey: run.seed) {
                throw ComparisonError(
                    "\(source): runs \(first) and \(index + 1) are both of cell \"\(run.cell)\" and seed \(run.seed): leave one of them out"
                )
            }
            runs.append(run)
        }
        guard let first = cells.first else { throw ComparisonError("\(source) has no runs, only a line of headings") }
        let reference = baseline ?? first
        guard cells.contains(reference) else {
            throw ComparisonError("\(source) has no cell \"\(reference)\": it has \(cells.joined(separator: ", "))")
        }
        self.baseline = reference
        unfinished = runs.count { !$0.isFinished }

        let finished = Dictionary(grouping: runs.filter(\.isFinished), by: \.cell)
        func scores(_ cell: String) -> SeedScores {
            SeedScores((finished[cell] ?? []).map { ($0.seed, $0.score) })
        }
        summaries =
            cells.map { cell in
                let runs = finished[cell] ?? []
                let best = runs.compactMap { run in run.bestEpoch.map { (seed: run.seed, score: $0) } }
                return CellSummary(
                    cell: cell, network: runs.first?.network, runs: runs.count, scores: scores(cell),
                    bestEpochs: best.count == runs.count ? SeedScores(best) : nil,
                    baseline: cell == reference ? nil : scores(reference),
                    cost: CellSummary.Cost(
                        arenaBytes: runs.compactMap(\.arenaBytes).max(),
                        multiplyAccumulates: runs.compactMap(\.multiplyAccumulates).max(),
                        parameters: runs.compactMap(\.parameters).max()),
                    secondsPerEpoch: nil)
            }.withCorrectedPValues
    }

    /// A line of the table.
    private struct Run {
        let cell: String
        let seed: String
        let network: String?
        let score: Double
        let bestEpoch: Double?
        let isFinished: Bool
        let arenaBytes: Int?
        let multiplyAccumulates: Int?
        let parameters: Int?

        init(_ row: CSVTable.Row, score: String, place: String) throws(ComparisonError) {
            func number<Number: LosslessStringConvertible & Comparable & Numeric>(
                _ column: String, _ kind: String, _ range: ClosedRange<Number>
            ) throws(ComparisonError) -> Number? {
                guard let text = row[column] else { return nil }
                guard let number = Number(text), range.contains(number) else {
                    let shown = text.prefix(40).map { $0.isNewline ? " " : $0 }
                    throw ComparisonError("\(place): \(column) is \"\(String(shown))\": use \(kind)")
                }
                return number
            }
            func share(_ column: String) throws(ComparisonError) -> Double? {
                try number(column, "a share from 0 to 1", 0...1)
            }
            func count(_ column: String) throws(ComparisonError) -> Int? {
                try number(column, "a whole number", 0...Int.max)
            }
            guard let cell = row["cell"], let seed = row["seed"] else {
                throw ComparisonError("\(place) has no cell or no seed: each line needs both")
            }
            guard let value = try share(score) else {
                throw ComparisonError("\(place) has no \(score): use a share from 0 to 1")
            }
            self.cell = cell
            self.seed = seed
            self.score = value
            network = row["network"]
            bestEpoch = try share("best_epoch_\(score)")
            arenaBytes = try count("peak_sram_bytes")
            multiplyAccumulates = try count("macs")
            parameters = try count("parameters")
            let (epochs, done) = (try count("epochs"), try count("epochs_done"))
            if let epochs, let done { isFinished = done >= epochs } else { isFinished = true }
        }
    }
}
