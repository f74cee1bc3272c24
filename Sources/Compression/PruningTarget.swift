import Lowering
import Networks
import Planning

extension PruningSearch {
    /// What is to become smaller, and how far.
    public enum Target: Sendable, Hashable {
        /// At most so much of what is counted.
        case atMost(Int, Measure)
        /// Share of the channels that stays: of every layer alike, or of the network's (`ChannelImportance.Scope`).
        case channels(Double)

        /// At most so many bytes of arena, without stripes.
        public static func sram(_ most: Int) -> Target { .atMost(most, .sram) }
        /// At most so many bytes of flash as firmware for a core.
        public static func flash(_ most: Int, _ core: Core) -> Target { .atMost(most, .flash(core)) }
        /// At most so many multiply-accumulates.
        public static func macs(_ most: Int) -> Target { .atMost(most, .macs) }
        /// At most so many estimated cycles of a core.
        public static func cycles(_ most: Int, _ core: Core) -> Target { .atMost(most, .cycles(core)) }

        /// What is limited, and to what; nil for a share of the channels.
        public var limit: (measure: Measure, most: Int)? {
            guard case .atMost(let most, let measure) = self else { return nil }
            return (measure, most)
        }
    }

    /// What of a network is counted.
    public enum Measure: Sendable, Hashable {
        /// Bytes of the arena without stripes, which is what channels decide.
        case sram
        /// Bytes of weights, tables and code as firmware.
        case flash(Core)
        /// Multiply-accumulates of an image.
        case macs
        /// Estimated cycles of an image (`Profile`): no measurement.
        case cycles(Core)

        /// The figure of a network, by which a search goes: of flash without the code of stripes.
        ///
        /// - Throws: `PlanningError` where the device has no kernel for a layer.
        public func figure(of network: Network) throws -> Int {
            switch self {
            case .sram: try PruningSearch.arena(of: network).arenaBytes
            case .flash(let core): Footprint(least: try Self.graph(of: network), arena: 0, core: core).flashBytes
            case .macs: network.multiplyAccumulates
            case .cycles(let core): Profile(network, try Self.graph(of: network), core: core).estimatedCycles
            }
        }

        /// The figure of a network as firmware has it.
        ///
        /// - Throws: as `figure(of:)`.
        public func exactFigure(of network: Network) throws -> Int {
            guard case .flash(let core) = self else { return try figure(of: network) }
            return Footprint(try MemoryPlan(network, options: PlanOptions()), core: core).flashBytes
        }

        /// What goes up and down with the figure and is there at once, to compare steps by.
        func quickFigure(of network: Network) throws -> Int {
            switch self {
            case .sram: try figure(of: network)
            case .flash: network.parameterCount
            case .macs, .cycles: network.multiplyAccumulates
            }
        }

        private static func graph(of network: Network) throws -> DeviceGraph {
            let graph = try Planner(network).graph
            guard let missing = graph.withoutKernel else { return graph }
            throw PlanningError("\(missing), so there is no firmware of it to count: leave flash= and cycles= out")
        }
    }
}
