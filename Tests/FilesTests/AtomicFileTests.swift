import Files
import Foundation
import XCTest

/// Whatever stands at a path: what can be replaced is replaced as a whole, and nothing else is.
final class AtomicFileTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    private func write(_ text: String, to name: String) throws {
        try AtomicFile.replace("\(folder)/\(name)", with: Array(text.utf8))
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: target)
    }

    private func message(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "no error"
    }

    private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() }

    func testLinkStaysAndItsTargetIsReplaced() throws {
        try FileManager.default.createDirectory(atPath: "\(folder)/real", withIntermediateDirectories: false)
        try write("old", to: "real/file")
        try link("relative", to: "real/file")
        try link("second", to: "\(folder)/relative")
        try write("new", to: "second")
        XCTAssertEqual(try text("real/file"), "new")
        for (name, target) in [("relative", "real/file"), ("second", "\(folder)/relative")] {
            XCTAssertEqual(
                try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)"), target)
        }
        XCTAssertEqual(try names(), ["real", "relative", "second"])
    }

    func testLinkToNothingMakesItsTarget() throws {
        try link("link", to: "later")
        try write("first", to: "link")
        XCTAssertEqual(try names(), ["later", "link"])
        XCTAssertEqual(try text("later"), "first")
    }

    func testLinksInACircle() throws {
        try link("one", to: "two")
        try link("two", to: "one")
        XCTAssertEqual(
            message { try write("x", to: "one") }, "cannot write \(folder)/one: Too many levels of symbolic links")
        XCTAssertEqual(try names(), ["one", "two"])
    }

    func testDeviceIsWrittenIntoAndStays() throws {
        try AtomicFile.replace("/dev/null", with: [1, 2, 3])
        var status = stat()
        XCTAssertEqual(stat("/dev/null", &status), 0)
        XCTAssertEqual(status.st_mode & S_IFMT, S_IFCHR)
        try link("void", to: "/dev/null")
        try write("x", to: "void")
        XCTAssertEqual(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/void"), "/dev/null")
    }

    #if os(Linux)
        func testFullDevice() {
            XCTAssertEqual(
                message { try AtomicFile.replace("/dev/full", with: [1]) },
                "cannot write /dev/full: No space left on device")
        }
    #endif

    func testPipeGetsTheBytesAndStays() throws {
        let path = "\(folder)/pipe"
        XCTAssertEqual(mkfifo(path, 0o600), 0)
        // Open for both, so that neither end waits for the other.
        let reader = open(path, O_RDWR)
        defer { close(reader) }
        try write("through", to: "pipe")
        var bytes = [UInt8](repeating: 0, count: 16)
        XCTAssertEqual(read(reader, &bytes, 16), 7)
        XCTAssertEqual(String(decoding: bytes.prefix(7), as: UTF8.self), "through")
        XCTAssertEqual(try names(), ["pipe"])
    }

    func testFolderInTheWay() throws {
        try FileManager.default.createDirectory(atPath: "\(folder)/name", withIntermediateDirectories: false)
        XCTAssertEqual(
            message { try write("x", to: "name") },
            "cannot write \(folder)/name: it is a folder, and the name of a file is wanted")
    }

    func testPermissionsStay() throws {
        try write("secret", to: "file")
        XCTAssertEqual(chmod("\(folder)/file", 0o600), 0)
        try write("new secret", to: "file")
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/file")
        XCTAssertEqual(attributes[.posixPermissions] as? Int, 0o600)
    }

    func testLongestName() throws {
        let name = String(repeating: "n", count: 255)
        try write("x", to: name)
        XCTAssertEqual(try names(), [name])
    }

    func testFailureLeavesTheOldFileAndNothingElse() throws {
        struct Stop: Error {}
        try write("old", to: "file")
        XCTAssertThrowsError(
            try AtomicFile.replace("\(folder)/file") { file in
                try file.append([1])
                throw Stop()
            })
        XCTAssertEqual(try text("file"), "old")
        XCTAssertEqual(try names(), ["file"])
    }

    /// What a killed process has left is not locked; what another process is writing is.
    func testRemainsOfKilledProcessesGoAndThoseOfOthersStay() throws {
        let (dead, alive) = (".a.1\(TemporaryFile.suffix)", ".b.2\(TemporaryFile.suffix)")
        for name in [dead, alive, ".c.temporary"] {
            XCTAssertTrue(FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil))
        }
        let descriptor = open("\(folder)/\(alive)", O_RDONLY)
        defer { close(descriptor) }
        XCTAssertEqual(flock(descriptor, LOCK_EX), 0)
        try write("x", to: "d")
        XCTAssertEqual(try names(), [alive, ".c.temporary", "d"])
    }
}
