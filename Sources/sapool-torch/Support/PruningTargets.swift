import ArgumentParser
import CommandLineSupport
import Compression
import Networks
import Planning

/// Targets of pruning as they are written on the command line: `sram=96K,flash=0.5`.
struct PruningTargets {
    private enum Amount {
        case number(Int)
        /// Of what a network comes to.
        case share(Double)
    }

    private var limits: [(measure: PruningSearch.Measure, amount: Amount)] = []
    private var channels: Double?

    /// What is limited.
    var measures: [PruningSearch.Measure] { limits.map(\.measure) }

    /// Reads `sram=96K`, `flash=512K`, `macs=30M`, `cycles=60M`, shares such as `sram=0.5`, and `channels=0.7`, with commas between.
    ///
    /// - Parameter text: nil for none.
    /// - Throws: `ValidationError` that says what can be written.
    init(_ text: String?, core: Core) throws {
        for part in text?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? [] {
            let pair = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2 else { throw Self.wrong(part) }
            let share = Double(pair[1]).flatMap { $0 > 0 && $0 < 1 ? $0 : nil }
            let measure: PruningSearch.Measure
            switch pair[0] {
            case "sram": measure = .sram
            case "flash": measure = .flash(core)
            case "macs": measure = .macs
            case "cycles": measure = .cycles(core)
            case "channels":
                guard let share, channels == nil else { throw Self.wrong(part) }
                channels = share
                continue
            default: throw Self.wrong(part)
            }
            guard !measures.contains(measure) else {
                throw ValidationError("--target \(text ?? ""): \(pair[0]) is there twice; leave one of them out.")
            }
            limits.append((measure, try share.map(Amount.share) ?? .number(Self.number(pair[1], measure, part))))
        }
    }

    private static func number(_ text: String, _ measure: PruningSearch.Measure, _ part: String) throws -> Int {
        do {
            switch measure {
            case .sram, .flash: return try MemorySize.whole(text)
            case .macs: return try WorkAmount.count(text, of: "multiply-accumulates")
            case .cycles: return try WorkAmount.count(text, of: "cycles")
            }
        } catch {
            throw ValidationError("--target \(part): \(error).")
        }
    }

    private static func wrong(_ part: String) -> ValidationError {
        ValidationError(
            "--target \(part): use sram=96K, flash=512K, macs=5M, cycles=60M, a share such as sram=0.5, or channels=0.7."
        )
    }

    /// The targets for a network.
    ///
    /// - Throws: `PlanningError` where a share is asked of what cannot be counted.
    func targets(of network: Network) throws -> [PruningSearch.Target] {
        try (channels.map { [.channels($0)] } ?? [])
            + limits.map { measure, amount in
                switch amount {
                case .number(let most): .atMost(most, measure)
                case .share(let share): .atMost(Int(Double(try measure.exactFigure(of: network)) * share), measure)
                }
            }
    }
}

extension PruningSearch.Target {
    /// How much of the way from what the network was to the target is done; nil where that is no figure.
    func share(of figure: Int, from start: Int?) -> Double? {
        guard let start, let goal = limit?.most else { return nil }
        return start > goal ? Double(start - figure) / Double(start - goal) : 1
    }
}
