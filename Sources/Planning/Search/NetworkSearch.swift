import Foundation
import Lowering
import Networks
import Reporting

/// Looks at every network of a space and keeps those of which none is better in memory, work and capacity at once.
///
/// ```swift
/// var space = SearchSpace(resolutions: [96, 128], classes: 10)
/// let limits = SearchLimits(budget: Budget(sram: 64 << 10, flash: 512 << 10))
/// let report = try NetworkSearch(space, limits: limits, core: .cortexM4).run { progress in show(progress) }
/// for choice in report.recommended { print(choice.role, choice.result.candidate.network) }
/// ```
///
/// What is cheap to know comes first. Networks whose image or weights alone are too large are never lowered; of the
/// others each
/// gets a lower bound of its memory from the search for stripes, in which chains of steps that several networks have
/// in common are worked
/// out once (`KnownChains`). Only networks on the front are planned to the byte: planned figures replace bounds until
/// the front consists of planned networks alone, which makes it the front of exact figures. Where only a few of it are
/// looked at, these alone are planned (`Exactness.shown`). Fronts are kept for each pooling method, since no formula
/// says what one is worth: training does.
public struct NetworkSearch: Sendable {
    /// What is looked at.
    public let space: SearchSpace
    /// What networks have to keep to.
    public let limits: SearchLimits
    /// What the planner may do.
    public let options: PlanOptions
    /// The core whose code counts.
    public let core: Core

    /// A search by its parts.
    public init(
        _ space: SearchSpace, limits: SearchLimits, options: PlanOptions = PlanOptions(), core: Core = .cortexM4
    ) {
        self.space = space
        self.limits = limits
        self.options = options
        self.core = core
    }

    /// How far a search is.
    public enum Progress: Sendable, Hashable {
        /// So many of all candidates were looked at.
        case counted(Int, of: Int)
        /// So many of the best were planned; there may be more of them once these are.
        case planned(Int, of: Int)
    }

    /// Which networks of the front are planned to the byte; the others have bounds of their memory.
    public enum Exactness: Sendable, Hashable {
        /// All of them.
        case front
        /// Those that a shortened table shows (`SearchReport.spread`), the recommended ones among them: several times as quick.
        case shown
    }

    /// A limit, in the order in which they are looked at.
    enum Limit: String, Sendable, CaseIterable {
        case flash, macs, sram
    }

    /// Runs the search on all cores.
    ///
    /// - Parameters:
    ///   - exactness: which networks of the front are planned.
    ///   - progress: told of the progress now and then, on any thread; once before anything is done.
    /// - Throws: `PlanningError` where no candidate can be built, or none keeps to the limits: then it names the
    /// smallest that would.
    public func run(
        _ exactness: Exactness = .front, progress: @Sendable (Progress) -> Void = { _ in }
    ) throws(PlanningError) -> SearchReport {
        let start = ContinuousClock.now
        let candidates = space.candidates
        guard !candidates.isEmpty else {
            throw PlanningError("there is nothing to search: give strides, pools and resolutions")
        }
        progress(.counted(0, of: candidates.count))
        let study = CandidateStudy(self)
        let outcomes = inParallel(
            Self.groups(candidates), chunk: 2,
            progress: { progress(.counted(min(candidates.count, $0 * space.resolutions.count), of: candidates.count)) }
        ) { study.outcomes(of: $0) }.flatMap { $0 }
        var found = Found()
        for outcome in outcomes { found.add(outcome) }
        guard found.refusals.count < candidates.count else {
            throw PlanningError("\(Self.none(of: candidates.count)) can be built; the first: \(found.refusals[0])")
        }
        let (count, refused) = (candidates.count, found.refusals.count)
        func report(_ front: [SearchResult], fitting: Int) -> SearchReport {
            var report = SearchReport(
                space: space, limits: limits, options: options, candidates: count, refused: refused, fitting: fitting,
                front: front)
            report.recommended = Recommendation.choose(from: front)
            return report
        }
        let front = front(of: &found.open, study, progress) { front in
            switch exactness {
            case .front: Set(front.map(\.candidate))
            case .shown: Set(report(front, fitting: front.count).spread().map(\.candidate))
            }
        }
        guard !front.isEmpty else { throw study.nothingFits(count: candidates.count, found) }
        var report = report(front, fitting: found.open.count { fits($0) })
        if let pushed = study.pushed(besides: report.recommended) { report.recommended.append(pushed) }
        report.seconds = (ContinuousClock.now - start).seconds
        return report
    }

    /// The same front the long way: every candidate planned by itself, no bounds, nothing shared. For tests.
    package func exhaustiveFront() -> [SearchResult] {
        let study = CandidateStudy(self)
        let planned = inParallel(space.candidates) { study.planned($0) }.compactMap { $0 }.filter { fits($0) }
        return space.pools.flatMap { pool in
            let own = planned.filter { $0.candidate.pool == pool }
            return ParetoFront.indices(of: own).map { own[$0] }.sorted { $0.sramBytes < $1.sramBytes }
        }
    }

    /// What became of the candidates.
    struct Found {
        var refusals: [String] = []
        /// Those that nothing cheap excludes, with bounds of their memory.
        var open: [SearchResult] = []
        /// Those that take more SRAM than there is, by what they take at least.
        var tooLarge: [Int: [SearchSpace.Candidate]] = [:]
        /// The one that exceeds a limit least.
        var exceeding: [Limit: SearchResult] = [:]

        mutating func add(_ outcome: CandidateStudy.Outcome) {
            switch outcome {
            case .refused(let reason): refusals.append(reason)
            case .open(let result): open.append(result)
            case .tooLarge(let candidate, let least): tooLarge[least, default: []].append(candidate)
            case .exceeds(let limit, let result):
                if let known = exceeding[limit], known.amount(limit) <= result.amount(limit) { return }
                exceeding[limit] = result
            }
        }
    }

    /// Candidates that differ in their resolution alone, together.
    private static func groups(_ candidates: [SearchSpace.Candidate]) -> [[SearchSpace.Candidate]] {
        var groups: [[SearchSpace.Candidate]] = []
        for candidate in candidates {
            if groups.last?.last?.network == candidate.network {
                groups[groups.count - 1].append(candidate)
            } else {
                groups.append([candidate])
            }
        }
        return groups
    }

    static func none(of count: Int) -> String { count == 1 ? "of 1 network none" : "none of the \(count) networks" }

    /// The most that is allowed; nil for no limit.
    func most(_ limit: Limit) -> Int? {
        switch limit {
        case .flash: limits.budget.flash
        case .macs: limits.multiplyAccumulates
        case .sram: limits.budget.sram
        }
    }

    /// Whether it keeps to all limits, by bounds where it is not planned.
    func fits(_ result: SearchResult) -> Bool { Limit.allCases.allSatisfy { result.amount($0) <= most($0) ?? .max } }

    /// The fronts of all pooling methods; bounds in `results` are replaced by figures on the way.
    ///
    /// - Parameter wanted: which networks of a front are to be planned.
    private func front(
        of results: inout [SearchResult], _ study: CandidateStudy, _ progress: @Sendable (Progress) -> Void,
        wanted: ([SearchResult]) -> Set<SearchSpace.Candidate>
    ) -> [SearchResult] {
        var own = space.pools.map { pool in results.indices.filter { results[$0].candidate.pool == pool } }
        var planned = 0
        while true {
            let best = own.indices.map { pool in
                own[pool].removeAll { !fits(results[$0]) }
                return ParetoFront.indices(of: own[pool].map { results[$0] }).map { own[pool][$0] }
            }
            let front = best.flatMap { $0.map { results[$0] }.sorted { $0.sramBytes < $1.sramBytes } }
            let planning = wanted(front)
            let unplanned = best.joined().filter {
                !results[$0].isPlanned && planning.contains(results[$0].candidate)
            }
            guard !unplanned.isEmpty else { return front }
            let (before, all) = (planned, planned + unplanned.count)
            let figures = inParallel(
                unplanned.map { results[$0] }, progress: { progress(.planned(before + $0, of: all)) }
            ) { study.planned($0) }
            for (index, result) in zip(unplanned, figures) { results[index] = result }
            planned = all
        }
    }
}
