import CFirmwareFiles
import Datasets
import Foundation
import Interchange
import Planning
import Quantization

/// A device package in a folder: a Swift package of its own that builds for Cortex-M and for the host, without anything else.
public struct FirmwarePackage {
    /// The folder.
    public let path: String
    /// What it says about itself.
    public let description: FirmwareDescription
    private let names: PackageNames

    /// The network's quantised model, for the host's kernels.
    public var model: String { "\(path)/\(Self.model)" }

    private static let model = "model.safetensors"

    var program: String { names.program }
    var module: String { names.module }

    /// A package that was written before.
    ///
    /// - Parameter name: which of several networks; nil for the only one.
    /// - Throws: `DeploymentError` where the folder holds none.
    public init(_ path: String, name: String? = nil) throws {
        self.path = path
        let file = "\(path)/\(name ?? "firmware").json"
        guard let data = FileManager.default.contents(atPath: file) else {
            throw DeploymentError(
                "\(path) holds no device package: it has no \(name ?? "firmware").json (sapool export --format firmware writes one)"
            )
        }
        do {
            description = try JSONDecoder().decode(FirmwareDescription.self, from: data)
        } catch {
            throw DeploymentError("\(file) is damaged: export the package again")
        }
        guard description.format == FirmwareDescription.format, description.version == FirmwareDescription.version
        else {
            throw DeploymentError(
                "\(file) has version \(description.version), this sapool reads \(FirmwareDescription.version): export again"
            )
        }
        let sides = [description.height, description.width, description.channels, description.outputs]
        guard sides.allSatisfy({ (1...65_535).contains($0) }), description.arenaBytes >= 0, !description.layers.isEmpty
        else {
            throw DeploymentError("\(file) is damaged: sizes out of range; export the package again")
        }
        names = try PackageNames(description.name)
    }

    /// Writes a package. Files that are there already and would not change are left alone, so that a package that was built before builds
    /// quickly.
    ///
    /// - Parameters:
    ///   - preprocessing: what an image file goes through on its way to the network.
    ///   - core: the core that it is meant for; it builds for all.
    /// - Throws: where files cannot be written.
    @discardableResult
    public static func write(
        _ export: FirmwareExport, to path: String, preprocessing: Transform? = nil, core: Core = .cortexM4
    ) throws -> FirmwarePackage {
        let writer = FolderWriter(path)
        try write([export], writer)
        try export.program.model.write(to: "\(path)/\(model)")
        try writer.write("README.md", export.readme)
        try writer.write(".gitignore", ".build*/\n")
        try writer.write("firmware.json", try export.description(preprocessing, core).json())
        return try FirmwarePackage(path)
    }

    /// Writes several networks into one package, each with a program of its own and described by NAME.json.
    package static func write(_ exports: [FirmwareExport], to path: String) throws -> [FirmwarePackage] {
        let writer = FolderWriter(path)
        try write(exports, writer)
        return try exports.map { export in
            try writer.write("\(export.names.c).json", try export.description(nil, .cortexM4).json())
            return try FirmwarePackage(path, name: export.names.c)
        }
    }

    private static func write(_ exports: [FirmwareExport], _ writer: FolderWriter) throws {
        for file in runtimeFiles() where !file.path.hasPrefix("Sources/Simulate/") {
            try writer.write(file.path, file.bytes)
        }
        for export in exports { try writeNetwork(export, writer) }
        try writer.write("Package.swift", manifest(exports))
        let (ram, flash) = (exports.map(\.sram).max() ?? 0, exports.map(\.options.flash).max() ?? 0)
        for board in BoardScript.all { try writer.write("Boards/\(board.name).ld", board.text(ram: ram, flash: flash)) }
    }

    /// The files that every package has.
    private static func runtimeFiles() -> [(path: String, bytes: [UInt8])] {
        guard let files = firmware_files() else { return [] }
        return UnsafeBufferPointer(start: files, count: firmware_file_count()).map { file in
            (String(cString: file.path), Array(UnsafeBufferPointer(start: file.bytes, count: file.count)))
        }
    }

    /// A network's modules and its program.
    private static func writeNetwork(_ export: FirmwareExport, _ writer: FolderWriter) throws {
        let names = export.names
        try writer.write("Sources/\(names.module)/Network.swift", export.source.text)
        try writer.write("Sources/\(names.data)/include/\(names.c).h", export.data.header)
        try writer.write("Sources/\(names.data)/include/\(names.c)_data.h", export.data.dataHeader)
        try writer.write("Sources/\(names.data)/data.c", export.data.code)
        try writer.write("Sources/\(names.data)/weights.bin", export.weights)
        for file in runtimeFiles() where file.path.hasPrefix("Sources/Simulate/") {
            let text = String(decoding: file.bytes, as: UTF8.self).replacing("sapool", with: names.c).replacing(
                "SAPOOL", with: names.constant)
            try writer.write(file.path.replacing("Sources/Simulate/", with: "Sources/\(names.program)/"), text)
        }
    }

    private static func manifest(_ exports: [FirmwareExport]) -> String {
        let stack = exports.map(\.options.stack).max() ?? 0
        var products = ""
        var targets = ""
        for names in exports.map(\.names) {
            products += """
                        .library(name: "\(names.c)", type: .static, targets: ["\(names.module)"]),
                        .executable(name: "\(names.program)", targets: ["\(names.program)"]),

                """
            targets += """
                        // \(names.c): weights and memory, generated code, and a program that classifies images on an emulated board.
                        .target(name: "\(names.data)", exclude: ["weights.bin"]),
                        .target(name: "\(names.module)", dependencies: ["DeviceRuntime", "\(names.data)"]),
                        .executableTarget(name: "\(names.program)", dependencies: ["Board", "\(names.module)", "\(names.data)"]),

                """
        }
        return """
            // swift-tools-version: 6.2
            import PackageDescription

            let package = Package(
                name: "Firmware",
                products: [
            \(products)    ],
                targets: [
                    // int8 kernels, and the Arm instructions under them.
                    .target(name: "CDSP"),
                    .target(name: "DeviceRuntime", dependencies: ["CDSP"]),
                    // Start-up and what an emulated board offers.
                    .target(name: "Board", cSettings: [.define("STACK_BYTES", to: "\(stack)")]),
            \(targets)    ]
            )

            """
    }
}

/// Writes files below a folder.
package struct FolderWriter {
    private let path: String

    package init(_ path: String) { self.path = path }

    package func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    package func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = "\(path)/\(name)"
        if let old = FileManager.default.contents(atPath: file), [UInt8](old) == bytes { return }
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw DeploymentError("cannot make the folder \(folder): \(error.localizedDescription)")
        }
        try AtomicFile.replace(file) { try $0.append(bytes) }
    }
}
