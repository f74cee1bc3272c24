import Lowering
import Networks
import Planning
import Reporting

/// What a device has for the network: memory, work an image, and the core that does it.
public struct FitBudget: Sendable, Equatable, Codable {
    /// Bytes of SRAM, stack included.
    public var sram: Int
    /// Bytes of flash.
    public var flash: Int
    /// Most multiply-accumulates of an image; nil for any number.
    public var multiplyAccumulates: Int?
    /// Most estimated cycles of an image; nil for any number.
    public var cycles: Int?
    /// The core.
    public var core: Core
    /// Its clock in MHz, for estimates of time.
    public var megahertz: Double

    /// A budget of memory.
    public init(sram: Int, flash: Int, core: Core = .cortexM4, megahertz: Double? = nil) {
        (self.sram, self.flash, self.core) = (sram, flash, core)
        self.megahertz = megahertz ?? core.commonMegahertz
    }

    /// A budget as the planner takes it.
    package var planning: Budget { Budget(sram: sram, flash: flash) }

    package func validate() throws {
        guard sram > Footprint.stack else {
            throw FittingError(
                "\(ByteSize.text(sram)) of SRAM are no more than the stack takes (\(ByteSize.text(Footprint.stack))): give more with --sram"
            )
        }
        guard flash > 0 else { throw FittingError("a budget needs flash for weights and code: give it with --flash") }
        if let multiplyAccumulates, multiplyAccumulates < 1 {
            throw FittingError("--macs \(multiplyAccumulates): use 1 or more, for example 30M")
        }
        if let cycles, cycles < 1 { throw FittingError("--cycles \(cycles): use 1 or more, for example 60M") }
    }

    /// What a network exceeds of the budget, in words; nil where it keeps to it.
    package func excess(sram needed: Int, flash used: Int, multiplyAccumulates work: Int, cycles: Int) -> String? {
        if used > flash { return "\(ByteSize.text(used)) of flash" }
        if needed > sram { return "\(ByteSize.text(needed)) of SRAM" }
        if let most = multiplyAccumulates, work > most { return "\(TextTable.grouped(work)) multiply-accumulates" }
        if let most = self.cycles, cycles > most { return "\(TextTable.grouped(cycles)) estimated cycles" }
        return nil
    }

    /// For people.
    public var text: String {
        var parts = ["\(ByteSize.text(sram)) SRAM", "\(ByteSize.text(flash)) flash"]
        if let multiplyAccumulates { parts.append("\(TextTable.grouped(multiplyAccumulates)) MACs") }
        if let cycles { parts.append("\(TextTable.grouped(cycles)) cycles") }
        return parts.joined(separator: ", ") + " on a \(core.name)"
    }
}

extension Core {
    /// A usual clock in MHz, where no board says it.
    package var commonMegahertz: Double {
        switch self {
        case .cortexM4: 100
        case .cortexM7: 216
        case .cortexM33: 150
        case .cortexM55: 160
        }
    }
}
