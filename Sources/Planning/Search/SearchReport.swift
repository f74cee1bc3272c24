import Foundation
import Reporting

/// What a search found, as a value with a JSON form (`Documentation/Search.md`).
public struct SearchReport: Sendable, Hashable {
    /// What was looked at.
    public let space: SearchSpace
    /// What networks had to keep to.
    public let limits: SearchLimits
    /// What the planner was allowed.
    public let options: PlanOptions
    /// Networks that were looked at.
    public let candidates: Int
    /// Those that cannot be built: maps that vanish, poolings that would be plain averages. Networks whose image or
    /// weights alone exceed
    /// the limits are not among them.
    public let refused: Int
    /// Those that keep to the limits. Networks that were never planned count by their lower bound.
    public let fitting: Int
    /// How long it took.
    public internal(set) var seconds = 0.0
    /// Of each pooling method the networks of which none is better in memory, work and capacity; smallest memory first. Of those that are
    /// not planned (`SearchResult.isPlanned`) a bound of the memory stands for it: they may not fit.
    public let front: [SearchResult]
    /// Up to five to train first, one for each role.
    public internal(set) var recommended: [Recommendation] = []
    /// The data set that commands and recipes name.
    public var data = "DATA"

    /// A report by what was found.
    init(
        space: SearchSpace, limits: SearchLimits, options: PlanOptions, candidates: Int, refused: Int, fitting: Int,
        front: [SearchResult]
    ) {
        self.space = space
        self.limits = limits
        self.options = options
        self.candidates = candidates
        self.refused = refused
        self.fitting = fitting
        self.front = front
    }

    /// What is recommended, each with the command that trains it, then a table of the front with what was looked at
    /// above it.
    ///
    /// - Parameter all: the whole front, and not a few networks that stand for it.
    public func text(all: Bool = false) -> String {
        let shown = all ? front : spread()
        let left = front.count - shown.count
        return """
            \(recommendationText)\(counted(candidates, "network")) in \(String(format: "%.1f", seconds)) s, \(TextTable.grouped(refused)) of which cannot \
            be built; \(TextTable.grouped(fitting)) \(fitting == 1 ? "keeps" : "keep") to \(limitsText). Of each pooling method those of which none is better in \
            memory, work and capacity:

            \(Self.table(shown))
            """
                + (left > 0 ? "\n\(leftOut(left))\n" : "")
    }

    /// What there is beside the networks that are shown; how many is not certain where bounds stand for figures.
    private func leftOut(_ count: Int) -> String {
        front.allSatisfy(\.isPlanned)
            ? "\(TextTable.grouped(count)) more of the front are left out: --all prints them."
            : "About \(TextTable.grouped(count)) more of the front are left out: --all plans and prints them."
    }

    private var recommendationText: String {
        var text = ""
        for (index, choice) in recommended.enumerated() {
            let result = choice.result
            text += """
                \(index + 1). \(choice.role.words): \(ByteSize.text(result.sramBytes)) SRAM, \(ByteSize.text(result.flashBytes)) flash, \
                \(TextTable.grouped(result.multiplyAccumulates)) MACs, capacity \(TextTable.grouped(Int(result.capacity.rounded())))
                   \(choice.trainCommand(data: data, channels: space.channels))

                """
            if choice.pushesRows { text += "   (firmware that never holds the image: sapool export --push-rows)\n" }
        }
        return text.isEmpty ? "" : "Train first:\n\n\(text)\n"
    }

    private static func table(_ results: [SearchResult]) -> TextTable {
        var table = TextTable([
            .left("network"), .right("pixels"), .right("SRAM B"), .right("flash B"), .right("MACs"),
            .right("parameters"),
            .right("capacity"), .left("peak"),
        ])
        var pool: String?
        for result in results {
            if let pool, pool != result.candidate.pool { table.addRule() }
            pool = result.candidate.pool
            table.addRow([
                result.candidate.network, "\(result.candidate.resolution)", TextTable.grouped(result.sramBytes),
                TextTable.grouped(result.flashBytes), TextTable.grouped(result.multiplyAccumulates),
                TextTable.grouped(result.parameters), TextTable.grouped(Int(result.capacity.rounded())), result.peak,
            ])
        }
        return table
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
        case format, version, candidates, refused, fitting, seconds, front, recommended, sram, flash, macs
        case pushesRows = "pushes_rows"
        case stripes
    }

    /// A recommendation with its command.
    private struct Choice: Encodable {
        let choice: Recommendation
        let command: String

        private enum CodingKeys: String, CodingKey { case command }

        func encode(to encoder: any Encoder) throws {
            try choice.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(command, forKey: .command)
        }
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
        try container.encode(
            recommended.map { Choice(choice: $0, command: $0.trainCommand(data: data, channels: space.channels)) },
            forKey: .recommended)
        try container.encode(front, forKey: .front)
    }
}
