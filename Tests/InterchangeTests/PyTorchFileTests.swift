import Interchange
import XCTest

/// Files that PyTorch wrote (`Tests/Golden/make_pytorch_golden.py`): the good ones tensor by tensor, the bad ones by their message.
final class PyTorchFileTests: XCTestCase {
    private func path(_ name: String) throws -> String {
        try XCTUnwrap(Bundle.module.url(forResource: "Resources", withExtension: nil)).appendingPathComponent(
            "PyTorch/\(name)"
        ).path
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    func testTensorsOfEveryKind() throws {
        let expected = try Safetensors(contentsOf: path("expected.safetensors"))
        XCTAssertEqual(expected.count, 19)
        for name in ["state.pth", "checkpoint.pth", "protocol4.pt", "legacy.pth"] {
            let file = try WeightFile.read(contentsOf: path(name))
            XCTAssertEqual(Set(file.names), Set(expected.names), name)
            for (key, tensor) in expected.tensors { XCTAssertEqual(file[key], tensor, "\(name): \(key)") }
        }
        // The order is the state dict's.
        XCTAssertEqual(try PyTorchFile.read(contentsOf: path("state.pth")).names.first, "real.float64")
        XCTAssertEqual(
            try PyTorchFile.read(bytes: bytes("state.pth")), try PyTorchFile.read(contentsOf: path("state.pth")))
    }

    private func complaint(_ name: String) throws -> String {
        let path = try path(name)
        var message = ""
        XCTAssertThrowsError(try WeightFile.read(contentsOf: path)) {
            message = "\($0)".replacingOccurrences(of: path, with: name)
        }
        return message
    }

    func testAnythingButDataIsRefusedByName() throws {
        let advice =
            "and only tensors, strings, numbers, lists and dictionaries are read, because anything else could run code: save the weights alone, "
            + "with torch.save(model.state_dict(), PATH)"
        XCTAssertEqual(try complaint("hostile.pth"), "hostile.pth asks for posix.system, \(advice)")
        XCTAssertEqual(try complaint("hostile-legacy.pth"), "hostile-legacy.pth asks for posix.system, \(advice)")
        XCTAssertEqual(try complaint("namespace.pth"), "namespace.pth asks for argparse.Namespace, \(advice)")
        XCTAssertFalse(FileManager.default.fileExists(atPath: "sapool-was-hostile"))
    }

    func testWhatHoldsNoWeights() throws {
        let start = "is no valid PyTorch file: "
        let unsupported = "may be valid, but is not supported: "
        let end = "; copy or export it again"
        XCTAssertEqual(
            try complaint("list.pth"),
            "list.pth \(unsupported)it holds no dictionary of tensors: save model.state_dict()")
        XCTAssertEqual(
            try complaint("empty.pth"),
            "empty.pth \(unsupported)it holds no tensors under state_dict, model, model_state_dict or the like: its keys are epoch, things"
        )
        XCTAssertEqual(
            try complaint("endless.pth"),
            "endless.pth \(start)its tensors take over eight times its own size (tensor “w”)\(end)"
        )
    }

    func testDamage() throws {
        func problem(_ bytes: [UInt8]) -> String {
            var message = ""
            XCTAssertThrowsError(try PyTorchFile.read(bytes: bytes)) { message = "\($0)" }
            return message.replacingOccurrences(of: "this data is no valid PyTorch file: ", with: "")
                .replacingOccurrences(of: "; copy or export it again", with: "")
        }
        XCTAssertEqual(
            problem([]), "it is neither a zip archive nor does it start as torch.save did before version 1.6")
        XCTAssertEqual(problem([0x50, 0x4B, 3, 4]), "it is too short for a zip archive")
        let whole = try bytes("state.pth")
        XCTAssertEqual(problem(Array(whole.dropLast(1))), "its end is missing")
        // A bit of a weight: only its check sum can tell.
        let doubles = (0..<whole.count - 8).first {
            Array(whole[$0..<$0 + 8]) == withUnsafeBytes(of: -1.5) { Array($0) }
        }
        var flipped = whole
        flipped[try XCTUnwrap(doubles)] ^= 1
        XCTAssertEqual(problem(flipped), "the check sum of “state/data/0” in it is wrong (tensor “real.float64”)")
        let legacy = try bytes("legacy.pth")
        XCTAssertTrue(problem(Array(legacy.dropLast(1))).hasPrefix("it ends within the storage "))
    }

    /// Thousands of damaged files: an error or a success, never a crash. The old form has no check sums, so that damage reaches the
    /// pickle machine.
    func testFuzz() throws {
        for name in ["state.pth", "legacy.pth"] {
            let good = try bytes(name)
            for length in 0..<good.count {
                XCTAssertThrowsError(
                    try PyTorchFile.read(bytes: Array(good[..<length])), "\(name) truncated to \(length)")
            }
            var errors = 0
            for position in 0..<good.count {
                for bit in 0..<8 {
                    var bad = good
                    bad[position] ^= 1 << bit
                    if (try? PyTorchFile.read(bytes: bad)) == nil { errors += 1 }
                }
            }
            // Padding and names may change unnoticed.
            XCTAssertGreaterThan(errors, good.count, name)
            var random = SplitMix64(state: 1)
            for _ in 0..<3000 {
                var bad = good
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    let position = Int.random(in: 0..<bad.count, using: &random)
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: bad[position] = UInt8.random(in: 0...255, using: &random)
                    case 1: bad.remove(at: position)
                    default: bad.insert(Array("(}]tuesqrhjQRbX".utf8).randomElement(using: &random) ?? 0, at: position)
                    }
                }
                _ = try? PyTorchFile.read(bytes: bad)
            }
        }
    }

    /// What would exhaust the stack of a reader that nests.
    func testDeepNesting() {
        let depth = 200_000
        let header: [UInt8] = [
            0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2, 0x4D, 0xE9, 3,
            0x2E,
        ]
        let nested =
            Array(repeating: UInt8(ascii: "]"), count: depth) + Array(repeating: UInt8(ascii: "a"), count: depth - 1)
        let whole = header + [0x80, 2, 0x7D, 0x2E, 0x80, 2] + nested + [0x2E, 0x80, 2, 0x5D, 0x2E]
        XCTAssertThrowsError(try PyTorchFile.read(bytes: whole)) {
            XCTAssertTrue("\($0)".contains("it holds no dictionary of tensors"), "\($0)")
        }
    }
}
