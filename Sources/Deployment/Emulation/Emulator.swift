import Foundation
import Planning

/// QEMU's board of a core: builds a device package for it, runs images through it, and measures.
///
/// ```swift
/// let emulator = try Emulator(FirmwarePackage("firmware"), core: .cortexM4)
/// try emulator.build()
/// let run = try emulator.run([pixels])
/// ```
///
/// Building a package runs its manifest and its linker scripts on this machine. So only what this program makes itself of the package's model is
/// built, in a folder of the user's own; files that differ are refused, unless the caller trusts them.
public struct Emulator {
    /// Whether the emulator is there.
    public static var isInstalled: Bool { Tool(QEMU.program) != nil }

    let package: FirmwarePackage
    private let core: Core
    /// Where the sources lie, and where what is built goes; absolute, as programs run in folders of their own.
    private let sources: String
    private let scratch: String
    private let qemu: QEMU
    private let swift: Tool
    private let clang: Tool

    /// - Parameter isTrusted: whether the package's files are built and run as they are.
    /// - Throws: `DeploymentError` where a program is missing, or the package's files are not what this program makes of its model.
    public init(_ package: FirmwarePackage, core: Core, isTrusted: Bool = false) throws {
        let files = isTrusted ? nil : try package.verified().files
        let folder = try BuildFolder(for: package.path)
        try self.init(package, core: core, sources: try files.map(folder.copy) ?? package.path, builds: folder.path)
    }

    /// An emulator of a package that is this program's own.
    ///
    /// - Parameters:
    ///   - sources: the package's folder, or a copy of it.
    ///   - builds: where what is built goes.
    package init(_ package: FirmwarePackage, core: Core, sources: String, builds: String) throws {
        self.package = package
        self.core = core
        self.sources = URL(fileURLWithPath: sources).path
        scratch = URL(fileURLWithPath: builds).path + "/.build-\(core.rawValue)"
        guard let qemu = QEMU() else {
            throw DeploymentError(
                "\(QEMU.program) is missing, and with it every emulated core: install QEMU (Scripts/bootstrap does; on Debian: apt-get "
                    + "install qemu-system-arm), or leave out --qemu")
        }
        guard let swift = Tool("swift"), let clang = Tool("clang", beside: ["swift"]) else {
            throw DeploymentError("swift or clang is missing: put Swift's toolchain on the PATH")
        }
        (self.qemu, self.swift, self.clang) = (qemu, swift, clang)
    }

    var image: String { "\(scratch)/release/\(package.program)" }
    private var counter: String { "\(scratch)/counter.so" }
    private var board: BoardScript { BoardScript.of(core) }

    /// Builds the firmware, and the plug-in that counts.
    ///
    /// - Parameter everything: of a package with several networks the programs of all.
    /// - Throws: `DeploymentError` with what compiler or linker said: an image that needs more RAM or flash than there is does not link.
    public func build(everything: Bool = false) throws {
        let built = try swift.run(
            [
                "build", "-c", "release", "--scratch-path", scratch, "--triple", "armv7em-none-none-eabi", "--toolset",
                "Boards/\(core.rawValue).json",
            ] + (everything ? [] : ["--product", package.program]), in: sources)
        guard built.status == 0 else {
            let said = (built.output + built.messages).split(separator: "\n")
            let errors = said.filter { $0.contains("error:") }
            throw DeploymentError(
                "the package \(package.path) does not build for \(core.name):\n"
                    + (errors.isEmpty ? said.suffix(20) : errors.prefix(20)).joined(separator: "\n"))
        }
        try buildCounter()
    }

    /// The plug-in runs on this machine: its source is this program's, never the package's.
    private func buildCounter() throws {
        let tools = "Tools/"
        let files = PackageFiles.runtime.filter { $0.path.hasPrefix(tools) }.map { file in
            (name: String(file.path.dropFirst(tools.count)), bytes: file.bytes)
        }
        let folder = "\(scratch)/counter"
        let isBuilt = files.allSatisfy { file in
            FileManager.default.contents(atPath: "\(folder)/\(file.name)").map { [UInt8]($0) == file.bytes } ?? false
        }
        guard !isBuilt || !FileManager.default.fileExists(atPath: counter) else { return }
        // While its sources change, an old one is none.
        try? FileManager.default.removeItem(atPath: counter)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for file in files { try Data(file.bytes).write(to: URL(fileURLWithPath: "\(folder)/\(file.name)")) }
        let plugin = try clang.run(
            ["-O2", "-shared", "-fPIC", "-Wl,--allow-shlib-undefined", "-o", counter]
                + files.map(\.name).filter { $0.hasSuffix(".c") }, in: folder)
        guard plugin.status == 0 else {
            throw DeploymentError("the counting plug-in does not compile:\n\(plugin.messages)")
        }
    }

    /// Links anew, though no source has changed: linker scripts are none.
    package func relink() throws {
        try? FileManager.default.removeItem(atPath: image)
        try build()
    }

    /// Runs images, each as many bytes as the network takes, one after the other.
    ///
    /// - Throws: `DeploymentError` where the firmware refuses its weights, or faults.
    public func run(_ images: [[UInt8]]) throws -> EmulatedRun {
        let layout = try FirmwareLayout(ELFImage(contentsOf: image), package.description, module: package.module)
        let bytes = package.description.givenBytes
        let together = QEMU.mostImageBytes / max(1, bytes)
        guard together > 0 else {
            throw DeploymentError(
                "an image of \(bytes) bytes is more than emulated boards have memory for (\(QEMU.mostImageBytes))")
        }
        var whole: EmulatedRun?
        for first in stride(from: 0, to: max(1, images.count), by: together) {
            let part = try run(Array(images[first..<min(images.count, first + together)]), layout)
            whole = whole?.followed(by: part) ?? part
        }
        guard let whole else { throw DeploymentError("there is no image to run") }
        return whole
    }

    private func run(_ images: [[UInt8]], _ layout: FirmwareLayout) throws -> EmulatedRun {
        let folder = try runFolder()
        try Data(layout.functions.utf8).write(to: URL(fileURLWithPath: "\(folder)/layers.txt"))
        let plugin =
            "../counter.so,out=counts.txt,core=\(core.rawValue),stack=\(layout.stack),ram=\(layout.ram),arena=\(layout.arena),layers=layers.txt"
        let run = try qemu.run(
            "../release/\(package.program)", on: board, images: given(images), plugin: plugin, in: folder)
        guard run.status == 0 else {
            let how =
                switch run.status {
                case 99: "ended with a fault"
                case let status?: "ended with status \(status)"
                case nil: "ended without a word, as where a stack runs over"
                }
            throw DeploymentError(
                "the firmware on the emulated \(core.name) \(how)\n\(run.output.suffix(500))\(run.messages.suffix(500))"
            )
        }
        let report = String(
            decoding: FileManager.default.contents(atPath: "\(folder)/counts.txt") ?? Data(), as: UTF8.self)
        return try EmulatedRun(
            output: run.output, report: report, layout, images: images.count, layers: package.description.layers.count)
    }

    /// The bytes of images as the firmware reads them: each as often as it is pushed.
    private func given(_ images: [[UInt8]]) -> [UInt8] {
        let passes = package.description.givenBytes / max(1, package.description.imageBytes)
        return Array(images.flatMap { [[UInt8]](repeating: $0, count: passes) }.joined())
    }

    /// A folder for the files of a run.
    private func runFolder() throws -> String {
        let folder = "\(scratch)/simulation"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    /// What another program of the package prints.
    package func output(of program: String) throws -> String {
        let run = try qemu.run("../release/\(program)", on: board, images: [], in: try runFolder(), seconds: 60)
        guard run.status == 0 else {
            throw DeploymentError(
                "\(program) ended with \(run.status.map { "status \($0)" } ?? "no word") on the emulated \(core.name)")
        }
        return run.output
    }

    /// What the firmware prints where a byte of its weights is another one.
    package func answer(to images: [[UInt8]], damaging offset: Int) throws -> String {
        let elf = try ELFImage(contentsOf: image)
        guard var data = FileManager.default.contents(atPath: image) else {
            throw DeploymentError("cannot read \(image)")
        }
        data[try elf.fileOffset(of: elf.address("\(package.description.name)_weights")) + offset] ^= 0x10
        let folder = try runFolder()
        try data.write(to: URL(fileURLWithPath: "\(folder)/damaged"))
        return try qemu.run("damaged", on: board, images: given(images), in: folder, seconds: 60).output
    }
}
