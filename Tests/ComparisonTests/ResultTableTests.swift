import Comparison
import XCTest

final class ResultTableTests: XCTestCase {
    private func table(_ csv: String, score: String = "accuracy", baseline: String? = nil) throws -> ResultTable {
        try ResultTable(csv: csv, source: "r.csv", score: score, baseline: baseline)
    }

    private func message(_ csv: String, score: String = "accuracy", baseline: String? = nil) -> String {
        do {
            _ = try table(csv, score: score, baseline: baseline)
            return "no error"
        } catch { return "\(error)" }
    }

    /// Two cells, paired by seed whatever the order of the lines; seed 4 has no partner, and the run of 2 epochs out of 3 does not count.
    func testSummariesByHand() throws {
        let results = try table(
            """
            cell,network,seed,epochs,epochs_done,accuracy,peak_sram_bytes,macs,unknown
            a,"net(pool=x, strides=42)",1,3,3,0.5,100,7,?
            b,other,2,3,3,0.8,200,9,?
            a,"net(pool=x, strides=42)",2,3,3,0.6,120,7,?
            b,other,1,3,3,0.6,200,9,?
            b,other,4,3,3,0.4,200,9,?
            b,other,3,3,2,0.1,200,9,?

            """)
        XCTAssertEqual(results.baseline, "a")
        XCTAssertEqual(results.unfinished, 1)
        XCTAssertEqual(results.summaries.map(\.cell), ["a", "b"])
        let (a, b) = (results.summaries[0], results.summaries[1])
        XCTAssertEqual(a.network, "net(pool=x, strides=42)")
        XCTAssertEqual(a.arenaBytes, 120, "the largest of the cell's")
        XCTAssertNil(a.difference)
        XCTAssertNil(a.parameters)
        XCTAssertNil(a.bestEpochAccuracy)
        XCTAssertEqual(b.runs, 3)
        XCTAssertEqual(try XCTUnwrap(b.accuracy), 0.6, accuracy: 1e-12)
        XCTAssertEqual(try XCTUnwrap(b.difference), 0.15, accuracy: 1e-12)
        // Differences 0.1 and 0.2: deviation 0.1/√2, t(1) = 12.7062, over √2.
        XCTAssertEqual(try XCTUnwrap(b.differenceHalfWidth), 12.7062 * 0.05, accuracy: 1e-9)
        XCTAssertFalse(b.isSignificant)
        XCTAssertEqual(
            SummaryTable(results.summaries, scoreName: "accuracy", baseline: "a").text.markdown,
            """
            | cell | runs | accuracy % | ± | to baseline | ± | peak SRAM | MACs |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            | a | 2 | 55.00 | 63.53 | baseline |  | 120 B | 7 |
            | b | 3 | 60.00 | 49.68 | +15.00 | 63.53 | 200 B | 9 |
            """)
    }

    func testBadTables() {
        let header = "cell,seed,accuracy\n"
        XCTAssertEqual(message(""), "r.csv is empty: give a table of results, as CSV")
        XCTAssertEqual(message(header), "r.csv has no runs, only a line of headings")
        XCTAssertEqual(message("a,b\n1,2\n"), "r.csv has no column \"cell\": it has a, b")
        XCTAssertEqual(
            message(header + "a,1,0.5\n", score: "map"), "r.csv has no column \"map\": it has cell, seed, accuracy")
        XCTAssertEqual(message(header + "a,1,0.5\n", baseline: "b"), "r.csv has no cell \"b\": it has a")
        for bad in ["1.5", "-0.1", "nan", "half"] {
            XCTAssertEqual(
                message(header + "a,1,0.5\na,2,\(bad)\n"),
                "r.csv, run 2: accuracy is \"\(bad)\": use a share from 0 to 1")
        }
        XCTAssertEqual(message(header + "a,1\n"), "r.csv, run 1 has no accuracy: use a share from 0 to 1")
        XCTAssertEqual(message(header + ",1,0.5\n"), "r.csv, run 1 has no cell or no seed: each line needs both")
        XCTAssertEqual(
            message(header + "a,1,0.5\na,1,0.5\n"),
            "r.csv: runs 1 and 2 are both of cell \"a\" and seed 1: leave one of them out")
        XCTAssertEqual(
            message(header + "a,1,\"0.5\"x\n"),
            "r.csv is no table of comma-separated values: a quotation mark stands where none can")
        XCTAssertEqual(
            message("cell,seed,accuracy,macs\na,1,0.5,many\n"), "r.csv, run 1: macs is \"many\": use a whole number")
    }
}
