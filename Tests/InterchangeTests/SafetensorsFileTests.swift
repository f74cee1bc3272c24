import Interchange
import XCTest

/// Files on the disk: failures while writing, files of the reference implementation, large files.
final class SafetensorsFileTests: XCTestCase {
    private struct Golden: Decodable {
        let dtype: String
        let shape: [Int]
        let values: [Double]
    }

    func testReferenceImplementation() throws {
        let folder = try XCTUnwrap(Bundle.module.url(forResource: "Resources", withExtension: nil))
        let path = folder.appendingPathComponent("golden.safetensors").path
        let json = try Data(contentsOf: folder.appendingPathComponent("golden.json"))
        let expected = try JSONDecoder().decode([String: Golden].self, from: json)

        let file = try Safetensors(contentsOf: path)
        XCTAssertEqual(Set(file.names), Set(expected.keys))
        XCTAssertEqual(file.metadata, ["note": "line 1\nline \"2\" – π"])
        XCTAssertEqual(Set(file.tensors.map(\.tensor.type)), Set(ElementType.allCases))
        for (name, golden) in expected {
            let tensor = try XCTUnwrap(file[name], name)
            XCTAssertEqual(tensor.type.rawValue, golden.dtype, name)
            XCTAssertEqual(tensor.shape, golden.shape, name)
            XCTAssertEqual(tensor.doubles(), golden.values, name)
        }
        // Written again, it is the very same file.
        XCTAssertEqual(try file.serialized(), Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    func testParityFiles() throws {
        let root = ProcessInfo.processInfo.environment["SAPOOL_PARITY"] ?? "../shared/parity"
        let folder = root + "/layers"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw XCTSkip("no folder \(folder): name one with SAPOOL_PARITY")
        }
        let files = names.filter { $0.hasSuffix(".safetensors") }
        XCTAssertFalse(files.isEmpty)
        for name in files {
            let file = try Safetensors(contentsOf: "\(folder)/\(name)")
            let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
            XCTAssertEqual(try file.serialized(), bytes, name)
            XCTAssertTrue(file.tensors.allSatisfy { $0.tensor.doubles().allSatisfy(\.isFinite) }, name)
        }
    }

    func testUnwritableFolder() throws {
        let path = temporaryPath("none/model.safetensors")
        XCTAssertThrowsError(try Safetensors().write(to: path)) {
            XCTAssertEqual("\($0)", "cannot write \(path): No such file or directory")
        }
    }

    func testReplacesAndLeavesNothingBehind() throws {
        let path = temporaryPath("model.safetensors")
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try Safetensors([("a", try TensorData([1] as [Float]))]).write(to: path)
        let second = Safetensors([("b", try TensorData([2] as [Float]))])
        try second.write(to: path)
        XCTAssertEqual(try Safetensors(contentsOf: path), second)
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), ["model.safetensors"])
    }

    /// A limit on file sizes stands in for a full disk.
    func testFullDiskKeepsTheOldFile() throws {
        let path = temporaryPath("model.safetensors")
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let first = Safetensors([("a", try TensorData([1] as [Float]))])
        try first.write(to: path)

        var limit = rlimit()
        XCTAssertEqual(getrlimit(fileSizeLimit, &limit), 0)
        var small = limit
        small.rlim_cur = 100_000
        let handler = signal(SIGXFSZ, SIG_IGN)
        XCTAssertEqual(setrlimit(fileSizeLimit, &small), 0)
        let large = Safetensors([("a", try TensorData([Float](repeating: 1, count: 1_000_000)))])
        let outcome = Result { try large.write(to: path) }
        XCTAssertEqual(setrlimit(fileSizeLimit, &limit), 0)
        signal(SIGXFSZ, handler)

        XCTAssertThrowsError(try outcome.get()) {
            XCTAssertEqual("\($0)", "cannot write \(path): File too large")
        }
        XCTAssertEqual(try Safetensors(contentsOf: path), first)
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), ["model.safetensors"])
    }

    /// Reading 100 MB takes well under a second: some 0.1 s with a warm cache on a laptop.
    func testLargeFileIsFast() throws {
        let path = temporaryPath("large.safetensors")
        let file = Safetensors(
            try (0..<10).map { index in
                ("t\(index)", try TensorData([Float](repeating: Float(index), count: 2_500_000), shape: [500, 5000]))
            })
        try file.write(to: path)
        let start = DispatchTime.now().uptimeNanoseconds
        let read = try Safetensors(contentsOf: path)
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
        print("read 100 MB in \(seconds) s")
        XCTAssertEqual(read, file)
        XCTAssertLessThan(seconds, 5)
    }
}

#if canImport(Darwin)
    private let fileSizeLimit = RLIMIT_FSIZE
#else
    private let fileSizeLimit = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
#endif
