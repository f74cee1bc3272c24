import Foundation
import Interchange
import Networks
import Training
import XCTest

import Fitting

/// What a fit reads back, and what it is given: what cannot be is a sentence before anything is trained.
final class DamagedFitTests: FolderTestCase {
    private var options: FitOptions {
        FitOptions(data: "\(folder)/photos", budget: FitBudget(sram: 1 << 16, flash: 1 << 18))
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    // MARK: - state.json

    /// Of two networks, two rungs and two classes: the state of one rung, with a change.
    private func impossibility(_ change: (inout [String: Any]) -> Void) throws -> String? {
        let epochs = ["a": 1, "b": 1]
        let schedule = FitSchedule(
            hours: 1, timingSeconds: 0, teacher: nil,
            entries: ["a", "b"].map { entry($0, Pace(training: 1, scoring: 1, start: 0)) },
            rungs: [
                FitSchedule.Rung(entrants: 2, images: 8, epochs: epochs, seconds: 1),
                FitSchedule.Rung(entrants: 1, images: 8, epochs: epochs, seconds: 1),
            ], final: FitSchedule.Final(epochs: epochs, quantizationEpochs: 1, seconds: 1), finishSeconds: 1,
            remarks: [])
        let fit = FitFolder(folder)
        try? FileManager.default.removeItem(atPath: fit.state)
        try FitJournal(fit, options).update { _ in }
        let path = URL(fileURLWithPath: fit.state)
        var state = try XCTUnwrap(JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any])
        state["rungs"] = [
            ["scores": ["a": 0.5, "b": 0.75], "kept": ["b"]], ["scores": ["b": 0.75], "kept": ["b"]],
        ]
        (state["winner"], state["winnerScore"]) = ("b", 0.75)
        state["quantized"] = quantized([[1, 1], [0, 2]])
        change(&state)
        try JSONSerialization.data(withJSONObject: state).write(to: path)
        return try FitJournal(fit, options).state.impossibility(schedule, classes: 2)
    }

    private func quantized(_ confusion: [[Int]], images: Int = 4) -> [String: Any] {
        [
            "scoreName": "accuracy", "float": 0.5, "int8": 0.75, "confusion": confusion, "images": images,
            "isTrained": false,
        ]
    }

    func testAStateThatCanBe() throws {
        XCTAssertNil(try impossibility { _ in })
        XCTAssertNil(try impossibility { $0["quantized"] = quantized([], images: 9) }, "a detector's")
        XCTAssertNil(
            try impossibility { state in
                state["rungs"] = [["scores": ["a": 0.5, "b": 0.75], "kept": ["b"]]]
                state["winner"] = nil
            })
    }

    func testRungsThatCannotBe() throws {
        func rungs(_ rungs: [([String: Double], [String])]) throws -> String? {
            try impossibility { $0["rungs"] = rungs.map { ["scores": $0.0, "kept": $0.1] as [String: Any] } }
        }
        let (first, second) = ((["a": 0.5, "b": 0.75], ["b"]), (["b": 0.75], ["b"]))
        XCTAssertEqual(try rungs([first, second, second]), "it has 3 rungs, and the schedule 2")
        XCTAssertEqual(
            try rungs([(["a": 0.5, "c": 0.75], ["a"])]), "rung 1 has a score of c, which did not get there")
        XCTAssertEqual(
            try rungs([first, (["a": 0.5], ["a"])]), "rung 2 has a score of a, which did not get there")
        XCTAssertEqual(try rungs([(["a": 30], ["a"])]), "a has 30.0 on rung 1, and no share from 0 to 1")
        for kept in [[], ["b", "b"]] {
            XCTAssertEqual(
                try rungs([(first.0, kept)]), "those that rung 1 keeps are none, or one is there twice")
        }
        XCTAssertEqual(try rungs([(["b": 0.5], ["a"])]), "rung 1 keeps a, which has no score there")
        XCTAssertEqual(try rungs([first]), "b has won, and is not what the rungs have left")
        XCTAssertEqual(
            try impossibility { $0["winner"] = "a" }, "a has won, and is not what the rungs have left")
        XCTAssertEqual(
            try impossibility { $0["winnerScore"] = 2 }, "the winner has 2.0, and no share from 0 to 1")
    }

    func testScoresThatCannotBe() throws {
        func complaint(_ confusion: [[Int]], images: Int = 4) throws -> String? {
            try impossibility { $0["quantized"] = quantized(confusion, images: images) }
        }
        for confusion in [[[1, 1]], [[1, 1, 0], [0, 2, 0]], [[4], []], [[1, 1], [0, 2], [0, 0]]] {
            XCTAssertEqual(try complaint(confusion), "its confusion is not of 2 classes")
        }
        for confusion in [[[Int.max, 1], [0, 2]], [[-1, 3], [0, 2]]] {
            XCTAssertEqual(try complaint(confusion), "its confusion has numbers that no images have")
        }
        XCTAssertEqual(
            try complaint([[1, 1], [0, 2]], images: 5), "its confusion is of 4 images, and its scores of 5")
    }

    // MARK: - survey.json

    func testASurveyThatCannotBe() throws {
        try makePhotos(["train": ["left": 10, "right": 10], "test": ["left": 4, "right": 4]])
        let folder = FitFolder("\(self.folder)/fit")
        try RunFolder(folder.path).create()
        let survey = try DataSurvey("\(self.folder)/photos")
        func complaint(_ change: (inout DataSurvey) -> Void) throws -> String {
            var changed = survey
            change(&changed)
            try JSONEncoder().encode(changed).write(to: URL(fileURLWithPath: folder.survey))
            let fit = try Fit(options, folder: folder)
            return message { _ = try fit.plan(FakeTraining(root: folder.path), { true }, { _ in }) }
        }
        func sentence(_ what: String) -> String {
            "\(folder.survey) is damaged: \(what): begin anew in another output folder"
        }
        XCTAssertEqual(try complaint { $0.parts.append($0.parts[0]) }, sentence("a split is there twice"))
        XCTAssertEqual(
            try complaint { $0.parts[0].counts = [10] }, sentence("train has 1 counts of 2 classes"))
        XCTAssertEqual(
            try complaint { $0.parts[0].counts[1] = -1 }, sentence("train has numbers that no images have"))
        XCTAssertEqual(
            try complaint { $0.parts[0].images = .max }, sentence("test has numbers that no images have"))
        XCTAssertEqual(
            try complaint { $0.medianSide = 17 }, sentence("images are 16 to 16 pixels, half of them 17 and more"))
        XCTAssertEqual(try complaint { _ in }, "no error")
    }

    // MARK: - Options without effect

    func testWhatMakesATeacherIsForClasses() {
        var options = options
        options.task = .detection
        options.weights = "nope.pth"
        XCTAssertNoThrow(try options.validate(), "a backbone begins with them")
        (options.weights, options.teacher) = (nil, "runs/a")
        XCTAssertEqual(
            message { try options.validate() },
            "--teacher is for networks that tell images apart: leave it out with --task detection")
    }

    /// Before anything is timed: weights are opened, and looked for in the network that they are said to be of.
    func testWeightsOfATeacherAreOpenedFirst() throws {
        func complaint(_ weights: String, of network: String) -> String {
            var options = options
            (options.weights, options.weightsNetwork) = ("\(folder)/\(weights)", network)
            return message { _ = try TeacherSource(options, classNames: ["left", "right"]) }
        }
        let weights = try TensorData(type: .float32, shape: [3], bytes: [UInt8](repeating: 0, count: 12))
        try Safetensors([(name: "nobody.weight", tensor: weights)]).write(to: "\(folder)/w.safetensors")
        try "no weights".write(toFile: "\(folder)/w.txt", atomically: true, encoding: .utf8)
        XCTAssertTrue(
            complaint("w.safetensors", of: "zzz").hasPrefix("--weights-network zzz: "),
            complaint("w.safetensors", of: "zzz"))
        XCTAssertEqual(
            complaint("w.safetensors", of: "plain-cnn(channels=4-8)"),
            "\(folder)/w.safetensors has no tensor that fits plain-cnn(channels=4-8): name the network that these "
                + "weights are of with --weights-network")
        let unreadable = complaint("w.txt", of: "plain-cnn(channels=4-8)")
        XCTAssertTrue(unreadable.hasPrefix("\(folder)/w.txt "), unreadable)
    }
}
