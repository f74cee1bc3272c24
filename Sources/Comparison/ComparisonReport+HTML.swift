import Foundation
import Reporting

extension ComparisonReport {
    /// One page with everything in it: it opens anywhere, without a network.
    func html() -> String {
        let (done, all) = progress
        let runs = all == 1 ? "1 run is done" : "\(all) runs are done"
        let state = done == all ? (all == 1 ? "The run is done." : "All \(runs).") : "\(done) of \(runs)."
        var page = HTMLPage(title: comparison.recipe.title, lead: .remark(.text(state)))
        page.add(HTMLPage.Section("Result", resultTable(), .remark(.text(legend))))
        page.add(HTMLPage.Section("\(scoreTitle) against memory", .figure(accuracyChart.svg())))
        page.add(
            HTMLPage.Section(
                "Learning curves", .remark("Mean over seeds, after each epoch."), .figure(learningCurves.svg())))
        page.add(HTMLPage.Section("Every run", runTable()))
        page.add(HTMLPage.Section("What was compared", networkTable()))
        return page.source
    }

    private func resultTable() -> HTML {
        let columns = summaryTable.columns
        let best = summaries.compactMap(\.accuracy).max()
        var table = HTMLTable(Self.columns(columns.map(\.heading.title)))
        for summary in summaries {
            table.addRow(
                columns.map { .text($0.cell(summary)) },
                isMarked: summary.accuracy != nil && summary.accuracy == best)
        }
        return table.html
    }

    private func runTable() -> HTML {
        var table = HTMLTable(
            Self.columns([
                "cell", "seed", "epochs", "\(scoreName) %", "best epoch %", "which", "training accuracy %",
            ]))
        for result in results.results {
            table.addRow(
                [
                    result.run.cell.name, "\(result.run.seed)",
                    "\(result.last.epoch) of \(result.run.recipe.epochs)",
                    SummaryTable.percent(result.last.accuracy), SummaryTable.percent(result.best.accuracy),
                    "\(result.best.epoch)", SummaryTable.percent(result.last.trainAccuracy),
                ].map { .text($0) })
        }
        return table.html
    }

    private func networkTable() -> HTML {
        var table = HTMLTable([
            .left("cell"), .left("network"), .left("data"), .right("epochs"), .right("batch"), .right("rate"),
        ])
        for cell in comparison.recipe.cells {
            let recipe = cell.recipe
            table.addRow([
                .text(cell.name), .code(recipe.network), .text(recipe.data), .text("\(recipe.epochs)"),
                .text("\(recipe.batchSize)"), .text("\(recipe.learningRate)"),
            ])
        }
        return table.html
    }

    /// The first column names the cell; numbers follow.
    private static func columns(_ titles: [String]) -> [TextTable.Column] {
        titles.enumerated().map { $0 == 0 ? .left($1) : .right($1) }
    }
}
