import Networks
import Reporting

/// A network of a search that is worth training first, and why.
public struct Recommendation: Sendable, Hashable, Encodable {
    /// What it is the best at.
    public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        /// The least SRAM.
        case smallest
        /// The most capacity that fits.
        case largest
        /// The least work of those with at least `goodShare` of that capacity.
        case cheapest
        /// The most capacity of those that pool with self-attention.
        case selfAttentive = "self-attentive"
        /// The most capacity that fits where the image arrives row by row.
        case pushedRows = "pushed-rows"

        /// The role in a few words.
        public var words: String {
            switch self {
            case .smallest: "smallest in SRAM"
            case .largest: "most capacity in the budget"
            case .cheapest: "cheapest with good capacity"
            case .selfAttentive: "self-attentive pooling"
            case .pushedRows: "rows pushed, never held"
            }
        }
    }

    /// What it is the best at.
    public let role: Role
    /// What is known of it.
    public let result: SearchResult
    /// Whether its figures hold where rows are pushed, though the search is for images that are held.
    public let pushesRows: Bool

    /// Which part of the most capacity counts as good.
    static let goodShare = 0.7

    /// The recommended ones of a front: no network twice, and no role where there is no network for it.
    static func choose(from front: [SearchResult]) -> [Recommendation] {
        var chosen: [Recommendation] = []
        func take(_ role: Role, _ results: [SearchResult], _ isBetter: (SearchResult, SearchResult) -> Bool) {
            let left = results.filter { result in !chosen.contains { $0.result.candidate == result.candidate } }
            guard let best = left.min(by: isBetter) else { return }
            chosen.append(Recommendation(role: role, result: best, pushesRows: false))
        }
        func isLarger(_ a: SearchResult, _ b: SearchResult) -> Bool {
            a.capacity != b.capacity ? a.capacity > b.capacity : a.sramBytes < b.sramBytes
        }
        let good = goodShare * (front.map(\.capacity).max() ?? 0)
        take(.smallest, front) {
            $0.sramBytes != $1.sramBytes ? $0.sramBytes < $1.sramBytes : $0.capacity > $1.capacity
        }
        take(.largest, front, isLarger)
        take(.cheapest, front.filter { $0.capacity >= good }) { $0.multiplyAccumulates < $1.multiplyAccumulates }
        take(.selfAttentive, front.filter { $0.candidate.pool.hasPrefix("self-attentive") }, isLarger)
        return chosen
    }

    /// The command that trains it, for a shell of Unix.
    ///
    /// - Parameters:
    ///   - data: name or folder of the data set.
    ///   - channels: of the images.
    public func trainCommand(data: String, channels: Int = 3) -> String {
        let candidate = result.candidate
        return "sapool train --data \(ShellWord.quoted(data))\(channels == 3 ? "" : " --channels \(channels)") "
            + "--resolution \(candidate.resolution) --output runs/\(role.rawValue) --network \(ShellWord.quoted(candidate.network))"
    }

    private enum CodingKeys: String, CodingKey {
        case role, result
        case pushesRows = "pushes_rows"
    }
}
