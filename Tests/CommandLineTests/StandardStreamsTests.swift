import Foundation
import XCTest

/// Standard output that holds nothing, standard error that nobody reads: what becomes of each verb's results.
final class StandardStreamsTests: CommandLineTestCase {
    private struct Ending {
        let status: Int32
        let output: String
        let errors: String
    }

    /// Runs a line of a shell, in which `sapool` is the program.
    private func shell(_ line: String) throws -> Ending {
        let process = command([])
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "sapool() { \"\(Self.program)\" \"$@\"; }; \(line)"]
        let (status, output, errors) = try process.ending()
        return Ending(status: status, output: output, errors: errors)
    }

    private let training =
        "--data photos --network 'plain-cnn(channels=4-8)' --epochs 2 --batch-size 16 --workers 0 --threads 1 --augmentation none"

    /// A run, its int8 model, a package, a comparison: what the verbs below look at.
    private func makeRun() throws {
        try makePhotos(train: 8, test: 2)
        try """
        data: photos
        epochs: 1
        batch-size: 16
        seeds: [1]
        cells:
          - name: a
            network: plain-cnn(channels=4-8)
        """.write(toFile: "\(folder)/compare.yaml", atomically: true, encoding: .utf8)
        for line in [
            "sapool train \(training) --output run", "sapool quantize run --images 8 --no-evaluate",
            "sapool export run --format firmware --output firmware", "sapool export run --format onnx --output a.onnx",
            "sapool export run --format safetensors --output a.safetensors",
            "sapool compare compare.yaml --output compared --workers 0 --threads 1",
        ] {
            let ending = try shell(line)
            XCTAssertEqual(ending.status, 0, "\(line): \(ending.errors)")
        }
    }

    /// A command for each verb that ends with results on standard output.
    private let verbs = [
        "plan plain-cnn --resolution 16", "plan plain-cnn --resolution 16 --json",
        "search --resolutions 16 --widths 0.25 --pools max",
        "train --resume --output run", "train --resume --output run --json", "evaluate run",
        "evaluate run --json --int8",
        "predict run photos/test/left/0.png", "predict run --data photos --samples 1 --json",
        "compare compare.yaml --output compared", "compare compare.yaml --output compared --dry-run",
        "summarize compared/results.csv", "visualize run photos/test/left/0.png", "report run --looks 1",
        "import a.onnx", "export run --format onnx --output b.onnx", "simulate firmware photos/test/left/0.png",
        "quantize run --images 8 --output c.safetensors", "--help", "help train", "plan --help", "--version",
    ]

    func testResultsThatCannotBeWrittenFail() throws {
        #if os(Linux)
            try makeRun()
            let prune = (0..<2).map { "prune run --target channels=0.5 --output pruned\($0)" }
            for (number, place) in [">/dev/full", ">&-"].enumerated() {
                for verb in verbs + [prune[number]] {
                    let ending = try shell("sapool \(verb) \(place)")
                    XCTAssertEqual(ending.status, 1, "\(verb) \(place): \(ending.errors)")
                    let reason = number == 0 ? "No space left on device" : "Bad file descriptor"
                    XCTAssertTrue(
                        ending.errors.hasSuffix(
                            "Error: cannot write the results to standard output: \(reason); give them another place\n"),
                        "\(verb) \(place): \(ending.errors)")
                }
            }
            // The work itself was done.
            for name in ["pruned0/network.json", "pruned1/network.json", "b.onnx", "c.safetensors"] {
                XCTAssertTrue(exists(name), name)
            }
        #endif
    }

    func testReaderThatHasHadEnoughIsNoError() throws {
        let ending = try shell(
            "{ sapool plan mobilenet_v2-skip-1222121 --resolution 224; echo $? >status; } | head -n 1; sleep 0.2; cat status"
        )
        XCTAssertEqual(ending.errors, "")
        XCTAssertTrue(ending.output.hasPrefix("mobilenet_v2-skip-1222121, image 3×224×224"), ending.output)
    }

    /// Lines for people that go nowhere neither end a training nor change what it comes to.
    func testTrainingGoesOnWithoutStandardError() throws {
        #if os(Linux)
            try makePhotos(train: 8, test: 2)
            XCTAssertEqual(try shell("sapool train \(training) --output plain").status, 0)
            let weights = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/plain/model.safetensors"))
            for (number, place) in [
                "2>/dev/full", "2>&-", ">/dev/null 2>&-", "<&- 2>&-", "2>&1 | head -n 1 >/dev/null; wait",
            ].enumerated() {
                let ending = try shell("sapool train \(training) --output run\(number) \(place)")
                XCTAssertEqual(ending.status, 0, "\(place): \(ending.errors)")
                let path = "\(folder)/run\(number)/model.safetensors"
                XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: path)), weights, place)
            }
        #endif
    }

    /// What a shell's limit on file sizes refuses is a failure with a sentence, and goes on with more room.
    func testFilesThatCannotBeWrittenFailAndGoOn() throws {
        try makePhotos(train: 8, test: 2)
        XCTAssertEqual(try shell("sapool train \(training) --output plain").status, 0)
        let ending = try shell("ulimit -f 1; sapool train \(training) --output run")
        XCTAssertEqual(ending.status, 1)
        XCTAssertTrue(
            ending.errors.contains("Error: cannot write run/") && ending.errors.hasSuffix(": File too large\n"),
            ending.errors)
        XCTAssertEqual(try shell("sapool train \(training) --output run --resume").status, 0)
        XCTAssertEqual(
            try Data(contentsOf: URL(fileURLWithPath: "\(folder)/run/model.safetensors")),
            try Data(contentsOf: URL(fileURLWithPath: "\(folder)/plain/model.safetensors")))
    }

    /// As on a machine that has too little.
    func testMemoryThatIsMissingIsASentence() throws {
        #if os(Linux)
            try makePhotos(train: 32, test: 2)
            let ending = try shell(
                "ulimit -v 3000000; sapool train --network 'plain-cnn(channels=64)' --data photos --resolution 512 "
                    + "--batch-size 32 --epochs 1 --threads 1 --workers 0 --output run")
            XCTAssertEqual(ending.status, 1)
            XCTAssertTrue(
                ending.errors.hasSuffix(
                    " bytes more were asked for): use a smaller batch-size or resolution, or compute each batch in parts "
                        + "(accumulate); there is no earlier checkpoint\n"), ending.errors)
        #endif
    }

    /// A line of progress on a terminal of a known width never wraps.
    func testProgressFitsTheTerminal() throws {
        #if os(Linux)
            try makePhotos(train: 24, test: 2)
            let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            // TIOCSPTLCK and TIOCGPTN, which Swift does not see: unlocks the other end, and gives its number.
            var (isLocked, number) = (Int32(0), Int32(-1))
            XCTAssertTrue(ioctl(master, 0x4004_5431, &isLocked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
            let name = "/dev/pts/\(number)"
            var size = winsize(ws_row: 24, ws_col: 50, ws_xpixel: 0, ws_ypixel: 0)
            XCTAssertEqual(ioctl(master, UInt(TIOCSWINSZ), &size), 0)
            let process = command([
                "train", "--data", "photos", "--network", "plain-cnn(channels=8-16-32)", "--epochs", "60",
                "--batch-size", "4", "--workers", "0", "--output", "run",
            ])
            let terminal = FileHandle(fileDescriptor: open(name, O_RDWR | O_NOCTTY), closeOnDealloc: false)
            process.standardError = terminal
            try process.run()
            try terminal.close()
            var shown: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(master, &buffer, buffer.count)
                guard count > 0 else { break }
                shown += buffer.prefix(count)
            }
            close(master)
            process.waitUntilExit()
            XCTAssertEqual(process.terminationStatus, 0)
            let moving = String(decoding: shown, as: UTF8.self).replacingOccurrences(of: "\u{1B}[K", with: "")
                .split { $0 == "\r" || $0 == "\n" || $0 == "\r\n" }.filter {
                    $0.contains("images/s  ") || $0.hasSuffix("…")
                }
            XCTAssertFalse(moving.isEmpty)
            for line in moving { XCTAssertLessThan(line.count, 50, String(line)) }
        #endif
    }

    func testNamesCannotSteerTheTerminal() throws {
        try makePhotos(train: 8, test: 2)
        let name = "\u{1B}[31mred\u{7}\u{202E}"
        for split in ["train", "test"] {
            try FileManager.default.moveItem(
                atPath: "\(folder)/photos/\(split)/left", toPath: "\(folder)/photos/\(split)/\(name)")
        }
        try FileManager.default.copyItem(
            atPath: "\(folder)/photos/test/right/0.png", toPath: "\(folder)/\(name).png")
        XCTAssertEqual(try shell("sapool train \(training) --output run").status, 0)
        for arguments in [
            ["predict", "run", "\(name).png"], ["predict", "run", "\(name).png", "--json"],
            ["predict", "run", "\(name).none"], ["evaluate", "run", "--confusion"], ["evaluate", "run", "--json"],
            ["evaluate", "\(name)"], ["plan", "\(name)"], ["\(name)"], ["plan", "plain-cnn", "--sram", name],
            ["visualize", "run", "\(name).png"], ["report", "run"],
        ] {
            let outcome = try sapool(arguments)
            for text in [outcome.output, outcome.errors] {
                XCTAssertFalse(
                    text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control }
                        || text.contains("\u{202E}"), "\(arguments): \(text)")
            }
        }
    }
}
