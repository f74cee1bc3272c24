import Foundation

/// What a comparison says of the claim that one cell is better than every other by some points.
///
/// The rule is fixed before the runs, so that nobody chooses it by what came out:
///
/// - *supported* where it is ahead of every other cell by a mean of at least one point, each difference significant at 5 % by the paired
///   t-test after Holm's correction;
/// - *refuted here* where against the best of the others the upper end of the difference's 95 % interval is below the claim;
/// - *undecided* otherwise.
public struct ClaimVerdict: Sendable, Equatable, Encodable {
    public enum Outcome: String, Sendable, Encodable {
        case supported
        case refuted = "refuted here"
        case undecided
    }

    public let outcome: Outcome
    /// Name of the cell that the claim is about.
    public let cell: String
    /// The best of the others, and what the cell is ahead of it, with half the width of the interval; shares of 1.
    public let bestRival: String
    public let difference: Double
    public let halfWidth: Double
    /// The claim: how much better it is said to be; a share of 1.
    public let claim: Double

    /// The least mean by which a claim is supported, whatever it says.
    static let leastMean = 0.01
    static let level = 0.05

    /// Applies the rule.
    ///
    /// - Parameters:
    ///   - summaries: cells with differences to `cell`.
    ///   - claim: points as a share of 1, for example 0.012.
    /// - Throws: `ComparisonError` where a cell has too few runs to say anything.
    public init(_ summaries: [CellSummary], about cell: String, claim: Double) throws {
        let rivals = summaries.filter { $0.cell != cell }
        guard let best = rivals.max(by: { ($0.accuracy ?? 0) < ($1.accuracy ?? 0) }) else {
            throw ComparisonError("there is no other cell than \"\(cell)\": a claim needs one to be better than")
        }
        if let short = rivals.first(where: { $0.difference == nil || $0.differenceHalfWidth == nil }) {
            throw ComparisonError(
                "\"\(short.cell)\" and \"\(cell)\" share fewer than two seeds: a claim needs two finished runs of each at least"
            )
        }
        // Differences are the others' minus the cell's.
        let isAheadOfAll = rivals.allSatisfy { rival in
            -(rival.difference ?? 0) >= Self.leastMean && (rival.correctedPValue ?? 1) < Self.level
        }
        (self.cell, self.claim, bestRival) = (cell, claim, best.cell)
        difference = -(best.difference ?? 0)
        halfWidth = best.differenceHalfWidth ?? 0
        outcome = isAheadOfAll ? .supported : difference + halfWidth < claim ? .refuted : .undecided
    }

    /// A sentence for people.
    public var text: String {
        func points(_ share: Double) -> String { String(format: "%.2f", share * 100) }
        let sign = difference < 0 ? "-" : "+"
        return
            "\(outcome.rawValue): \"\(cell)\" better than every other by \(points(claim)) points; to the best of them, "
            + "\"\(bestRival)\", it is \(sign)\(points(abs(difference))) ± \(points(halfWidth))"
    }
}
