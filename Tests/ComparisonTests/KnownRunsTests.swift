import Comparison
import XCTest

/// A table that takes the place of trainings is read as strictly as they are counted.
final class KnownRunsTests: XCTestCase {
    private let header = "cell,settings,seed,epoch,train_loss,train_accuracy,loss,accuracy,map,map_75,seconds\n"

    private func message(_ lines: String) -> String {
        do {
            _ = try KnownRuns(csv: header + lines, source: "k.csv")
            return "no error"
        } catch { return "\(error)" }
    }

    /// A line of epoch 1 with some values in the place of others.
    private func line(_ changes: [String: String] = [:]) -> String {
        var values = [
            "cell": "a", "settings": "x", "seed": "1", "epoch": "1", "train_loss": "0.5", "train_accuracy": "0.5",
            "loss": "0.5", "accuracy": "0.5", "map": "", "map_75": "", "seconds": "1.5",
        ]
        values.merge(changes) { $1 }
        return header.dropLast().split(separator: ",").map { values[String($0)] ?? "" }.joined(separator: ",") + "\n"
    }

    func testWhatCanBeIsRead() {
        XCTAssertEqual(message(line()), "no error")
        XCTAssertEqual(message(line() + line(["epoch": "2", "seconds": "0"])), "no error")
        XCTAssertEqual(message(line(["map": "0", "map_75": "1", "accuracy": "1"])), "no error")
    }

    func testNumbersThatNoEpochHas() {
        let advice = "give epochs.csv of a comparison, as it was written"
        for (column, value, shown) in [
            ("accuracy", "30", "30.0"), ("accuracy", "-0.1", "-0.1"), ("accuracy", "nan", "nan"),
            ("accuracy", "inf", "inf"), ("accuracy", "1e308", "1e+308"), ("map", "2", "2.0"), ("map_75", "-1", "-1.0"),
            ("train_accuracy", "1.5", "1.5"),
        ] {
            XCTAssertEqual(
                message(line([column: value])),
                "k.csv, line 2: \(column) is \(shown), and no share from 0 to 1: \(advice)")
        }
        for column in ["train_loss", "loss"] {
            for value in ["nan", "inf"] {
                XCTAssertEqual(
                    message(line([column: value])), "k.csv, line 2: \(column) is \(value), and no number: \(advice)")
            }
        }
        for (value, shown) in [("-1", "-1.0"), ("inf", "inf"), ("nan", "nan"), ("1e300", "1e+300")] {
            XCTAssertEqual(
                message(line(["seconds": value])),
                "k.csv, line 2: seconds is \(shown), which no epoch takes: \(advice)")
        }
        for column in ["map", "map_75", "seed", "epoch", "loss", "accuracy"] {
            XCTAssertEqual(message(line([column: "foo"])), "k.csv, line 2: \(column) is no number")
        }
        XCTAssertEqual(message(line(["seconds": ""])), "k.csv, line 2: seconds is no number")
    }

    func testAFileThatIsNoTable() {
        XCTAssertThrowsError(try KnownRuns(csv: "data: photos\nseeds: [1, 2]\n", source: "c.yaml")) {
            XCTAssertEqual(
                "\($0)",
                "c.yaml has no column \"cell\": give epochs.csv of a comparison, as this version writes it")
        }
    }

    func testEpochsFollowEachOther() {
        XCTAssertEqual(
            message(line() + line(["epoch": "3"])),
            "k.csv, line 3: a run's epochs have to follow each other from 1, and this is 3")
    }
}
