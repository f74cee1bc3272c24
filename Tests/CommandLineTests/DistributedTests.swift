import Datasets
import Foundation
import Interchange
import XCTest

/// Several ranks on one machine, each the built program, with the variables that a launcher sets.
final class DistributedTests: CommandLineTestCase {
    private let network = "plain-cnn(channels=4-8, strides=22, pool=gaussian)"

    private func arguments(_ output: String, _ more: String...) -> [String] {
        [
            "train", "--network", network, "--data", "photos", "--resolution", "16", "--threads", "1", "--output",
            output,
            "--distributed-timeout", "30",
        ] + more
    }

    // MARK: - Equality with one process

    func testTwoRanksWithSharedStatisticsGiveTheWeightsOfOneProcess() throws {
        try makePhotos(train: 22, test: 7)
        // 9 images a step make the ranks' parts unequal, and 14 for evaluation.
        let settings = [
            "--epochs", "4", "--batch-size", "9", "--ema", "0.9", "--clip-norm", "0.5", "--learning-rate", "0.02",
            "--sync-batch-norm",
        ]
        XCTAssertEqual(try sapool(arguments("one") + settings).status, 0)
        for outcome in try ranks(2, arguments("two") + settings) { XCTAssertEqual(outcome.status, 0, outcome.errors) }
        try assertSameTraining("two", "one")
    }

    /// Each rank asks about its images; where they go on, the others get what the first one has kept.
    func testTwoRanksAskATeacherAsOneProcessDoes() throws {
        try makePhotos(train: 22, test: 7)
        let teacher = try sapool(arguments("teacher", "--epochs", "2", "--batch-size", "8"))
        XCTAssertEqual(teacher.status, 0, teacher.errors)
        let settings = [
            "--epochs", "12", "--batch-size", "9", "--learning-rate", "0.002", "--sync-batch-norm", "--teacher",
            "teacher", "--teacher-crops", "2", "--distillation-share", "0.9",
        ]
        XCTAssertEqual(try sapool(arguments("one") + settings).status, 0)
        let two = try start(2, arguments("two") + settings)
        waitForEpoch("two", two)
        kill(two[1].process.processIdentifier, SIGTERM)
        XCTAssertEqual(try two.map { try finish($0) }.map(\.status), [130, 130])
        XCTAssertTrue(exists("two/teacher-answers"))
        let resumed = try ranks(2, ["train", "--resume", "--sync-batch-norm", "--threads", "1", "--output", "two"])
        XCTAssertEqual(resumed.map(\.status), [0, 0], resumed.map(\.errors).joined())
        XCTAssertFalse(exists("two/teacher-answers"))
        try assertSameTraining("two", "one")
    }

    func testRanksWithTheirOwnStatisticsKeepOneModel() throws {
        try makePhotos(train: 16, test: 4)
        let outcomes = try ranks(
            3, arguments("run", "--epochs", "6", "--batch-size", "12", "--learning-rate", "0.1", "--json"))
        XCTAssertEqual(outcomes.map(\.status), [0, 0, 0], outcomes.map(\.errors).joined())
        // The first rank alone speaks and writes; its scores are those of all images.
        XCTAssertEqual(outcomes.dropFirst().map { $0.output + $0.errors }, ["", ""])
        let score = try XCTUnwrap(json(outcomes[0].output)["accuracy"] as? Double)
        let alone = try json(sapool("evaluate", "run", "--json").output)
        XCTAssertEqual(alone["accuracy"] as? Double, score)
        XCTAssertEqual(alone["images"] as? Int, 8)
    }

    func testAccuracyOnFashionMNISTIsThatOfOneProcess() throws {
        try makeFashion(train: 3000, test: 1000)
        let settings = [
            "train", "--network", "plain-cnn(channels=8-16, strides=22, pool=max)", "--data", "fashion", "--epochs",
            "5", "--batch-size", "50", "--learning-rate", "0.1", "--warmup-epochs", "0.5", "--augmentation", "none",
            "--threads", "1", "--json",
        ]
        let one = try sapool(settings + ["--output", "one"])
        XCTAssertEqual(one.status, 0, one.errors)
        let expected = try XCTUnwrap(json(one.output)["accuracy"] as? Double)
        XCTAssertGreaterThan(expected, 0.7)
        for (name, option) in [("shared", ["--sync-batch-norm"]), ("own", [])] {
            let two = try ranks(2, settings + ["--output", name] + option)
            XCTAssertEqual(two.map(\.status), [0, 0], two.map(\.errors).joined())
            let accuracy = try XCTUnwrap(json(two[0].output)["accuracy"] as? Double)
            XCTAssertEqual(accuracy, expected, accuracy: 0.04, name)
        }
    }

    // MARK: - Interruptions

    func testARunGoesOnWithAnotherNumberOfRanks() throws {
        try makePhotos(train: 32, test: 8)
        // A small rate: a large one would blow the rounding of sums in another order up, step by step.
        let settings = ["--epochs", "12", "--batch-size", "8", "--learning-rate", "0.002", "--sync-batch-norm"]
        XCTAssertEqual(try sapool(arguments("whole") + settings).status, 0)

        // Asking one rank to stop stops all of them after the same step, with a checkpoint.
        let two = try start(2, arguments("two-one") + settings)
        waitForEpoch("two-one", two)
        kill(two[1].process.processIdentifier, SIGTERM)
        XCTAssertEqual(try two.map { try finish($0) }.map(\.status), [130, 130])
        XCTAssertEqual(try sapool("train", "--resume", "--threads", "1", "--output", "two-one").status, 0)
        try assertSameTraining("two-one", "whole")

        let one = try start(1, arguments("one-two") + settings)
        waitForEpoch("one-two", one)
        kill(one[0].process.processIdentifier, SIGKILL)
        _ = try finish(one[0])
        let resumed = try ranks(2, ["train", "--resume", "--sync-batch-norm", "--threads", "1", "--output", "one-two"])
        XCTAssertEqual(resumed.map(\.status), [0, 0], resumed.map(\.errors).joined())
        try assertSameTraining("one-two", "whole")
    }

    func testADeadRankStopsTheOthersAtOnce() throws {
        try makePhotos(train: 32, test: 8)
        let both = try start(2, arguments("run", "--epochs", "2000", "--batch-size", "8"))
        waitForEpoch("run", both)
        let clock = ContinuousClock.now
        kill(both[1].process.processIdentifier, SIGKILL)
        let outcome = try finish(both[0])
        XCTAssertLessThan(ContinuousClock.now - clock, .seconds(5))
        _ = try finish(both[1])
        XCTAssertEqual(outcome.status, 1)
        XCTAssertEqual(
            message(outcome),
            "Error: rank 0 of 2 has lost the others: one has died or stopped, or has not answered for 30 s (--distributed-timeout); start "
                + "all of them again with --resume, which goes on from run/last.safetensors")
    }

    func testASilentRankStopsTheOthersAfterTheTimeout() throws {
        try makePhotos(train: 32, test: 8)
        let both = try start(
            2, arguments("run", "--epochs", "2000", "--batch-size", "8") + ["--distributed-timeout", "4.5"])
        // Starting, too, has to take less on a machine that is busy.
        waitForEpoch("run", both)
        let clock = ContinuousClock.now
        kill(both[1].process.processIdentifier, SIGSTOP)
        let outcome = try finish(both[0])
        XCTAssertLessThan(ContinuousClock.now - clock, .seconds(12))
        kill(both[1].process.processIdentifier, SIGKILL)
        _ = try finish(both[1])
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(message(outcome).contains("has not answered for 4.5 s"), outcome.errors)
    }

    /// One that has met the others and goes before anything is trained, for a reason of its own.
    func testARankThatIsLostBeforeTheFirstStepIsASentence() throws {
        try makePhotos(train: 8, test: 2)
        let port = "\(Self.freePort())"
        let both = try [[], ["--workers", "999"]].enumerated().map { rank, wrong in
            try start(arguments("run", "--epochs", "1", "--batch-size", "4") + wrong, variables(rank, of: 2, port))
        }
        let outcomes = try both.map { try finish($0) }
        XCTAssertEqual(outcomes.map(\.status), [1, 64])
        XCTAssertEqual(
            message(outcomes[0]),
            "Error: rank 0 of 2 has lost the others: one has died or stopped, or has not answered for 30 s (--distributed-timeout); start "
                + "all of them again with --resume")
    }

    func testTheOthersStopWhereTheFirstRankCannotBegin() throws {
        try makePhotos(train: 8, test: 2)
        try FileManager.default.createDirectory(atPath: "\(folder)/run", withIntermediateDirectories: true)
        try "{}".write(toFile: "\(folder)/run/config.json", atomically: true, encoding: .utf8)
        let outcomes = try ranks(2, arguments("run", "--epochs", "1", "--batch-size", "4"))
        XCTAssertEqual(outcomes.map(\.status), [1, 1])
        XCTAssertEqual(
            message(outcomes[0]),
            "Error: run holds a run already: add --resume to go on with it, or choose another output folder")
        XCTAssertEqual(outcomes[1].errors, "")
    }

    // MARK: - Who listens, and to whom

    func testRankZeroListensOnTheAddressOfTheOthersAlone() throws {
        #if !os(Linux)
            throw XCTSkip("the list of who listens is Linux's")
        #endif
        try makePhotos(train: 8, test: 2)
        let port = Self.freePort()
        let zero = try start(
            arguments("run", "--epochs", "1", "--batch-size", "4") + ["--distributed-timeout", "8"],
            [
                "RANK": "0", "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": "\(port)",
            ])
        let end = ContinuousClock.now + .seconds(20)
        var listening: [String] = []
        while listening.isEmpty, ContinuousClock.now < end, zero.process.isRunning {
            // Address and port in hexadecimal, then the other side's, then the state: 0A listens.
            let lines = try ["tcp", "tcp6"].flatMap {
                try String(contentsOfFile: "/proc/net/\($0)", encoding: .utf8).split(separator: "\n")
            }
            listening = lines.map { $0.split(separator: " ").map(String.init) }
                .filter { $0.count > 3 && $0[3] == "0A" && $0[1].hasSuffix(String(format: ":%04X", port)) }.map {
                    $0[1]
                }
            Thread.sleep(forTimeInterval: 0.01)
        }
        zero.process.terminate()
        kill(zero.process.processIdentifier, SIGKILL)
        _ = try finish(zero)
        XCTAssertEqual(listening, [String(format: "0100007F:%04X", port)])
    }

    /// Something else may listen where rank 0 should, take the connection, and never say anything.
    func testARankWaitsForASilentListenerNoLongerThanItsTimeout() throws {
        try makePhotos(train: 8, test: 2)
        let (descriptor, port) = Self.listener()
        defer { close(descriptor) }
        XCTAssertEqual(listen(descriptor, 8), 0)
        let clock = ContinuousClock.now
        let one = try start(
            arguments("run", "--epochs", "1", "--batch-size", "4") + ["--distributed-timeout", "1"],
            ["RANK": "1", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)"])
        let outcome = try finish(one)
        XCTAssertLessThan(ContinuousClock.now - clock, .seconds(8))
        XCTAssertEqual(outcome.status, 1)
        XCTAssertTrue(
            message(outcome).hasPrefix("Error: rank 1 of 2 does not meet the others at 127.0.0.1:\(port) within 1 s: "),
            outcome.errors)
    }

    // MARK: - Wrong variables

    func testVariablesThatMakeNoSense() throws {
        try makePhotos(train: 8, test: 2)
        func complaint(_ variables: [String: String]) throws -> String {
            let process = try start(
                arguments("run", "--epochs", "1", "--batch-size", "4", "--distributed-timeout", "1"), variables)
            let outcome = try finish(process)
            XCTAssertEqual(outcome.status, 1)
            return message(outcome)
        }
        XCTAssertEqual(
            try complaint(["RANK": "0"]),
            "Error: WORLD_SIZE is not set, but RANK are: start with torchrun or srun, set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, or "
                + "none of them to train with one process")
        let complete = [
            "RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(Self.freePort())",
        ]
        func with(_ name: String, _ value: String) -> [String: String] { complete.merging([name: value]) { $1 } }
        XCTAssertEqual(try complaint(with("RANK", "2")), "Error: RANK is 2 and WORLD_SIZE is 2: ranks go from 0 to 1")
        XCTAssertEqual(
            try complaint(with("WORLD_SIZE", "two")),
            "Error: WORLD_SIZE is \"two\": it has to be a whole number, 1 or more")
        XCTAssertEqual(
            try complaint(with("MASTER_PORT", "70000")), "Error: MASTER_PORT is 70000: ports go from 1 to 65535")
        let alone = try complaint(complete)
        XCTAssertTrue(
            alone.hasPrefix(
                "Error: rank 0 of 2 does not meet the others at 127.0.0.1:\(complete["MASTER_PORT"] ?? "") within 1 s: check that all 2 were "
                    + "started, and MASTER_ADDR and MASTER_PORT (libtorch says: "), alone)
        XCTAssertFalse(exists("run"))
    }

    // MARK: - Support

    private struct Started {
        let process: Process
        let output: String
        let errors: String
    }

    private func start(_ arguments: [String], _ variables: [String: String]) throws -> Started {
        let process = command(arguments)
        process.environment?.merge(variables) { $1 }
        let paths = ["stdout", "stderr"].map { "\(folder)/.\($0)-\(UUID().uuidString)" }
        for path in paths { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardOutput = FileHandle(forWritingAtPath: paths[0])
        process.standardError = FileHandle(forWritingAtPath: paths[1])
        try process.run()
        return Started(process: process, output: paths[0], errors: paths[1])
    }

    /// Starts the ranks of one training.
    private func start(_ count: Int, _ arguments: [String]) throws -> [Started] {
        let port = "\(Self.freePort())"
        return try (0..<count).map { try start(arguments, variables($0, of: count, port)) }
    }

    private func variables(_ rank: Int, of count: Int, _ port: String) -> [String: String] {
        [
            "RANK": "\(rank)", "WORLD_SIZE": "\(count)", "LOCAL_RANK": "\(rank)", "LOCAL_WORLD_SIZE": "\(count)",
            "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port,
        ]
    }

    private func finish(_ started: Started) throws -> Outcome {
        started.process.waitUntilExit()
        return Outcome(
            status: started.process.terminationStatus,
            output: try String(contentsOfFile: started.output, encoding: .utf8),
            errors: try String(contentsOfFile: started.errors, encoding: .utf8))
    }

    /// Runs the ranks of one training to their end.
    private func ranks(_ count: Int, _ arguments: [String]) throws -> [Outcome] {
        try start(count, arguments).map { try finish($0) }
    }

    /// Waits until the first epoch's checkpoint is there.
    private func waitForEpoch(_ run: String, _ started: [Started]) {
        while !exists("\(run)/last.safetensors"), started.allSatisfy({ $0.process.isRunning }) {
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Whether two runs came to the same weights and metrics, up to rounding.
    private func assertSameTraining(_ run: String, _ expected: String, line: UInt = #line) throws {
        for name in ["model.safetensors", "last.safetensors"] {
            let (found, wanted) = (
                try Safetensors(contentsOf: "\(folder)/\(run)/\(name)"),
                try Safetensors(contentsOf: "\(folder)/\(expected)/\(name)")
            )
            XCTAssertEqual(found.names, wanted.names, line: line)
            for (name, tensor) in found.tensors where tensor.type == .float32 {
                let (a, b) = (floats(tensor.bytes), floats(try XCTUnwrap(wanted[name]).bytes))
                let scale = max(0.01, b.map(abs).max() ?? 0)
                let difference = zip(a, b).map { abs($0 - $1) }.max() ?? 0
                XCTAssertLessThan(difference, 2e-3 * scale, "\(name) in \(run)", line: line)
            }
        }
        let (found, wanted) = (try losses(run), try losses(expected))
        XCTAssertEqual(found.count, wanted.count, line: line)
        for (a, b) in zip(found, wanted) { XCTAssertEqual(a, b, accuracy: 1e-3 * max(1, b), line: line) }
    }

    private func floats(_ bytes: [UInt8]) -> [Float] {
        bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }

    private func losses(_ run: String) throws -> [Double] {
        try String(contentsOfFile: "\(folder)/\(run)/metrics.jsonl", encoding: .utf8).split(separator: "\n").flatMap {
            line in
            let object = try json(String(line))
            return ["train_loss", "loss", "accuracy", "train_accuracy"].compactMap { object[$0] as? Double }
        }
    }

    /// A port that nobody listens on.
    private static func freePort() -> Int {
        let (descriptor, port) = listener()
        close(descriptor)
        return port
    }

    /// A socket with a port of its own on this machine, and that port.
    private static func listener() -> (descriptor: Int32, port: Int) {
        #if os(Linux)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            guard bind(descriptor, pointer, length) == 0, getsockname(descriptor, pointer, &length) == 0 else {
                return 29_500
            }
            return Int(UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self)))
        }
        return (descriptor, port)
    }

    /// Writes the first images of Fashion-MNIST to the folder `fashion`, in its own format.
    private func makeFashion(train: Int, test: Int) throws {
        guard (try? DatasetCatalog.availableSplits("fashion-mnist")) != nil else {
            throw XCTSkip("Fashion-MNIST is not here: run Scripts/bootstrap")
        }
        try FileManager.default.createDirectory(atPath: "\(folder)/fashion", withIntermediateDirectories: true)
        for (split, prefix, count) in [(Split.train, "train", train), (.test, "t10k", test)] {
            let data = try DatasetCatalog.open("fashion-mnist", split: split)
            let big = [UInt8(0), 0, UInt8(count >> 8), UInt8(count & 255)]
            let pixels = try (0..<count).flatMap { try data.image(at: $0).pixels }
            let labels = (0..<count).map { UInt8(data.label(at: $0)) }
            let sides: [UInt8] = [0, 0, 0, 28, 0, 0, 0, 28]
            try Data([0, 0, 8, 3] + big + sides + pixels)
                .write(to: URL(fileURLWithPath: "\(folder)/fashion/\(prefix)-images-idx3-ubyte"))
            try Data([0, 0, 8, 1] + big + labels).write(
                to: URL(fileURLWithPath: "\(folder)/fashion/\(prefix)-labels-idx1-ubyte"))
        }
    }
}
