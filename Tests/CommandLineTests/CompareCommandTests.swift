import Foundation
import XCTest

final class CompareCommandTests: CommandLineTestCase {
    private func writeRecipe(epochs: Int = 2, seeds: String = "[1, 2]") throws {
        try """
        title: A <small> comparison
        data: photos
        resolution: 16
        epochs: \(epochs)
        batch-size: 8
        augmentation: none
        seeds: \(seeds)
        baseline: average
        network: plain-cnn(channels=4-8, strides=42, pool={pool})
        matrix:
          pool:
            average: average
            attention: self-attentive(patch=2, restoration=subpixel)

        """.write(toFile: "\(folder)/c.yaml", atomically: true, encoding: .utf8)
    }

    private func lines(_ name: String) throws -> [Substring] {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8).split(separator: "\n")
    }

    func testComparesSkipsWhatIsDoneAndReports() throws {
        try makePhotos(train: 16, test: 4)
        try writeRecipe()
        let dry = try sapool("compare", "c.yaml", "--output", "out", "--dry-run")
        XCTAssertEqual(dry.status, 0, dry.errors)
        XCTAssertTrue(dry.output.hasSuffix("0 of 4 runs are done.\n"), dry.output)
        XCTAssertFalse(exists("out"))

        let compared = try sapool("compare", "c.yaml", "--output", "out", "--threads", "1", "--json")
        XCTAssertEqual(compared.status, 0, compared.errors)
        XCTAssertTrue(compared.errors.contains("[4/4] attention, seed 2"), compared.errors)
        let cells = try XCTUnwrap(
            JSONSerialization.jsonObject(with: Data(compared.output.utf8)) as? [[String: Any]], compared.output)
        XCTAssertEqual(cells.map { $0["cell"] as? String }, ["average", "attention"])
        XCTAssertEqual(cells.map { $0["runs"] as? Int }, [2, 2])
        for key in [
            "accuracy", "accuracy_half_width_95", "best_epoch_accuracy", "peak_sram_bytes", "macs", "parameters",
        ] {
            XCTAssertNotNil(cells[1][key] as? Double, key)
        }
        XCTAssertNotNil(cells[1]["difference_to_baseline"] as? Double)
        XCTAssertNil(cells[0]["difference_to_baseline"] as? Double)

        XCTAssertEqual(try lines("out/results.csv").count, 5)
        XCTAssertEqual(try lines("out/epochs.csv").count, 9)
        XCTAssertTrue(
            try lines("out/results.csv")[2].hasPrefix("attention,\"plain-cnn(channels=4-8, strides=42, pool=self-"))
        let page = try String(contentsOfFile: "\(folder)/out/report.html", encoding: .utf8)
        XCTAssertTrue(page.contains("<h1>A &lt;small&gt; comparison</h1>"))
        XCTAssertTrue(page.contains("All 4 runs are done.") && page.contains("<svg"))
        for name in ["accuracy.svg", "learning-curves.svg", "summary.csv"] {
            XCTAssertTrue(exists("out/\(name)"), name)
        }

        // A table alone gives the same numbers.
        let summarized = try sapool("summarize", "out/results.csv", "--baseline", "average", "--json")
        XCTAssertEqual(summarized.status, 0, summarized.errors)
        let rows = try XCTUnwrap(
            JSONSerialization.jsonObject(with: Data(summarized.output.utf8)) as? [[String: Any]], summarized.output)
        for key in ["accuracy", "accuracy_half_width_95", "difference_to_baseline", "difference_half_width_95", "macs"]
        {
            let (whole, table) = (cells[1][key] as? Double, rows[1][key] as? Double)
            XCTAssertEqual(try XCTUnwrap(table, key), try XCTUnwrap(whole, key), accuracy: 1e-12, key)
        }
        XCTAssertEqual(try sapool("summarize", "out/results.csv", "--markdown", "--json").status, 64)
        XCTAssertEqual(
            message(try sapool("summarize", "none.csv")),
            "Error: none.csv cannot be read: give the path of a table of results, as CSV in UTF-8")

        // Elsewhere, without the runs' folders: what the table has is not trained, and comes to the same.
        try FileManager.default.createDirectory(atPath: "\(folder)/elsewhere", withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: "\(folder)/photos", toPath: "\(folder)/elsewhere/photos")
        let known = try sapool(
            "compare", "c.yaml", "--data", "elsewhere/photos", "--known", "out/epochs.csv", "--output", "new", "--json")
        XCTAssertEqual(known.status, 0, known.errors)
        XCTAssertFalse(known.errors.contains("seed"), known.errors)
        XCTAssertTrue(known.errors.contains("4 of 4 runs of out/epochs.csv are of this comparison"), known.errors)
        func scores(_ name: String) throws -> [String] {
            // All but the seconds.
            try lines("\(name)/epochs.csv").map { $0.split(separator: ",").dropLast().joined(separator: ",") }
        }
        XCTAssertEqual(try scores("new"), try scores("out"))
        XCTAssertFalse(exists("new/runs"))
        XCTAssertEqual(
            message(try sapool("compare", "c.yaml", "--data", "elsewhere/photos", "--known", "c.yaml")),
            "Error: c.yaml has no column \"cell\": give epochs.csv of a comparison, as this version writes it")
        try FileManager.default.moveItem(atPath: "\(folder)/elsewhere/photos", toPath: "\(folder)/photos")
        // A table of other runs says nothing of these.
        let table = ["compare", "c.yaml", "--known", "out/epochs.csv", "--dry-run"]
        try writeRecipe(seeds: "[2, 3]")
        let half = try sapool(table)
        XCTAssertTrue(half.errors.contains("2 of 4 runs of out/epochs.csv are of this comparison"), half.errors)
        XCTAssertTrue(half.output.hasSuffix("2 of 4 runs are done.\n"), half.output)
        try writeRecipe(epochs: 3)
        XCTAssertEqual(
            message(try sapool(table)),
            "Error: out/epochs.csv has no run of this comparison to its end (4 runs of others): cells, settings and seeds "
                + "have to be the same; give its own epochs.csv, or leave --known out")
        try writeRecipe()

        // Again: nothing is trained; one more seed: only that one.
        let again = try sapool("compare", "c.yaml", "--output", "out", "--threads", "1")
        XCTAssertEqual(again.status, 0)
        XCTAssertFalse(again.errors.contains("seed"), again.errors)
        try writeRecipe(seeds: "[1, 2, 3]")
        let more = try sapool("compare", "c.yaml", "--output", "out", "--threads", "1")
        XCTAssertTrue(more.errors.contains("[1/2] average, seed 3"), more.errors)
        // Other settings are other runs.
        try writeRecipe(epochs: 1, seeds: "[1]")
        let other = try sapool("compare", "c.yaml", "--output", "out", "--report-only")
        XCTAssertTrue(other.output.hasSuffix("0 of 2 runs are done.\n"), other.output)
    }

    /// Killed twice, the comparison ends with the scores of one that was not.
    func testKillingLosesNothing() throws {
        try makePhotos(train: 32, test: 8)
        try writeRecipe(epochs: 12, seeds: "[1]")
        let arguments = ["compare", "c.yaml", "--threads", "1", "--output"]
        let clock = ContinuousClock.now
        XCTAssertEqual(try sapool(arguments + ["whole"]).status, 0)
        let seconds = (ContinuousClock.now - clock) / .seconds(1)
        for _ in 0..<2 {
            let process = command(arguments + ["killed"])
            try process.run()
            Thread.sleep(forTimeInterval: Double.random(in: 0.3...0.6) * seconds)
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
        XCTAssertEqual(try sapool(arguments + ["killed"]).status, 0)
        func scores(_ name: String) throws -> [String] {
            // All but the seconds.
            try lines("\(name)/epochs.csv").map { $0.split(separator: ",").dropLast().joined(separator: ",") }
        }
        XCTAssertEqual(try scores("killed"), try scores("whole"))
    }

    func testBadInput() throws {
        try makePhotos(train: 8, test: 2)
        func complaint(_ yaml: String) throws -> String {
            try yaml.write(toFile: "\(folder)/bad.yaml", atomically: true, encoding: .utf8)
            let outcome = try sapool("compare", "bad.yaml", "--output", "out")
            XCTAssertEqual(outcome.status, 1)
            XCTAssertFalse(exists("out"), "something was left behind")
            return message(outcome)
        }
        XCTAssertEqual(
            try complaint(
                "data: photos\ncells: [{name: a, network: plain-cnn}, {name: b, network: plain-cnn(pool=avrage)}]"
            )
            .prefix(65), "Error: cell \"b\": unknown pooling \"avrage\" (did you mean average?)")
        XCTAssertEqual(
            try complaint("data: nowhere\nnetwork: plain-cnn"),
            "Error: cell \"plain-cnn\": there is no data set \"nowhere\": known by name are fashion-mnist and mnist, anything else "
                + "has to be a folder")
        XCTAssertEqual(
            message(try sapool("compare", "none.yaml")),
            "Error: none.yaml cannot be read: give the path of a comparison in YAML")
        try writeRecipe()
        XCTAssertEqual(
            message(try sapool("compare", "c.yaml", "--output", "none", "--report-only")),
            "Error: none does not exist: compare first, or name the folder with --output")
        XCTAssertEqual(try sapool("compare", "c.yaml", "--dry-run", "--report-only").status, 64)
    }
}
