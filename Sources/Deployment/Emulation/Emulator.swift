import Foundation
import Planning

/// QEMU's board of a core: builds a device package for it, runs images through it, and measures.
///
/// ```swift
/// let emulator = try Emulator(package: "firmware", core: .cortexM4)
/// try emulator.build()
/// let runs = try emulator.run([pixels])
/// ```
public struct Emulator {
    /// The emulator's program.
    static let program = "qemu-system-arm"

    /// Whether the emulator is there.
    public static var isInstalled: Bool { Tool(program) != nil }

    let package: FirmwarePackage
    private let core: Core
    private let qemu: Tool
    private let swift: Tool
    private let clang: Tool

    /// - Throws: `DeploymentError` where a program is missing.
    public init(_ package: FirmwarePackage, core: Core) throws {
        self.package = package
        self.core = core
        guard let qemu = Tool(Self.program) else {
            throw DeploymentError(
                "\(Self.program) is missing, and with it every emulated core: install QEMU (Scripts/bootstrap does; on Debian: apt-get "
                    + "install qemu-system-arm), or leave out --qemu")
        }
        guard let swift = Tool("swift"), let clang = Tool("clang", beside: ["swift"]) else {
            throw DeploymentError("swift or clang is missing: put Swift's toolchain on the PATH")
        }
        (self.qemu, self.swift, self.clang) = (qemu, swift, clang)
    }

    /// Absolute, as programs run in folders of their own.
    private var scratch: String { URL(fileURLWithPath: package.path).path + "/.build-\(core.rawValue)" }
    var image: String { "\(scratch)/release/\(package.program)" }
    private var counter: String { "\(scratch)/counter.so" }

    /// Builds the firmware, and the plug-in that counts.
    ///
    /// - Parameter everything: of a package with several networks the programs of all.
    /// - Throws: `DeploymentError` with what compiler or linker said: an image that needs more RAM or flash than there is does not link.
    public func build(everything: Bool = false) throws {
        let built = try swift.run(
            [
                "build", "-c", "release", "--scratch-path", scratch, "--triple", "armv7em-none-none-eabi", "--toolset",
                "Boards/\(core.rawValue).json",
            ] + (everything ? [] : ["--product", package.program]), in: package.path)
        guard built.status == 0 else {
            let said = (built.output + built.messages).split(separator: "\n")
            let errors = said.filter { $0.contains("error:") }
            throw DeploymentError(
                "the package \(package.path) does not build for \(core.name):\n"
                    + (errors.isEmpty ? said.suffix(20) : errors.prefix(20)).joined(separator: "\n"))
        }
        guard !FileManager.default.fileExists(atPath: counter) else { return }
        let plugin = try clang.run(
            ["-O2", "-shared", "-fPIC", "-Wl,--allow-shlib-undefined", "-o", counter, "Tools/counter.c"],
            in: package.path)
        guard plugin.status == 0 else {
            throw DeploymentError("the counting plug-in does not compile:\n\(plugin.messages)")
        }
    }

    /// Links anew, though no source has changed: linker scripts are none.
    package func relink() throws {
        try? FileManager.default.removeItem(atPath: image)
        try build()
    }

    private var machine: String { BoardScript.of(core).machine }

    /// Runs images, each as many bytes as the network takes, one after the other.
    ///
    /// - Throws: `DeploymentError` where the firmware refuses its weights, or faults.
    public func run(_ images: [[UInt8]]) throws -> EmulatedRun {
        let layout = try FirmwareLayout(ELFImage(contentsOf: image), package.description, module: package.module)
        let folder = try prepare(images)
        try Data(layout.functions.utf8).write(to: URL(fileURLWithPath: "\(folder)/layers.txt"))
        let counts = "\(folder)/counts.txt"
        let plugin =
            "\(counter),out=\(counts),stack=\(layout.stack),ram=\(layout.ram),arena=\(layout.arena),layers=layers.txt"
        let run = try qemu.run(arguments(image) + ["-plugin", plugin], in: folder)
        guard run.status == 0 else {
            throw DeploymentError(
                "the firmware on the emulated \(core.name) ended with status \(run.status)"
                    + (run.status == 99 ? ": a fault, as of a stack that ran over" : "")
                    + "\n\(run.output.suffix(500))\(run.messages.suffix(500))"
            )
        }
        let report = String(decoding: FileManager.default.contents(atPath: counts) ?? Data(), as: UTF8.self)
        return try EmulatedRun(
            output: run.output, report: report, layout, images: images.count, layers: package.description.layers.count)
    }

    /// A folder with the images, for a run.
    private func prepare(_ images: [[UInt8]]) throws -> String {
        let folder = "\(scratch)/simulation"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(images.joined()).write(to: URL(fileURLWithPath: "\(folder)/images.bin"))
        return folder
    }

    private func arguments(_ image: String) -> [String] {
        [
            "-M", machine, "-nographic", "-monitor", "none", "-serial", "none", "-chardev", "stdio,id=console",
            "-semihosting-config", "enable=on,target=native,chardev=console", "-kernel", image,
        ]
    }

    /// What another program of the package prints.
    package func output(of program: String) throws -> String {
        let run = try qemu.run(arguments("\(scratch)/release/\(program)"), in: try prepare([]), seconds: 60)
        guard run.status == 0 else {
            throw DeploymentError("\(program) ended with status \(run.status) on the emulated \(core.name)")
        }
        return run.output
    }

    /// What the firmware prints where a byte of its weights is another one.
    package func answer(to images: [[UInt8]], damaging offset: Int) throws -> String {
        let elf = try ELFImage(contentsOf: image)
        guard var data = FileManager.default.contents(atPath: image) else {
            throw DeploymentError("cannot read \(image)")
        }
        data[try elf.fileOffset(of: elf.address("\(package.description.name)_weights_section")) + offset] ^= 0x10
        let folder = try prepare(images)
        let damaged = "\(folder)/damaged"
        try data.write(to: URL(fileURLWithPath: damaged))
        return try qemu.run(arguments(damaged), in: folder, seconds: 60).output
    }
}
