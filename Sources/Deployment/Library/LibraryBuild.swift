import Foundation

/// Makes a network's archive for a target: objects, merged to one whose names are private but for those of the header.
///
/// An archive has three members, so that a program links only what it uses: the network with the kernels that it runs, the weights, and the
/// calls without a context with their memory. Kernels are private to each network: any number of networks and versions live together.
struct LibraryBuild {
    private let names: PackageNames
    /// What the header declares.
    private let functions: [String]
    private let tools: LibraryToolchain
    /// Where the package's sources lie, and where objects go.
    private let sources: String
    private let scratch: String

    /// - Parameters:
    ///   - sources: the folder of a device package.
    ///   - scratch: a folder to build in.
    init(_ export: FirmwareExport, _ tools: LibraryToolchain, sources: String, scratch: String) {
        names = export.names
        functions = export.data.header.functions
        (self.tools, self.sources, self.scratch) = (tools, "\(sources)/Sources", scratch)
    }

    /// The archive's bytes.
    ///
    /// - Throws: `DeploymentError` where the toolchain cannot build for the target.
    func archive(_ target: LibraryTarget) throws -> [UInt8] {
        let folder = "\(scratch)/\(target.name)"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let kernels = try files("CDSP", ".c").map { try compile($0, to: "cdsp-\($0.name)", target, folder) }
        try Data(Self.helpers.utf8).write(to: URL(fileURLWithPath: "\(folder)/helpers.c"))
        let own = try [
            compile(("helpers.c", "\(folder)/helpers.c"), to: "helpers", target, folder),
            compile(("names.c", "\(sources)/\(names.data)/names.c"), to: "names", target, folder),
        ]
        try compileSwift(target, folder)
        let roots = functions.flatMap { ["-u", $0] }
        try tools.run(
            tools.linker,
            ["-r", "-m", target.emulation, "--gc-sections", "-o", "merged.o"] + roots
                + ["network-swift.o", "runtime-swift.o"] + kernels + own, in: folder, target)
        try strip("merged.o", to: "network.o", keeping: functions, target, folder)
        try checkSymbols("network.o", target, folder)
        for file in ["weights", "memory"] {
            let object = try compile(
                ("\(file).c", "\(sources)/\(names.data)/\(file).c"), to: "raw-\(file)", target, folder)
            try strip(object, to: "\(file).o", keeping: [], target, folder)
        }
        let archive = "lib\(names.c).a"
        // Without dates and owners: the same network gives the same bytes.
        try tools.run(
            tools.archiver, ["rcsD", archive, "network.o", "weights.o", "memory.o"], in: folder, target)
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(archive)") else {
            throw DeploymentError("cannot read \(folder)/\(archive)")
        }
        return [UInt8](bytes)
    }

    // MARK: - Compiling

    private func files(_ module: String, _ suffix: String) throws -> [(name: String, path: String)] {
        let folder = "\(sources)/\(module)"
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(suffix) }.sorted().map
        {
            (name: $0, path: "\(folder)/\($0)")
        }
    }

    private func compile(
        _ file: (name: String, path: String), to object: String, _ target: LibraryTarget, _ folder: String
    ) throws -> String {
        try tools.run(
            tools.clang,
            ["--target=\(target.triple)"] + target.flags + [
                "-ffreestanding", "-fno-builtin", "-fno-pic", "-fno-pie", "-O2", "-ffunction-sections",
                "-fdata-sections", "-fno-unwind-tables", "-fno-asynchronous-unwind-tables", "-I\(sources)/CDSP/include",
                "-I\(sources)/\(names.data)/include", "-c", file.path, "-o", "\(object).o",
            ], in: folder, target)
        return "\(object).o"
    }

    /// Kernels and network, in two modules as in the package.
    private func compileSwift(_ target: LibraryTarget, _ folder: String) throws {
        let map = "module \(names.data) { header \"\(sources)/\(names.data)/include/\(names.c).h\" export * }\n"
        try Data(map.utf8).write(to: URL(fileURLWithPath: "\(folder)/module.modulemap"))
        // The importer of C alone decides how floating-point numbers are passed and data are addressed.
        let importer = (target.flags + ["-ffreestanding", "-fno-pic", "-fno-pie"]).flatMap { ["-Xcc", $0] }
        let common =
            [
                "-target", target.triple, "-enable-experimental-feature", "Embedded", "-wmo", "-O", "-parse-as-library",
                "-Xfrontend", "-function-sections", "-Xfrontend", "-disable-stack-protector", "-Xcc",
                "-fmodule-map-file=\(sources)/CDSP/include/module.modulemap", "-Xcc", "-I\(sources)/CDSP/include",
                "-module-cache-path", "\(folder)/cache",
            ] + importer
        try tools.run(
            tools.swiftc,
            common + [
                "-module-name", "DeviceRuntime", "-emit-module", "-emit-module-path", "DeviceRuntime.swiftmodule", "-c",
            ]
                + files("DeviceRuntime", ".swift").map(\.path) + ["-o", "runtime-swift.o"], in: folder, target)
        try tools.run(
            tools.swiftc,
            common + [
                "-module-name", names.module, "-I", ".", "-Xcc", "-fmodule-map-file=module.modulemap", "-c",
                "\(sources)/\(names.module)/Network.swift", "-o", "network-swift.o",
            ], in: folder, target)
    }

    /// What compilers call on their own by Arm's names, by the names of C.
    private static let helpers = """
        #include <stddef.h>
        void *memset(void *target, int value, size_t count);
        void *memcpy(void *target, const void *source, size_t count);
        void *memmove(void *target, const void *source, size_t count);
        #if defined(__arm__)
        #define SAME(name, of, ...) __attribute__((alias(#of))) void name(__VA_ARGS__);
        void __aeabi_memset(void *target, size_t count, int value) { memset(target, value, count); }
        SAME(__aeabi_memset4, __aeabi_memset, void *, size_t, int)
        SAME(__aeabi_memset8, __aeabi_memset, void *, size_t, int)
        void __aeabi_memclr(void *target, size_t count) { memset(target, 0, count); }
        SAME(__aeabi_memclr4, __aeabi_memclr, void *, size_t)
        SAME(__aeabi_memclr8, __aeabi_memclr, void *, size_t)
        void __aeabi_memcpy(void *target, const void *source, size_t count) { memcpy(target, source, count); }
        SAME(__aeabi_memcpy4, __aeabi_memcpy, void *, const void *, size_t)
        SAME(__aeabi_memcpy8, __aeabi_memcpy, void *, const void *, size_t)
        void __aeabi_memmove(void *target, const void *source, size_t count) { memmove(target, source, count); }
        SAME(__aeabi_memmove4, __aeabi_memmove, void *, const void *, size_t)
        SAME(__aeabi_memmove8, __aeabi_memmove, void *, const void *, size_t)
        #endif

        """

    // MARK: - Objects

    /// Takes from an object what a program does not need.
    ///
    /// - Parameter keeping: names that stay public; all stay where there are none.
    private func strip(
        _ object: String, to result: String, keeping: [String], _ target: LibraryTarget, _ folder: String
    ) throws {
        var arguments = ["--strip-debug", "--strip-unneeded"] + keeping.map { "--keep-global-symbol=\($0)" }
        for section in [
            ".comment", ".swift_modhash", ".swift1_autolink_entries", ".linker-options", ".llvm_addrsig",
            ".note.GNU-stack",
        ] { arguments += ["-R", section] }
        try tools.run(tools.objcopy, arguments + [object, result], in: folder, target)
        guard target.isArm else { return }
        let attributes = ".ARM.attributes"
        try tools.run(
            tools.objcopy, ["--dump-section", "\(attributes)=attributes", result], in: folder, target)
        guard let section = FileManager.default.contents(atPath: "\(folder)/attributes") else { return }
        try Data(BuildAttributes.reduced([UInt8](section))).write(to: URL(fileURLWithPath: "\(folder)/attributes"))
        try tools.run(
            tools.objcopy, ["--update-section", "\(attributes)=attributes", result], in: folder, target)
    }

    /// A network takes three functions of C, and of the compiler's library what its core has no instruction for.
    private func checkSymbols(_ object: String, _ target: LibraryTarget, _ folder: String) throws {
        let listed = try tools.run(
            tools.symbols, ["--undefined-only", "--just-symbol-name", object], in: folder, target)
        let unknown = listed.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { name in
            !["memcpy", "memmove", "memset"].contains(name) && !name.hasPrefix("__")
        }
        guard unknown.isEmpty else {
            throw DeploymentError(
                "the network's code for \(target.name) takes \(unknown.joined(separator: ", ")), which no microcontroller has; please report this network"
            )
        }
    }
}
