import Datasets
import Foundation
import XCTest

/// A folder that is removed after the test.
final class ScratchFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "sapool-datasets-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Writes a file and returns its path; folders above it are made.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        // Some file systems flush a file to the disk when it is cut and written again.
        try? FileManager.default.removeItem(at: url)
        try Data(bytes).write(to: url)
        return url.path
    }

    @discardableResult
    func write(_ name: String, text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
    }
}

/// The path of a file in Resources.
func resource(_ name: String) throws -> String {
    // Foundation may take a folder of this name for the bundle's own.
    let folder = try XCTUnwrap(Bundle.module.resourceURL)
    let path = folder.appendingPathComponent("Resources/\(name)").path
    return FileManager.default.fileExists(atPath: path) ? path : folder.appendingPathComponent(name).path
}

func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The folder of data that is no part of the repository, or a skipped test.
func sharedData(_ name: String) throws -> String {
    let shared = ProcessInfo.processInfo.environment["SAPOOL_SHARED"] ?? "../shared"
    let path = "\(shared)/data/\(name)"
    guard FileManager.default.fileExists(atPath: path) else {
        throw XCTSkip("\(path) is not here: name the shared folder in SAPOOL_SHARED")
    }
    return path
}

/// Fashion-MNIST, or a skipped test.
func fashionMNIST(_ split: Split) throws -> any Dataset {
    guard (try? DatasetCatalog.availableSplits("fashion-mnist")) != nil else {
        throw XCTSkip("Fashion-MNIST is not here: run Scripts/bootstrap")
    }
    return try DatasetCatalog.open("fashion-mnist", split: split)
}

func assertMessage<Result>(
    _ expected: String, file: StaticString = #filePath, line: UInt = #line, _ body: () throws -> Result
) {
    do {
        _ = try body()
        XCTFail("no error was thrown", file: file, line: line)
    } catch {
        XCTAssertEqual("\(error)", expected, file: file, line: line)
    }
}

/// An image whose pixels differ from each other: (17 x + 5 y + 80 c) mod 256.
func pattern(width: Int, height: Int, channels: Int) throws -> Image {
    var pixels: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            for c in 0..<channels { pixels.append(UInt8((17 * x + 5 * y + 80 * c) % 256)) }
        }
    }
    return try Image(width: width, height: height, channels: channels, pixels: pixels)
}

/// The most that two images differ in a byte.
func largestDifference(_ a: Image, _ b: Image) -> Int {
    guard a.size == b.size, a.channels == b.channels else { return Int.max }
    return zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
}

/// An IDX file.
func idx(_ dimensions: [Int], _ data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 8, UInt8(dimensions.count)]
    for dimension in dimensions {
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: dimension >> shift)) }
    }
    return bytes + data
}

/// A gzip file of stored blocks, written without zlib: short data and its CRC-32.
func gzip(_ data: [UInt8]) -> [UInt8] {
    precondition(data.count < 65536)
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
    let length = UInt32(data.count)
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    let block: [UInt8] = [1] + little(length, 2) + little(~length, 2) + data
    return header + block + little(crc32(data), 4) + little(length, 4)
}

/// The check sum of gzip and PNG.
func crc32(_ data: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in data {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
}

/// Bytes of a batch.
func pixels(of batch: Batch) -> [UInt8] {
    batch.pixels.withUnsafeBytes { Array($0) }
}

/// All batches that an iterator still has.
func collect(_ batches: BatchIterator) throws -> [Batch] {
    var all: [Batch] = []
    while let batch = try batches.next() { all.append(batch) }
    return all
}
