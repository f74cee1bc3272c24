import Lowering
import Networks

/// A board with a microcontroller: what there is to keep to.
public struct Board: Sendable, Hashable {
    /// As the command line calls it.
    public let name: String
    /// The microcontroller on it.
    public let chip: String
    /// Its core.
    public let core: Core
    /// Bytes of read-write memory in one piece, as an arena cannot be split.
    public let sram: Int
    /// Bytes of flash.
    public let flash: Int
    /// The core's highest clock in MHz.
    public let megahertz: Double

    /// Boards by the data sheets of their chips: Nordic's nRF52833 and nRF52840 Product Specifications, ST's DS10693
    /// (STM32F446), DS11139 (STM32F412), DS10916 (STM32F746) and DS12110 (STM32H743), Raspberry Pi's RP2350 Datasheet.
    public static let all = [
        Board(name: "microbit-v2", chip: "nRF52833", core: .cortexM4, sram: 128 << 10, flash: 512 << 10, megahertz: 64),
        Board(
            name: "nucleo-f446re", chip: "STM32F446RE", core: .cortexM4, sram: 128 << 10, flash: 512 << 10,
            megahertz: 180),
        Board(name: "nano-33-ble", chip: "nRF52840", core: .cortexM4, sram: 256 << 10, flash: 1 << 20, megahertz: 64),
        Board(
            name: "nucleo-f412zg", chip: "STM32F412ZG", core: .cortexM4, sram: 256 << 10, flash: 1 << 20, megahertz: 100
        ),
        Board(
            name: "nucleo-f746zg", chip: "STM32F746ZG", core: .cortexM7, sram: 320 << 10, flash: 1 << 20, megahertz: 216
        ),
        Board(
            name: "nucleo-h743zi", chip: "STM32H743ZI", core: .cortexM7, sram: 512 << 10, flash: 2 << 20, megahertz: 480
        ),
        Board(name: "pico-2", chip: "RP2350", core: .cortexM33, sram: 520 << 10, flash: 4 << 20, megahertz: 150),
    ]

    /// A board by its name.
    ///
    /// - Throws: `PlanningError` that lists the boards that are known.
    public static func named(_ name: String) throws(PlanningError) -> Board {
        guard let board = all.first(where: { $0.name == name.lowercased() }) else {
            let question = Suggestion.question(for: name, among: all.map(\.name))
            throw PlanningError(
                "unknown board \"\(name)\"\(question): known are \(all.map(\.name).joined(separator: ", ")); for any other give --sram and --flash"
            )
        }
        return board
    }
}
