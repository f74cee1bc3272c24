import CFirmwareFiles
import Datasets
import Planning
import Quantization

/// The files of a device package. Code and numbers follow from the int8 model and the options, byte by byte, so that a package can be told
/// from one that was changed by making its files once more.
struct PackageFiles {
    /// Paths in the package, and contents.
    private(set) var files: [(path: String, bytes: [UInt8])] = []

    static let model = "model.safetensors"
    static let description = "firmware.json"
    /// What nobody builds or reads by program.
    static let forPeople = ["README.md", ".gitignore"]

    /// A package of one network.
    ///
    /// - Parameters:
    ///   - preprocessing: what an image file goes through on its way to the network.
    ///   - core: the core that it is meant for; it builds for all.
    init(_ export: FirmwareExport, preprocessing: Transform?, core: Core) throws {
        self.init([export])
        add("README.md", export.readme)
        add(".gitignore", ".build*/\n")
        files.append((Self.model, try export.program.model.serialized()))
        files.append((Self.description, try export.description(preprocessing, core).json()))
    }

    /// The code of several networks, each with a program of its own.
    init(_ exports: [FirmwareExport]) {
        files = Self.runtime.filter {
            !$0.path.hasPrefix(Self.programFolder) && !$0.path.hasPrefix(Self.templateFolder)
        }
        for export in exports { addNetwork(export) }
        add("Package.swift", Self.manifest(exports))
        let (ram, flash) = (exports.map(\.sram).max() ?? 0, exports.map(\.options.flash).max() ?? 0)
        for board in BoardScript.all { add("Boards/\(board.name).ld", board.text(ram: ram, flash: flash)) }
    }

    /// The files that every package has, from inside this program.
    static let runtime: [(path: String, bytes: [UInt8])] = {
        guard let files = firmware_files() else { return [] }
        return UnsafeBufferPointer(start: files, count: firmware_file_count()).map { file in
            (String(cString: file.path), Array(UnsafeBufferPointer(start: file.bytes, count: file.count)))
        }
    }()

    /// The text of a file that is the same for every network, but for the names in it.
    static func template(_ name: String) -> String {
        String(decoding: runtime.first { $0.path == templateFolder + name }?.bytes ?? [], as: UTF8.self)
    }

    private static let programFolder = "Sources/Simulate/"
    private static let templateFolder = "Templates/"

    private mutating func add(_ path: String, _ text: String) { files.append((path, Array(text.utf8))) }

    /// A network's modules and its program.
    private mutating func addNetwork(_ export: FirmwareExport) {
        let names = export.names
        add("Sources/\(names.module)/Network.swift", export.source.text)
        add("Sources/\(names.data)/include/\(names.c).h", export.data.header.text)
        for file in export.data.files { add("Sources/\(names.data)/\(file.name)", file.text) }
        files.append(("Sources/\(names.data)/weights.bin", export.weights))
        for file in Self.runtime where file.path.hasPrefix(Self.programFolder) {
            let text = names.named(String(decoding: file.bytes, as: UTF8.self))
            add(file.path.replacing(Self.programFolder, with: "Sources/\(names.program)/"), text)
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
