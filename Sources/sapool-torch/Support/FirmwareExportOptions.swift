import ArgumentParser
import Calibration
import CommandLineSupport
import Datasets
import Deployment
import Planning
import Quantization
import Reporting
import Training

/// What a device package is made for, in Swift or as a library.
struct DevicePackageOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help:
            "The image arrives row by row, as sapool plan --push-rows says (default: as sapool quantize planned it)."
    )
    var pushRows: Bool?

    @Option(
        help: ArgumentHelp("SRAM for the stack, a part of --sram (default: 3K).", valueName: "size"),
        transform: { try MemorySize.amount($0) })
    var stack: Int?

    @Option(help: ArgumentHelp("Prefix of the C functions (default: sapool).", valueName: "name"))
    var name: String?

    @Flag(
        help:
            "Imported int8 models: the image's bytes are the model's own numbers and 128, though the folder says what pixels become."
    )
    var numbers = false

    /// The int8 model that a package is made of.
    func model(of run: RunFolder) throws -> QuantizedModel {
        var model = try QuantizedModel(forDevice: run)
        if numbers {
            guard model.pixels.stated != nil else {
                throw DeploymentError(
                    "\(run.int8) is no model that sapool import has read in whole numbers: leave --numbers out")
            }
            model.pixels = model.pixels.takingNumbers
        } else if model.pixels.stated != nil, !model.pixels.areNumbers {
            note(
                "a byte of the image is a pixel of 0 to 255, of which the network makes its numbers; --numbers leaves that to you"
            )
        }
        try adapt(&model, run.int8)
        return model
    }

    /// The plan that a package is made for: what `sapool quantize` was given, unless these options say otherwise.
    ///
    /// - Parameter path: of the int8 model, for messages.
    private func adapt(_ model: inout QuantizedModel, _ path: String) throws {
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
            ("--push-rows", pushRows != nil), ("--stack", stack != nil), ("--name", name != nil),
            ("--numbers", numbers),
        ]
        return all.first { $0.1 }?.0
    }

    var options: FirmwareOptions {
        var options = FirmwareOptions()
        if let stack { options.stack = stack }
        if let name { options.name = name }
        return options
    }
}

/// What a package in Swift is made for.
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

    /// An option that was given, if any.
    var given: String? {
        [("--core", core != nil), ("--sram", sram != nil), ("--flash", flash != nil)].first { $0.1 }?.0
    }

    /// The options of a package with these.
    func added(to options: FirmwareOptions) -> FirmwareOptions {
        var options = options
        options.sram = sram
        if let flash { options.flash = flash }
        if let core { options.core = core }
        return options
    }
}

/// What a library for C is made for.
struct LibraryExportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The library's cores, with commas between, or all: \(LibraryTarget.all.map(\.name).joined(separator: ", ")).",
            valueName: "cores"),
        transform: { try LibraryTarget.named($0) })
    var target: [LibraryTarget]?

    @Option(
        help: ArgumentHelp(
            "The size of a camera's image, as 320x240: the library takes its rows, and crops and resizes as the run was evaluated.",
            valueName: "size"),
        transform: { try Self.size($0) })
    var camera: ImageSize?

    /// An option that was given, if any.
    var given: String? { [("--target", target != nil), ("--camera", camera != nil)].first { $0.1 }?.0 }

    /// A size such as `320x240`.
    private static func size(_ text: String) throws -> ImageSize {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1], (1...1 << 15).contains(width),
            (1...1 << 15).contains(height)
        else {
            throw ValidationError("\"\(text)\" is no size of an image: give width and height, as 320x240.")
        }
        return ImageSize(width: width, height: height)
    }
}
