import Deployment
import Foundation
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// Names from outside stand in generated files as text, and never as code.
final class PrintedTextTests: XCTestCase {
    private var folder = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("printed-\(UUID().uuidString)").path
    }

    override func tearDown() { try? FileManager.default.removeItem(atPath: folder) }

    /// Each would be code, or turn what follows into a comment, if it came as it is.
    private let hostile = [
        "harmless\n#error injected\nvoid pwned(void);", "cr\r#error injected", "nel\u{85}#error injected",
        "separator\u{2028}#error injected", "comment */ #error injected /*", "splice \\", "trigraph ??/",
        "quote \"; int injected; //", "turned \u{202E}redro", "escape \u{1B}]0;injected\u{7}",
        "`code` <img src=x> ![x](y)",
        "\0nihil",
    ]

    /// Every generated text file, its lines.
    private func lines(network: String, classes: [String]) throws -> [(file: String, line: Substring)] {
        let builder = NetworkBuilder("n")
        let x = try builder.add(.flatten(Flatten()), [builder.input([1, 4, 4])], name: "fine\\")
        var model = try MadeUpModel(builder.network(output: builder.linear(x, to: classes.count, name: "fc /* *")))
            .model
        model.network.name = network
        model.classNames = classes
        try? FileManager.default.removeItem(atPath: folder)
        try FirmwarePackage.write(FirmwareExport(KernelProgram(model)), to: folder)
        let files = try XCTUnwrap(FileManager.default.subpaths(atPath: folder)).filter {
            ["swift", "c", "h", "ld", "md"].contains(($0 as NSString).pathExtension)
        }
        return try files.flatMap { file in
            try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8).split(separator: "\n").map { (file, $0) }
        }
    }

    func testHostileNamesAreNoCode() throws {
        for name in hostile {
            let lines = try lines(network: name, classes: ["cat", name])
            var (comments, strings, constants) = (0, 0, 0)
            for (file, line) in lines {
                XCTAssertFalse(
                    line.unicodeScalars.contains { $0.isUnseen && $0 != "\t" }, "\(file): \(line.debugDescription)")
                let text = line.drop { $0 == " " }
                let isOfName = ["injected", "redro", "splice", "trigraph", "img", "nihil"].contains {
                    text.contains($0)
                }
                guard isOfName, !file.hasPrefix("Sources/DeviceRuntime"), !file.hasPrefix("Sources/CDSP") else {
                    continue
                }
                if text.hasPrefix("//") {
                    comments += 1
                    XCTAssertFalse(text.hasSuffix("\\"), "\(file): \(line)")
                    XCTAssertFalse(text.contains("??/"), "\(file): \(line)")
                } else if text.hasPrefix("#define SAPOOL_MODEL \"") {
                    constants += 1
                    XCTAssertTrue(text.hasSuffix("\""), "\(file): \(line)")
                    XCTAssertFalse(text.contains("??/"), "\(file): \(line)")
                    // Nothing but escapes of two characters: neither the end of the string nor a backslash before it is left.
                    let inner = text.dropFirst("#define SAPOOL_MODEL \"".count).dropLast()
                    let rest = inner.replacing("\\\\", with: "").replacing("\\\"", with: "")
                    XCTAssertFalse(rest.contains("\"") || rest.hasSuffix("\\"), "\(file): \(line)")
                } else if file.hasSuffix("names.c") {
                    strings += 1
                    XCTAssertTrue(text.hasPrefix("\"") && text.hasSuffix("\","), "\(file): \(line)")
                    let inner = text.dropFirst().dropLast(2)
                    XCTAssertFalse(inner.replacing("\\\"", with: "").contains("\""), "\(file): \(line)")
                } else if file == "README.md" {
                    XCTAssertTrue(text.hasPrefix("`") && text.hasSuffix("`"), "\(file): \(line)")
                    XCTAssertFalse(text.dropFirst().dropLast().contains { "`<!".contains($0) }, "\(file): \(line)")
                } else if !file.hasPrefix("Sources/Board") {
                    XCTFail("\(name.debugDescription) stands in \(file): \(line)")
                }
            }
            XCTAssertGreaterThanOrEqual(comments, 2, name.debugDescription)
            XCTAssertEqual(strings, 1, name.debugDescription)
            XCTAssertEqual(constants, 1, name.debugDescription)
        }
    }

    func testUsualNamesStayAsTheyAre() throws {
        let name = "mobilenet-v2(width=0.35, strides=4112121, pool=self-attentive(patch=2, restoration=subpixel))"
        let lines = try lines(network: name, classes: ["Ankle boot", "T-shirt/top", "Café"])
        XCTAssertTrue(lines.contains { $0.file.hasSuffix("sapool.h") && $0.line.contains(name) })
        XCTAssertTrue(lines.contains { $0.file == "README.md" && $0.line == "`\(name)`" })
        XCTAssertTrue(lines.contains { $0.line == "    \"Ankle boot\"," })
        XCTAssertTrue(lines.contains { $0.line == "    \"Caf\\303\\251\"," })
    }
}
