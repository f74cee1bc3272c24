import Datasets
import Foundation
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
    public var model: String { "\(path)/\(PackageFiles.model)" }

    var program: String { names.program }
    var module: String { names.module }

    /// A package that was written before. What it says about itself is read, and nothing else.
    ///
    /// - Parameter name: which of several networks; nil for the only one.
    /// - Throws: `DeploymentError` where the folder holds none.
    public init(_ path: String, name: String? = nil) throws {
        self.path = path
        let file = "\(path)/\(name.map { "\($0).json" } ?? PackageFiles.description)"
        guard let data = FileManager.default.contents(atPath: file) else {
            throw DeploymentError(
                "\(path) holds no device package: it has no \(name ?? "firmware").json (sapool export --format firmware writes one)"
            )
        }
        struct Version: Decodable {
            let format: String
            let version: Int
        }
        let damaged = DeploymentError("\(file) is damaged: export the package again")
        guard let version = try? JSONDecoder().decode(Version.self, from: data),
            version.format == FirmwareDescription.format
        else { throw damaged }
        guard version.version == FirmwareDescription.version else {
            throw DeploymentError(
                "\(file) has version \(version.version), this sapool reads \(FirmwareDescription.version): export the package again"
            )
        }
        do { description = try JSONDecoder().decode(FirmwareDescription.self, from: data) } catch { throw damaged }
        let sides = [description.height, description.width, description.channels, description.outputs]
        guard sides.allSatisfy({ (1...65_535).contains($0) }), (0...Int(Int32.max)).contains(description.arenaBytes),
            (1...2).contains(description.imagePasses ?? 1), !description.layers.isEmpty
        else {
            throw DeploymentError("\(file) is damaged: sizes out of range; export the package again")
        }
        names = try PackageNames(description.name)
    }

    /// Writes a package. Files of others in the folder stay as they are.
    ///
    /// - Parameters:
    ///   - preprocessing: what an image file goes through on its way to the network.
    ///   - core: the core that it is meant for; it builds for all.
    /// - Throws: where files cannot be written, or one that is not the package's own would be lost.
    @discardableResult
    public static func write(
        _ export: FirmwareExport, to path: String, preprocessing: Transform? = nil, core: Core = .cortexM4
    ) throws -> FirmwarePackage {
        try PackageFolder(path).write(PackageFiles(export, preprocessing: preprocessing, core: core).files)
        return try FirmwarePackage(path)
    }

    /// Writes several networks into one package, each with a program of its own and described by NAME.json; whatever is there is replaced.
    @discardableResult
    package static func write(_ exports: [FirmwareExport], to path: String) throws -> [FirmwarePackage] {
        let writer = FolderWriter(path)
        let files = PackageFiles(exports).files
        // What an earlier program wrote, and this one does not, would be built too.
        let paths = Set(files.map(\.path))
        let present = (try? FileManager.default.subpathsOfDirectory(atPath: "\(path)/Sources")) ?? []
        for old in present.map({ "Sources/\($0)" })
        where !paths.contains(where: { $0 == old || $0.hasPrefix(old + "/") }) {
            try? FileManager.default.removeItem(atPath: "\(path)/\(old)")
        }
        for file in files { try writer.write(file.path, file.bytes) }
        return try exports.map { export in
            try writer.write("\(export.names.c).json", try export.description(nil, .cortexM4).json())
            return try FirmwarePackage(path, name: export.names.c)
        }
    }

    // MARK: - Where it comes from

    /// A package whose files are all what this program makes of its model.
    struct Verified {
        /// Everything that a build takes, made anew.
        let files: [(path: String, bytes: [UInt8])]
        let program: KernelProgram
    }

    /// Makes the package's files once more of its model and compares: nothing in the folder is built or run that this program would not have
    /// written itself. A list of check sums or a signature inside the folder would say less, as whoever changes files can change it too.
    ///
    /// - Throws: `DeploymentError` that names the first file that differs or that no package has.
    func verified() throws -> Verified {
        let program = try KernelProgram(QuantizedModel(contentsOf: model))
        var options = FirmwareOptions()
        options.name = description.name
        options.stack = description.stackBytes
        options.sram = description.sramBytes
        options.flash = description.flashBytes
        let core = Core(rawValue: description.core) ?? .cortexM4
        options.core = core
        let export = try FirmwareExport(program, options: options)
        func refusal(_ file: String, _ what: String) -> DeploymentError {
            DeploymentError(
                "\(path)/\(file) \(what): the package was changed, or is another version's or somebody else's; export it again "
                    + "(to build and run its files as they are, trust them with --qemu --trust)")
        }
        guard description == export.description(description.preprocessing, core) else {
            throw refusal(PackageFiles.description, "is not what \(model) makes")
        }
        let files = try PackageFiles(export, preprocessing: description.preprocessing, core: core).files.filter {
            !PackageFiles.forPeople.contains($0.path)
                && ![PackageFiles.model, PackageFiles.description].contains($0.path)
        }
        for file in files {
            guard let bytes = FileManager.default.contents(atPath: "\(path)/\(file.path)"), [UInt8](bytes) == file.bytes
            else { throw refusal(file.path, "is not what \(model) makes") }
        }
        if let extra = unknownSource(Set(files.map(\.path))) { throw refusal(extra, "is no file of the package") }
        return Verified(files: files, program: program)
    }

    /// A file that Swift's package manager would build and that is none of `known`.
    private func unknownSource(_ known: Set<String>) -> String? {
        let top = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let manifest = top.filter { $0.hasPrefix("Package") }
        let built = top.filter {
            ["sources", "source", "src", "srcs", "boards", "tools", "plugins", "tests"].contains($0.lowercased())
        }
        let inside = built.flatMap { folder in
            (FileManager.default.subpaths(atPath: "\(path)/\(folder)") ?? []).map { "\(folder)/\($0)" }
        }
        return (manifest + inside).sorted().first { file in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: "\(path)/\(file)", isDirectory: &isFolder)
            return !isFolder.boolValue && !known.contains(file) && !file.hasSuffix(".DS_Store")
        }
    }
}
