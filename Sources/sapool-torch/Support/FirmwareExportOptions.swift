import ArgumentParser
import CommandLineSupport
import Deployment
import Planning
import Quantization
import Reporting

/// What a device package is made for.
struct FirmwareExportOptions: ParsableArguments {
    @Option(
        help:
            "m4, m7, m33 or m55: the core whose code has to fit, and that simulate takes; the package builds for all (default: m4)."
    )
    var core: Core?

    @Option(
        help: ArgumentHelp(
            "SRAM that the linker gives, in bytes or as 64K (default: what is planned).", valueName: "size"),
        transform: { try MemorySize.whole($0) })
    var sram: Int?

    @Option(
        help: ArgumentHelp("Flash that the linker gives (default: 1M).", valueName: "size"),
        transform: { try MemorySize.whole($0) })
    var flash: Int?

    @Option(
        help: ArgumentHelp("SRAM for the stack, a part of --sram (default: 3K).", valueName: "size"),
        transform: { try MemorySize.amount($0) })
    var stack: Int?

    @Flag(
        inversion: .prefixedNo,
        help:
            "The image arrives row by row, and no more of it is held than layers need (default: as sapool quantize planned it)."
    )
    var pushRows: Bool?

    @Option(help: ArgumentHelp("Prefix of the C functions (default: sapool).", valueName: "name"))
    var name: String?

    /// The plan that a package is made for: what `sapool quantize` was given, unless these options say otherwise.
    ///
    /// - Parameter path: of the int8 model, for messages.
    func adapt(_ model: inout QuantizedModel, _ path: String) throws {
        guard let pushRows, pushRows != model.planOptions.pushesRows else { return }
        guard !pushRows || model.planOptions.stripes != .off else {
            throw DeploymentError(
                "\(path) was quantised with --stripes off, and --push-rows needs stripes: leave --push-rows out, or quantise again"
            )
        }
        model.planOptions.pushesRows = pushRows
        note(
            pushRows
                ? "the image arrives row by row; sapool quantize had planned to hold it whole"
                : "the image is held whole; sapool quantize had planned that it arrives row by row")
    }

    /// An option that was given, if any.
    var given: String? {
        let all: [(String, Bool)] = [
            ("--core", core != nil), ("--sram", sram != nil), ("--flash", flash != nil), ("--stack", stack != nil),
            ("--push-rows", pushRows != nil), ("--name", name != nil),
        ]
        return all.first { $0.1 }?.0
    }

    /// An option of emulated boards that was given, if any.
    var ofBoards: String? {
        [("--core", core != nil), ("--sram", sram != nil), ("--flash", flash != nil)].first { $0.1 }?.0
    }

    var options: FirmwareOptions {
        var options = FirmwareOptions()
        options.sram = sram
        if let flash { options.flash = flash }
        if let stack { options.stack = stack }
        if let name { options.name = name }
        if let core { options.core = core }
        return options
    }
}
