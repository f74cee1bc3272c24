import Dispatch
import Foundation
import Lowering
import Networks
import Synchronization

/// Looks at every network of a space and keeps those of which none is better in memory, work and capacity at once.
///
/// Each candidate is built and counted, and one that keeps to the limits gets a lower bound of its memory from the search for
/// stripes. Only networks on the front are planned to the byte: planned figures replace bounds until the front consists of
/// planned networks alone, which makes it the front of exact figures. Fronts are kept for each pooling method, since no formula says
/// what one is worth: training does.
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
    public enum Progress: Sendable {
        /// So many of all candidates were counted.
        case counted(Int, of: Int)
        /// So many of the best of a pooling method were planned.
        case planned(Int, of: Int)
    }

    /// What became of one candidate.
    private enum Outcome: Sendable {
        case refused(String)
        case exceeds(Limit, SearchResult)
        case open(SearchResult)
    }

    /// A limit, in the order in which they are looked at.
    enum Limit: String, Sendable, CaseIterable {
        case flash, macs, sram
    }

    /// Runs the search on all cores.
    ///
    /// - Parameter progress: told of the progress now and then, on any thread.
    /// - Throws: `PlanningError` where no candidate can be built, or none keeps to the limits: then it names the smallest that would.
    public func run(
        progress: @Sendable (Progress) -> Void = { _ in }
    ) throws(PlanningError) -> SearchReport {
        let start = ContinuousClock.now
        let candidates = space.candidates
        guard !candidates.isEmpty else {
            throw PlanningError("there is nothing to search: give strides, pools and resolutions")
        }
        let outcomes = Self.inParallel(candidates, progress: { progress(.counted($0, of: candidates.count)) }) {
            outcome(of: $0)
        }
        var open: [SearchResult] = []
        var exceeding: [Limit: SearchResult] = [:]
        var refusals: [String] = []
        for outcome in outcomes {
            switch outcome {
            case .refused(let reason): refusals.append(reason)
            case .open(let result): open.append(result)
            case .exceeds(let limit, let result):
                if let known = exceeding[limit], amount(limit, known) <= amount(limit, result) { continue }
                exceeding[limit] = result
            }
        }
        guard refusals.count < candidates.count else {
            throw PlanningError("\(Self.none(of: candidates.count)) can be built; the first: \(refusals[0])")
        }
        let front = front(of: &open, progress)
        guard !front.isEmpty else { throw nothingFits(count: candidates.count, exceeding, open) }
        return SearchReport(
            limits: limits, options: options, candidates: candidates.count, refused: refusals.count,
            fitting: open.count { fits($0) }, seconds: Self.seconds(since: start), front: front)
    }

    private static func none(of count: Int) -> String {
        count == 1 ? "of 1 network none" : "none of the \(count) networks"
    }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let elapsed = ContinuousClock.now - start
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    }

    // MARK: - One candidate

    private func outcome(of candidate: SearchSpace.Candidate) -> Outcome {
        do {
            let network = try space.network(candidate)
            let planner = try Planner(network)
            if !limits.budget.isEmpty, let missing = planner.graph.withoutKernel {
                return .refused("\(candidate.network) at \(candidate.resolution) pixels: \(missing)")
            }
            let profile = try Profile(network, planner.graph)
            let least = Footprint(least: planner.graph, arena: 0, core: core, stack: limits.budget.stack)
            var result = SearchResult(
                candidate: candidate, sramBytes: 0, flashBytes: least.flashBytes,
                multiplyAccumulates: profile.multiplyAccumulates, parameters: profile.parameters,
                capacity: Self.capacity(profile))
            for limit in [Limit.flash, .macs] {
                if let most = most(limit), amount(limit, result) > most { return .exceeds(limit, result) }
            }
            result.sramBytes = try planner.lowerBound(options) + least.sramBytes + limits.budget.reserved
            return .open(result)
        } catch {
            return .refused("\(candidate.network) at \(candidate.resolution) pixels: \(error)")
        }
    }

    private static func capacity(_ profile: Profile) -> Double {
        profile.layers.reduce(0) { sum, layer in
            sum + Double(layer.parameters) * (1 + log2(Double(max(1, layer.outputShape.size.area))))
        }
    }

    private func most(_ limit: Limit) -> Int? {
        switch limit {
        case .flash: limits.budget.flash
        case .macs: limits.multiplyAccumulates
        case .sram: limits.budget.sram
        }
    }

    private func amount(_ limit: Limit, _ result: SearchResult) -> Int {
        switch limit {
        case .flash: result.flashBytes
        case .macs: result.multiplyAccumulates
        case .sram: result.sramBytes
        }
    }

    private func fits(_ result: SearchResult) -> Bool {
        result.sramBytes <= limits.budget.sram ?? .max && result.flashBytes <= limits.budget.flash ?? .max
    }

    /// Replaces a bound by what a plan takes.
    private func planned(_ result: SearchResult) -> SearchResult {
        var result = result
        result.isPlanned = true
        do {
            let network = try space.network(result.candidate)
            let planner = try Planner(network)
            let plan = try planner.plan(options)
            let step = plan.steps[plan.peakStep]
            let nodes = step.nodes.map { planner.graph.network[$0] }
            let footprint = Footprint(plan, core: core, stack: limits.budget.stack)
            result.flashBytes = footprint.flashBytes
            result.sramBytes = footprint.sramBytes + limits.budget.reserved
            result.peak =
                "\(nodes[0].name) (\(operationLabel(nodes)), \(planner.graph.shapes[nodes[0].id.index]))"
        } catch {
            // What no plan exists of takes more than there is.
            result.sramBytes = .max
        }
        return result
    }

    // MARK: - All of them

    /// The front of each pooling method, planned; bounds in `results` are replaced by figures on the way.
    private func front(
        of results: inout [SearchResult], _ progress: @Sendable (Progress) -> Void
    ) -> [SearchResult] {
        var front: [SearchResult] = []
        for pool in space.pools {
            var own = results.indices.filter { results[$0].candidate.pool == pool }
            while true {
                own = own.filter { fits(results[$0]) }
                let best = ParetoFront.indices(of: own.map { results[$0] }).map { own[$0] }
                let unplanned = best.filter { !results[$0].isPlanned }
                guard !unplanned.isEmpty else {
                    front += best.map { results[$0] }.sorted { $0.sramBytes < $1.sramBytes }
                    break
                }
                let planned = Self.inParallel(
                    unplanned.map { results[$0] }, progress: { progress(.planned($0, of: unplanned.count)) },
                    { self.planned($0) })
                for (index, result) in zip(unplanned, planned) { results[index] = result }
            }
        }
        return front
    }

    private func nothingFits(
        count: Int, _ exceeding: [Limit: SearchResult], _ open: [SearchResult]
    ) -> PlanningError {
        guard var smallest = open.min(by: { $0.sramBytes < $1.sramBytes }) else {
            for limit in Limit.allCases {
                guard let result = exceeding[limit], let most = most(limit) else { continue }
                let needed = SearchReport.amount(limit, amount(limit, result))
                return PlanningError(
                    "\(Self.none(of: count)) keeps to \(SearchReport.amount(limit, most)): the smallest needs \(needed) "
                        + "(\(result.candidate.network) at \(result.candidate.resolution) pixels)")
            }
            return PlanningError("\(Self.none(of: count)) can be planned")
        }
        // The smallest bound may belong to another network than the smallest plan.
        var results = open
        while !smallest.isPlanned {
            guard let index = results.firstIndex(of: smallest) else { break }
            results[index] = planned(smallest)
            smallest = results.min { $0.sramBytes < $1.sramBytes } ?? results[index]
        }
        let budget = SearchReport.amount(.sram, limits.budget.sram ?? 0)
        return PlanningError(
            "\(Self.none(of: count)) keeps to \(budget): the smallest needs \(SearchReport.amount(.sram, smallest.sramBytes)) "
                + "(\(smallest.candidate.network) at \(smallest.candidate.resolution) pixels), and its peak is at \(smallest.peak)"
        )
    }

    /// The results of a function of many values, on all cores, in the values' order.
    private static func inParallel<Value: Sendable, Result: Sendable>(
        _ values: [Value], progress: @Sendable (Int) -> Void = { _ in }, _ body: @Sendable (Value) -> Result
    ) -> [Result] {
        let chunk = 16
        let count = (values.count + chunk - 1) / chunk
        let results = Mutex<[Int: [Result]]>([:])
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let own = values[index * chunk..<min(values.count, (index + 1) * chunk)].map(body)
            let done = results.withLock { all in
                all[index] = own
                return all.count
            }
            progress(min(values.count, done * chunk))
        }
        return results.withLock { all in (0..<count).flatMap { all[$0] ?? [] } }
    }
}
