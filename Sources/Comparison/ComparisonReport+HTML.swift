import Foundation
import Reporting

extension ComparisonReport {
    /// One page with everything in it: it opens anywhere, without a network.
    func html() -> String {
        let (done, all) = progress
        let runs = all == 1 ? "1 run is done" : "\(all) runs are done"
        let state = done == all ? (all == 1 ? "The run is done." : "All \(runs).") : "\(done) of \(runs)."
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Self.escaped(comparison.recipe.title))</title>
            <style>
            body { font: 15px/1.5 Helvetica, Arial, "DejaVu Sans", sans-serif; color: #222; margin: 2em auto; max-width: 1080px; padding: 0 1em }
            h1 { font-size: 1.7em; margin-bottom: 0 } h2 { font-size: 1.25em; margin-top: 2em }
            p.state { color: #666; margin-top: .3em } p.legend { color: #444; max-width: 60em }
            div.wide { overflow-x: auto }
            table { border-collapse: collapse; font-variant-numeric: tabular-nums }
            th, td { padding: .35em .8em; text-align: right; border-bottom: 1px solid #e3e3e3; white-space: nowrap }
            th { border-bottom: 2px solid #222; font-weight: 600 } th:first-child, td:first-child { text-align: left }
            tr.best td { background: #eef6fb } code { font-size: .92em; white-space: normal }
            svg { max-width: 100%; height: auto }
            </style>
            </head>
            <body>
            <h1>\(Self.escaped(comparison.recipe.title))</h1>
            <p class="state">\(state)</p>
            <h2>Result</h2>
            <div class="wide">\(resultTable())</div>
            <p class="legend">\(Self.escaped(legend))</p>
            <h2>\(scoreTitle) against memory</h2>
            \(accuracyChart.svg().description)
            <h2>Learning curves</h2>
            <p class="legend">Mean over seeds, after each epoch.</p>
            \(learningCurves.svg().description)
            <h2>Every run</h2>
            <div class="wide">\(runTable())</div>
            <h2>What was compared</h2>
            <div class="wide">\(networkTable())</div>
            </body>
            </html>

            """
    }

    private func resultTable() -> String {
        let columns = summaryTable.columns
        let best = summaries.compactMap(\.accuracy).max()
        return Self.table(
            columns.map(\.heading.title),
            summaries.map { summary in
                (columns.map { $0.cell(summary) }, summary.accuracy != nil && summary.accuracy == best)
            })
    }

    private func runTable() -> String {
        let rows = results.results.map { result in
            [
                result.run.cell.name, "\(result.run.seed)", "\(result.last.epoch) of \(result.run.recipe.epochs)",
                SummaryTable.percent(result.last.accuracy), SummaryTable.percent(result.best.accuracy),
                "\(result.best.epoch)",
                SummaryTable.percent(result.last.trainAccuracy),
            ]
        }
        return Self.table(
            ["cell", "seed", "epochs", "\(scoreName) %", "best epoch %", "which", "training accuracy %"],
            rows.map { ($0, false) })
    }

    private func networkTable() -> String {
        let rows = comparison.recipe.cells.map { cell in
            let recipe = cell.recipe
            return """
                <tr><td>\(Self.escaped(cell.name))</td><td style="text-align: left"><code>\(Self.escaped(recipe.network))</code></td>\
                <td>\(Self.escaped(recipe.data))</td><td>\(recipe.epochs)</td><td>\(recipe.batchSize)</td><td>\(recipe.learningRate)</td></tr>
                """
        }
        let head =
            "<tr><th>cell</th><th style=\"text-align: left\">network</th><th>data</th><th>epochs</th><th>batch</th><th>rate</th></tr>"
        return "<table>\(head)\(rows.joined())</table>"
    }

    private static func table(_ titles: [String], _ rows: [(cells: [String], isBest: Bool)]) -> String {
        let head = titles.map { "<th>\(escaped($0))</th>" }.joined()
        let body = rows.map { row in
            "<tr\(row.isBest ? " class=\"best\"" : "")>" + row.cells.map { "<td>\(escaped($0))</td>" }.joined()
                + "</tr>"
        }
        return "<table><tr>\(head)</tr>\(body.joined())</table>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }
}
