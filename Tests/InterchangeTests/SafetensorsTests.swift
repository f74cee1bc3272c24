import Interchange
import XCTest

/// The format on small files that a person can check.
final class SafetensorsTests: XCTestCase {
    func testLayoutByHand() throws {
        var file = Safetensors(metadata: ["b": "2", "a": "1"])
        file["x"] = try TensorData([7] as [UInt8])
        file["y"] = try TensorData([1] as [Float], shape: [1, 1])
        // Metadata by key, names in order; y's data comes first because its elements are wider.
        let header =
            #"{"__metadata__":{"a":"1","b":"2"},"#
            + #""x":{"dtype":"U8","shape":[1],"data_offsets":[4,5]},"#
            + #""y":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        let expected =
            [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8) + [0, 0, 0x80, 0x3F, 7]
        XCTAssertEqual(try file.serialized(), expected)
        XCTAssertEqual(try Safetensors(bytes: expected), file)
    }

    func testCollection() throws {
        let one = try TensorData([1] as [Float])
        let two = try TensorData([2] as [Float])
        var file = Safetensors([("b", one), ("a", one), ("b", two)])
        XCTAssertEqual(file.names, ["b", "a"])
        XCTAssertEqual(file["b"], two)
        XCTAssertNil(file["c"])
        file["b"] = nil
        file["c"] = nil
        XCTAssertEqual(file.names, ["a"])
        file["b"] = one
        XCTAssertEqual(file.tensors.map(\.name), ["a", "b"])
        XCTAssertEqual(file.count, 2)
    }

    func testRoundTripKeepsOrderNamesAndMetadata() throws {
        var file = Safetensors(metadata: ["ключ": "a \"quoted\"\n\u{0}\u{1F} \\ line", "": ""])
        file["z/🧠"] = try TensorData([1, 2, 3] as [UInt8], shape: [3, 1])
        file["quote \" \\ \u{7} é"] = try TensorData([Float.nan, .infinity, -0.0])
        file[""] = try TensorData([Double](), shape: [0, 4])
        file["scalar"] = try TensorData([5] as [Int64], shape: [])
        let path = temporaryPath("round trip.safetensors")
        try file.write(to: path)
        let read = try Safetensors(contentsOf: path)
        XCTAssertEqual(read, file)
        XCTAssertEqual(read.names, file.names)
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: path)), Data(try file.serialized()))
    }

    func testNoTensors() throws {
        let bytes = try Safetensors().serialized()
        XCTAssertEqual(bytes, [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
        XCTAssertEqual(try Safetensors(bytes: bytes), Safetensors())
    }

    func testReservedNameIsRefused() throws {
        let file = Safetensors([("__metadata__", try TensorData([1] as [Float]))])
        XCTAssertThrowsError(try file.serialized()) {
            XCTAssertEqual(
                "\($0)", "a tensor cannot be named __metadata__ in a safetensors file: give it another name")
        }
    }

    func testForeignJSON() throws {
        let header = """
             {"w" : { "later":[1.5e-3,{"a":null},[],{},true,false,"x",-0], "data_offsets":[0,2],
             "shape":[ 2 ] , "dtype":"\\u00498"}, "\\ud83e\\udde0\\/":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}}
            """.trimmingCharacters(in: .whitespaces)
        let file = try Safetensors(bytes: raw(header, data: [255, 1]))
        XCTAssertEqual(file.names, ["w", "🧠/"])
        XCTAssertEqual(try file["w"]?.int64s(), [-1, 1])
    }
}

extension XCTestCase {
    /// A path in a folder that is removed after the test.
    func temporaryPath(_ name: String) -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        XCTAssertNoThrow(try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true))
        addTeardownBlock { try? FileManager.default.removeItem(at: folder) }
        return folder.appendingPathComponent(name).path
    }

    /// The bytes of a safetensors file with a header written by hand.
    func raw(_ header: String, data: [UInt8] = []) -> [UInt8] {
        withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
    }
}
