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
        XCTAssertEqual(message(header + "a,1,\n"), "r.csv, run 1 has no accuracy: use a share from 0 to 1")
        XCTAssertEqual(message(header + ",1,0.5\n"), "r.csv, run 1 has no cell or no seed: each line needs both")
        XCTAssertEqual(
            message(header + "a,1,0.5\na,1,0.5\n"),
            "r.csv: runs 1 and 2 are both of cell \"a\" and seed 1: leave one of them out")
        XCTAssertEqual(
            message(header + "a,1,\"0.5\"x\n"),
            "r.csv, line 2: a quotation mark stands where none can: put quotes around the whole value, and "
                + "two for one in it"
        )
        XCTAssertEqual(
            message("cell,seed,accuracy,macs\na,1,0.5,many\n"), "r.csv, run 1: macs is \"many\": use a whole number")
    }

    /// Values that stand below another heading than their own would be numbers of something else.
    func testRowsThatDoNotFitTheHeader() throws {
        let header = "cell,seed,accuracy\n"
        let more = "r.csv, line 3 has 4 values and the header 3: put quotes around values with commas"
        XCTAssertEqual(message(header + "a,1,0.5\na,2,0,5\n"), more, "a decimal comma")
        XCTAssertEqual(message(header + "a,1,0.5\nnet(x=1, y=2),2,0.5\n"), more, "a notation without quotes")
        XCTAssertEqual(
            message(header + "a,1,0.5\na,2\n"),
            "r.csv, line 3 has 2 values and the header 3: leave none out; an empty one still has its comma")
        XCTAssertEqual(
            message("cell,seed,accuracy,seed\na,1,0.5,2\n"),
            "r.csv has two columns called \"seed\": give each a name of its own")
        XCTAssertEqual(
            message(header + "a,1,0.5\n\"a,2,0.5\na,3,0.5\n"),
            "r.csv, line 3: a quotation mark is never closed: close it")
        // A line is where it begins, however many lines a value has.
        XCTAssertEqual(
            message(header + "\"a\nb\",1,0.5\nc,1,0.5,\n"),
            "r.csv, line 4 has 4 values and the header 3: put quotes around values with commas")
    }

    /// What programs write that mean the same: empty lines, those of a spreadsheet, the ends of lines and the mark of
    /// Windows.
    func testTablesOfOtherPrograms() throws {
        let lines = ["cell, seed,accuracy", "\"a \"\"b\"\", c\" ,1,0.25", "", "\"a \"\"b\"\", c\",2,0.75", ",,", ""]
        for end in ["\n", "\r\n", "\r"] {
            for start in ["", "\u{FEFF}"] {
                let results = try table(start + lines.joined(separator: end))
                XCTAssertEqual(results.summaries.map(\.cell), ["a \"b\", c"])
                XCTAssertEqual(results.summaries.map(\.runs), [2])
                XCTAssertEqual(results.summaries.map(\.accuracy), [0.5])
            }
        }
    }

    /// Of four cells one is the baseline, one equal to it in all seeds, and one has a single seed: two are tested.
    func testACellThatIsEqualToTheBaselineIsTestedAndOneOfASingleSeedIsNot() throws {
        let results = try table(
            """
            cell,seed,accuracy
            a,1,0.5
            a,2,0.75
            same,1,0.5
            same,2,0.75
            one,1,0.25
            other,1,0.25
            other,2,0.25
            """)
        XCTAssertEqual(results.summaries.map { $0.pValue == nil }, [true, false, true, false])
        XCTAssertEqual(results.summaries[1].pValue, 1)
        XCTAssertEqual(results.summaries[1].correctedPValue, 1)
        XCTAssertNil(results.summaries[2].correctedPValue)
        let other = results.summaries[3]
        // Differences -0.25 and -0.5: mean -0.375, error 0.125, t = 3 with one degree of freedom; times two tests.
        XCTAssertEqual(try XCTUnwrap(other.pValue), 0.204833, accuracy: 1e-6)
        XCTAssertEqual(try XCTUnwrap(other.correctedPValue), 2 * 0.204833, accuracy: 2e-6)
    }
}
