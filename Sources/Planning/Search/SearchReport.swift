import Foundation
import Reporting

/// What a search found, as a value with a JSON form (`Documentation/Search.md`).
public struct SearchReport: Sendable, Hashable {
    /// What networks had to keep to.
    public let limits: SearchLimits
    /// What the planner was allowed.
    public let options: PlanOptions
    /// Networks that were looked at.
    public let candidates: Int
    /// Those that cannot be built: maps that vanish, poolings that would be plain averages.
    public let refused: Int
    /// Those that keep to the limits. Networks that were never planned count by their lower bound.
    public let fitting: Int
    /// How long it took.
    public let seconds: Double
    /// Of each pooling method the networks of which none is better in memory, work and capacity; smallest memory first.
    public let front: [SearchResult]

    /// A table, with what was looked at above it.
    public func text() -> String {
        var table = TextTable([
            .left("network"), .right("pixels"), .right("SRAM B"), .right("flash B"), .right("MACs"),
            .right("parameters"),
            .right("capacity"), .left("peak"),
        ])
        var pool: String?
        for result in front {
            if let pool, pool != result.candidate.pool { table.addRule() }
            pool = result.candidate.pool
            table.addRow([
                result.candidate.network, "\(result.candidate.resolution)", TextTable.grouped(result.sramBytes),
                TextTable.grouped(result.flashBytes), TextTable.grouped(result.multiplyAccumulates),
                TextTable.grouped(result.parameters), TextTable.grouped(Int(result.capacity.rounded())), result.peak,
            ])
        }
        return """
            \(counted(candidates, "network")) in \(String(format: "%.1f", seconds)) s, \(TextTable.grouped(refused)) of which cannot \
            be built; \(TextTable.grouped(fitting)) \(fitting == 1 ? "keeps" : "keep") to \(limitsText). Of each pooling method those of which none is better in \
            memory, work and capacity:

            \(table)
            """
    }

    private var limitsText: String {
        let parts = NetworkSearch.Limit.allCases.compactMap { limit -> String? in
            switch limit {
            case .sram: limits.budget.sram.map { Self.amount(limit, $0) }
            case .flash: limits.budget.flash.map { Self.amount(limit, $0) }
            case .macs: limits.multiplyAccumulates.map { Self.amount(limit, $0) }
            }
        }
        return parts.isEmpty ? "no limits" : parts.joined(separator: ", ")
    }

    /// An amount with what it is of: `64 KiB SRAM`.
    static func amount(_ limit: NetworkSearch.Limit, _ value: Int) -> String {
        switch limit {
        case .sram: "\(ByteSize.text(value)) SRAM"
        case .flash: "\(ByteSize.text(value)) flash"
        case .macs: "\(TextTable.grouped(value)) MACs"
        }
    }
}

extension SearchReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case format, version, candidates, refused, fitting, seconds, front, sram, flash, macs
        case pushesRows = "pushes_rows"
        case stripes
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("sapool-search", forKey: .format)
        try container.encode(1, forKey: .version)
        try container.encodeIfPresent(limits.budget.sram, forKey: .sram)
        try container.encodeIfPresent(limits.budget.flash, forKey: .flash)
        try container.encodeIfPresent(limits.multiplyAccumulates, forKey: .macs)
        try container.encode(options.stripes, forKey: .stripes)
        try container.encode(options.pushesRows, forKey: .pushesRows)
        try container.encode(candidates, forKey: .candidates)
        try container.encode(refused, forKey: .refused)
        try container.encode(fitting, forKey: .fitting)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(front, forKey: .front)
    }
}
