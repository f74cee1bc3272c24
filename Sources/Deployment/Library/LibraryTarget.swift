import Planning

/// A core, and how floating-point numbers are passed on it: what an archive is built for.
///
/// The network has integers alone. Its archive nonetheless says how its project passes floating-point numbers, as linkers refuse to mix.
public struct LibraryTarget: Sendable, Hashable {
    /// As it is asked for: `m4-hard`.
    public let name: String
    /// What it is, for people.
    public let title: String
    /// As compilers of C name it: `cortex-m4`, `rv32imac`.
    let processor: String
    /// The unit of floating-point numbers, where they are passed in its registers.
    let unit: String?
    /// Whether it is one of Arm's.
    let isArm: Bool
    /// What Swift's standard library is named by.
    let triple: String
    /// Whether words lie at multiples of their size alone, for programs that have the core trap where they do not (`UNALIGN_TRP`).
    var isStrict = false

    /// All that there are, small cores first.
    public static let all = [
        arm("m0plus", "Cortex-M0+", "armv6m-none-none-eabi"),
        arm("m3", "Cortex-M3"),
        arm("m4", "Cortex-M4"),
        arm("m4-hard", "Cortex-M4F", unit: "fpv4-sp-d16"),
        arm("m4-hard-strict", "Cortex-M4F that traps on unaligned access", unit: "fpv4-sp-d16"),
        arm("m7", "Cortex-M7"),
        arm("m7-hard", "Cortex-M7 with double precision", unit: "fpv5-d16"),
        arm("m7-hard-strict", "Cortex-M7 that traps on unaligned access", unit: "fpv5-d16"),
        arm("m7-hard-single", "Cortex-M7 with single precision", unit: "fpv5-sp-d16"),
        arm("m33", "Cortex-M33"),
        arm("m33-hard", "Cortex-M33 with single precision", unit: "fpv5-sp-d16"),
        arm("m55-hard", "Cortex-M55 with vectors", unit: "auto"),
        riscV("rv32imc", "RISC-V without atomic instructions (ESP32-C3)", "rv32imc"),
        riscV("rv32imac", "RISC-V", "rv32imac"),
        riscV("hazard3", "RISC-V of the RP2350", "rv32imac_zba_zbb_zbs"),
    ]

    private static func arm(
        _ name: String, _ title: String, _ triple: String = "armv7em-none-none-eabi", unit: String? = nil
    ) -> LibraryTarget {
        let core = name.split(separator: "-").first.map(String.init) ?? name
        return LibraryTarget(
            name: name, title: title, processor: "cortex-\(core)", unit: unit, isArm: true, triple: triple,
            isStrict: name.hasSuffix("-strict"))
    }

    private static func riscV(_ name: String, _ title: String, _ architecture: String) -> LibraryTarget {
        LibraryTarget(
            name: name, title: title, processor: architecture, unit: nil, isArm: false,
            triple: "riscv32-none-none-eabi")
    }

    /// Targets by their names with commas between, or `all`; each once, in the order of `all`.
    ///
    /// - Throws: `DeploymentError` that names what is none.
    public static func named(_ text: String) throws(DeploymentError) -> [LibraryTarget] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if let unknown = names.first(where: { name in name != "all" && !all.contains { $0.name == name } }) {
            throw DeploymentError(
                "there is no target \"\(unknown)\": use \(all.map(\.name).joined(separator: ", ")), several with commas between, or all"
            )
        }
        return names.contains("all") ? all : all.filter { names.contains($0.name) }
    }

    /// What most boards with a core are: its usual unit of floating-point numbers, passed in registers.
    public static func usual(for core: Core) -> [LibraryTarget] {
        let name =
            switch core {
            case .cortexM4: "m4-hard"
            case .cortexM7: "m7-hard"
            case .cortexM33: "m33-hard"
            case .cortexM55: "m55-hard"
            }
        return all.filter { $0.name == name }
    }

    /// Whether it is a core of Arm's on which floating-point numbers are passed as whole ones are.
    var isSoftArm: Bool { isArm && unit == nil }

    /// Whether its kernels read words at any address, which a core can be told to trap.
    var readsUnaligned: Bool {
        ["cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"].contains(processor) && !isStrict
    }

    /// What a compiler of C is told, gcc or clang.
    var flags: [String] {
        guard isArm else { return ["-march=\(processor)", "-mabi=ilp32"] }
        guard let unit else { return ["-mcpu=\(processor)", "-mfloat-abi=soft"] }
        // The unit of an M55 follows from the core; gcc takes auto, clang takes nothing.
        return ["-mcpu=\(processor)", "-mfloat-abi=hard"] + (unit == "auto" ? [] : ["-mfpu=\(unit)"])
            + (isStrict ? ["-mno-unaligned-access"] : [])
    }

    /// What the network's own compilers are told. Kernels in assembly read words at any address: a strict archive has those in C instead.
    var ownFlags: [String] { flags + (isStrict ? ["-U__ARM_FEATURE_DSP"] : []) }

    /// What LLVM's linker calls the format of its objects.
    var emulation: String { isArm ? "armelf" : "elf32lriscv" }

    /// The archive's folder below `src`, as Arduino's specification of precompiled libraries has it: `cortex-m4/fpv4-sp-d16-hard`. Arduino
    /// names cores of RISC-V by their chip.
    package var folder: String {
        name == "rv32imc" ? "esp32c3" : processor + (unit.map { "/\($0)-hard" } ?? "") + (isStrict ? "-strict" : "")
    }
}
