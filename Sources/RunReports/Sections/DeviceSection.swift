import Deployment
import Planning
import Reporting

/// What a device takes for an image.
struct DeviceSection {
    /// A device package, and what an emulated core took.
    struct Figures {
        let package: FirmwareDescription
        /// The package's folder.
        let folder: String
        let core: Core
        /// Nil where it was not run.
        let run: EmulatedRun?
        /// Images of which the core and the host put out the same bytes.
        let agreeing: Int
    }

    /// Nil where there is no package.
    let figures: Figures?
    /// The run's folder, and whether it has an int8 model, for the commands.
    let run: String
    let hasInt8: Bool

    func section() -> HTMLPage.Section {
        guard let figures else {
            let commands =
                (hasInt8 ? "" : "sapool quantize \(run)\n") + """
                    sapool export \(run) --format firmware --output \(run)/firmware
                    sapool report \(run) --qemu
                    """
            return HTMLPage.Section(
                "On the device",
                .paragraph(
                    "There is no firmware of this run yet. These commands write it, and run it on an emulated core:"),
                .listing(commands))
        }
        var table = HTMLTable([.left("figure"), .right("value"), .left("")])
        func add(_ name: String, _ value: String, _ note: String) {
            table.addRow([.text(name), .text(value), .text(note)])
        }
        let package = figures.package
        add("arena", "\(TextTable.grouped(package.arenaBytes)) B", "as planned")
        if let emulated = figures.run {
            add("SRAM", "\(TextTable.grouped(emulated.sramBytes)) B", "arena, static data and stack, as linked")
            add("flash", "\(TextTable.grouped(emulated.flashBytes)) B", "code, constants and weights, as linked")
            let stack = emulated.inferences.map(\.stackBytes).max() ?? 0
            add("stack", "\(TextTable.grouped(stack)) B", "the deepest that was reached")
            let instructions = emulated.inferences.map(\.instructions).max() ?? 0
            add("instructions", TextTable.grouped(instructions), "executed for an image, the most of all")
            let cycles = emulated.inferences.map(\.estimatedCycles).max() ?? 0
            add("cycles", TextTable.grouped(cycles), "estimated by the core's table of timings, no measurement")
            add("time", "\(ReportText.fixed(Double(cycles) / 1e5, 1)) ms", "for these cycles at 100 MHz")
            add(
                "same bytes as the host", "\(figures.agreeing) of \(emulated.inferences.count)", "images, every score")
        } else {
            add("weights", "\(TextTable.grouped(package.weightsBytes)) B", "in flash, code lies beside them")
        }
        let command: [HTML] =
            figures.run == nil
            ? [
                .paragraph(
                    .code("sapool report \(run) --firmware \(figures.folder) --qemu"),
                    " runs images on an emulated core, and adds instructions, stack and time.")
            ] : []
        return HTMLPage.Section(
            "On the device",
            .paragraph(
                "The package ", .code(ReportText.shown(figures.folder)),
                .text(", \(figures.run == nil ? "made for" : "on an emulated") \(figures.core.name).")),
            table.html, .group(command))
    }
}
