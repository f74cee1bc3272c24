import Foundation

/// Swift's toolchain, as far as archives for microcontrollers need it.
struct LibraryToolchain {
    let swiftc: Tool
    let clang: Tool
    let linker: Tool
    let objcopy: Tool
    let archiver: Tool
    let symbols: Tool

    /// - Throws: `DeploymentError` where a part is missing.
    init() throws(DeploymentError) {
        func tool(_ name: String) throws(DeploymentError) -> Tool {
            // Programs of one toolchain fit together.
            guard let tool = Tool(name, beside: ["swiftc"], isNeighbour: true) else {
                throw DeploymentError(
                    "\(name) is missing, and a library is compiled: put Swift's toolchain (6.3 or later) on the PATH"
                )
            }
            return tool
        }
        swiftc = try tool("swiftc")
        clang = try tool("clang")
        linker = try tool("ld.lld")
        objcopy = try tool("llvm-objcopy")
        archiver = try tool("llvm-ar")
        symbols = try tool("llvm-nm")
    }

    /// Runs a program of it.
    ///
    /// - Throws: `DeploymentError` with what it said, for the target.
    @discardableResult
    func run(_ tool: Tool, _ arguments: [String], in folder: String, _ target: LibraryTarget) throws -> String {
        let run = try tool.run(arguments, in: folder)
        guard run.status != 0 else { return run.output }
        let said = (run.output + run.messages).split(separator: "\n")
        let errors = said.filter { $0.contains("error:") }
        guard !said.contains(where: Self.isMissing) else {
            throw DeploymentError(
                "\(tool.path) has no standard library of Embedded Swift for \(target.triple), which --target \(target.name) needs: use the "
                    + "toolchain of Swift 6.3 or later from swift.org, or leave this target out")
        }
        throw DeploymentError(
            "the network does not build for \(target.name); please report this:\n"
                + (errors.isEmpty ? said.suffix(20) : errors.prefix(20)).joined(separator: "\n"))
    }

    /// How compilers say that they know the target, or its standard library, not.
    private static func isMissing(_ line: Substring) -> Bool {
        line.contains("unable to load standard library") || line.contains("could not find module 'Swift'")
            || line.contains("unknown target triple") || line.contains("No available targets are compatible")
    }
}
