import ArgumentParser
import Networks
import Planning
import Reporting

/// What a device has, and what the planner may do with it.
package struct PlanningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("SRAM there is, in bytes or as 256K, 1M.", valueName: "size"),
        transform: { try MemorySize.whole($0) })
    var sram: Int?

    @Option(
        help: ArgumentHelp("Flash there is, in bytes or as 512K, 1M.", valueName: "size"),
        transform: { try MemorySize.whole($0) })
    var flash: Int?

    @Option(
        help: ArgumentHelp("A board to plan for: \(Board.all.map(\.name).joined(separator: ", ")).", valueName: "name"))
    var board: String?

    @Option(
        help: ArgumentHelp(
            "SRAM to set aside for others than the network (default: 0).", valueName: "size"
        ),
        transform: { try MemorySize.amount($0) })
    var reserve: Int = 0

    @Option(
        help: ArgumentHelp("SRAM for the stack, a part of --sram (default: 3K).", valueName: "size"),
        transform: { try ByteSize.parse($0) })
    var stack: Int = Footprint.stack

    @OptionGroup var stripes: StripeOptions

    @Option(help: ArgumentHelp("Buffers start at multiples of this many bytes: 4, 8, 16 … 4096.", valueName: "bytes"))
    var alignment: Int = 16

    @Option(help: "Core whose code and instructions count: m4, m7, m33 or m55 (default: the board's, or m4).")
    var core: Core?

    package init() {}

    package func validate() throws {
        guard stack >= 512, stack % 8 == 0, stack <= 1 << 20 else {
            throw ValidationError("--stack \(stack): use a multiple of 8 from 512 on, up to 1M.")
        }
        guard let board else { return }
        let known = try Self.named(board)
        for (option, given, value) in [("--sram", sram, known.sram), ("--flash", flash, known.flash)] {
            guard let given, given != value else { continue }
            throw ValidationError(
                "\(option) \(ByteSize.text(given)) contradicts --board \(board), which has \(ByteSize.text(value)): leave one of them "
                    + "out.")
        }
        if let core, core != known.core {
            throw ValidationError(
                "--core \(core.rawValue) contradicts --board \(board), which has a \(known.core.name): leave one of them out."
            )
        }
    }

    package static func named(_ board: String) throws -> Board {
        do { return try Board.named(board) } catch { throw ValidationError("\(error).") }
    }

    /// What there is to keep to.
    package func budget() throws -> Budget {
        let board = try board.map(Self.named)
        return Budget(sram: sram ?? board?.sram, flash: flash ?? board?.flash, reserved: reserve, stack: stack)
    }

    /// The core to estimate for.
    package func estimatedCore() throws -> Core { try core ?? board.map(Self.named)?.core ?? .cortexM4 }

    /// The highest clock of the board in MHz; nil where none is named.
    package func highestMegahertz() throws -> Double? { try board.map(Self.named)?.megahertz }

    /// What the planner may do.
    package var planOptions: PlanOptions {
        stripes.planOptions(alignment: alignment)
    }
}

extension StripeMode: ExpressibleByArgument {}

extension Core: ExpressibleByArgument {}
