import Foundation
import Lowering
import Networks

/// What a search finds out of single candidates, the cheap things first.
package struct CandidateStudy: Sendable {
    /// The search that asks.
    let search: NetworkSearch
    /// Chains of steps that were worked out.
    let known = KnownChains()

    init(_ search: NetworkSearch) { self.search = search }

    private var space: SearchSpace { search.space }
    var budget: Budget { search.limits.budget }

    /// What became of one candidate.
    enum Outcome: Sendable {
        case refused(String)
        /// No plan of it takes less SRAM than `least`, which is more than there is; how much more is not known.
        case tooLarge(SearchSpace.Candidate, least: Int)
        case exceeds(NetworkSearch.Limit, SearchResult)
        case open(SearchResult)
    }

    /// What becomes of candidates that differ in their resolution alone.
    func outcomes(of group: [SearchSpace.Candidate]) -> [Outcome] {
        var weights: Int?
        return group.map { candidate in
            let image = imageBytes(candidate)
            if image > budget.sram ?? .max { return .tooLarge(candidate, least: image) }
            do {
                // Their convolutions have the same weights, so that one of them speaks for all.
                if let weights, weights > budget.flash ?? .max { return .exceeds(.flash, light(candidate, weights)) }
                let network = try space.network(candidate)
                if weights == nil { weights = Self.convolutionBytes(network) }
                return try outcome(of: candidate, network, search.options)
            } catch {
                return .refused("\(candidate.network) at \(candidate.resolution) pixels: \(error)")
            }
        }
    }

    /// All that is known of a network whose weights alone exceed the flash.
    private func light(_ candidate: SearchSpace.Candidate, _ weights: Int) -> SearchResult {
        SearchResult(
            candidate: candidate, sramBytes: 0, flashBytes: weights, multiplyAccumulates: 0, parameters: 0, capacity: 0)
    }

    /// What becomes of a candidate, and its bound, however large it is.
    func completeOutcome(of candidate: SearchSpace.Candidate) -> Outcome {
        do {
            return try outcome(of: candidate, try space.network(candidate), search.options, isLimited: false)
        } catch {
            return .refused("\(candidate.network) at \(candidate.resolution) pixels: \(error)")
        }
    }

    /// What a network of the image takes at least: without pushed rows it is held whole when it arrives.
    func imageBytes(_ candidate: SearchSpace.Candidate) -> Int {
        let image = search.options.pushesRows ? 0 : space.channels * candidate.resolution * candidate.resolution
        return image + budget.stack + budget.reserved
    }

    private func outcome(
        of candidate: SearchSpace.Candidate, _ network: Network, _ options: PlanOptions, isLimited: Bool = true
    ) throws -> Outcome {
        let weights = Self.convolutionBytes(network)
        if weights > budget.flash ?? .max { return .exceeds(.flash, light(candidate, weights)) }
        if let most = search.limits.multiplyAccumulates, network.multiplyAccumulates > most {
            return .exceeds(.macs, Self.counted(candidate, network))
        }
        let graph = try DeviceGraph(network)
        if !budget.isEmpty, let missing = graph.withoutKernel {
            return .refused("\(candidate.network) at \(candidate.resolution) pixels: \(missing)")
        }
        var result = try sized(candidate, network, graph)
        if let most = budget.flash, result.flashBytes > most { return .exceeds(.flash, result) }
        let planner = Planner(graph, known: known)
        guard isLimited, let sram = budget.sram else {
            result.sramBytes += try planner.lowerBound(options)
            return .open(result)
        }
        let left = sram - result.sramBytes
        let bound = left < 0 ? 0 : try planner.lowerBound(options, limit: left)
        guard bound <= left else { return .tooLarge(candidate, least: sram + 1) }
        result.sramBytes += bound
        return .open(result)
    }

    /// Work, parameters and capacity, which need no plan.
    private static func counted(_ candidate: SearchSpace.Candidate, _ network: Network) -> SearchResult {
        func trainable(_ node: Node) -> Int {
            node.operation.details.parameters.reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) }
        }
        let capacity = network.liveNodes.reduce(0.0) { sum, node in
            sum + Double(trainable(node)) * (1 + log2(Double(max(1, node.shape.size.area))))
        }
        return SearchResult(
            candidate: candidate, sramBytes: 0, flashBytes: 0, multiplyAccumulates: network.multiplyAccumulates,
            parameters: network.nodes.reduce(0) { $0 + trainable($1) }, capacity: capacity)
    }

    /// The same with the least flash, and the least SRAM beside the arena.
    func sized(
        _ candidate: SearchSpace.Candidate, _ network: Network, _ graph: DeviceGraph
    ) throws -> SearchResult {
        var result = Self.counted(candidate, network)
        let least = Footprint(least: graph, arena: 0, core: search.core, stack: budget.stack)
        result.flashBytes = least.flashBytes
        result.sramBytes = least.sramBytes + budget.reserved
        return result
    }

    /// Bytes of the weights of convolutions as int8: a part of the flash that no resolution changes. Nothing is said
    /// of networks with noise, as parts of them vanish on a device.
    package static func convolutionBytes(_ network: Network) -> Int {
        var bytes = 0
        for node in network.liveNodes {
            if node.operation.facts.rewriting.isNoise { return 0 }
            guard case .convolution(let details) = node.operation else { continue }
            bytes += details.window.kernel.area * (details.inputChannels / details.groups) * details.outputChannels
        }
        return bytes
    }

    // MARK: - Plans

    /// Replaces a bound by what a plan takes.
    func planned(_ result: SearchResult, _ options: PlanOptions? = nil) -> SearchResult {
        do {
            let graph = try DeviceGraph(try space.network(result.candidate))
            return try planned(result, Planner(graph, known: known), options ?? search.options)
        } catch {
            // What no plan exists of takes more than there is.
            var result = result
            (result.isPlanned, result.sramBytes) = (true, .max)
            return result
        }
    }

    /// A candidate planned by itself; nil where it cannot be built, or no firmware can run it.
    func planned(_ candidate: SearchSpace.Candidate) -> SearchResult? {
        guard let network = try? space.network(candidate), let graph = try? DeviceGraph(network),
            budget.isEmpty || graph.withoutKernel == nil
        else { return nil }
        return try? planned(Self.counted(candidate, network), Planner(graph), search.options)
    }

    private func planned(
        _ result: SearchResult, _ planner: Planner, _ options: PlanOptions
    ) throws -> SearchResult {
        let plan = try planner.plan(options)
        let nodes = plan.steps[plan.peakStep].nodes.map { planner.graph.network[$0] }
        let footprint = Footprint(plan, core: search.core, stack: budget.stack)
        var result = result
        result.isPlanned = true
        result.flashBytes = footprint.flashBytes
        result.sramBytes = footprint.sramBytes + budget.reserved
        result.peak = "\(nodes[0].name) (\(operationLabel(nodes)), \(planner.graph.shapes[nodes[0].id.index]))"
        return result
    }

    /// The network with the most capacity that fits where rows are pushed, of the space's first pooling method:
    /// larger images than
    /// can be held become possible.
    ///
    /// Capacity needs no plan, so that candidates are planned from the largest on until one fits.
    func pushed(besides others: [Recommendation]) -> Recommendation? {
        guard let pool = space.pools.first, !search.options.pushesRows, search.options.stripes != .off else {
            return nil
        }
        var options = search.options
        options.pushesRows = true
        let taken = Set(others.map(\.result.candidate))
        let counted = inParallel(space.candidates.filter { $0.pool == pool && !taken.contains($0) }, chunk: 8) {
            candidate -> SearchResult? in
            guard let network = try? space.network(candidate),
                Self.convolutionBytes(network) <= budget.flash ?? .max
            else { return nil }
            let result = Self.counted(candidate, network)
            return result.multiplyAccumulates <= search.limits.multiplyAccumulates ?? .max ? result : nil
        }
        let (order, allowed) = (counted.compactMap { $0 }.sorted { $0.capacity > $1.capacity }, options)
        // A few at once, in order, so that the answer does not depend on the number of cores.
        for start in stride(from: 0, to: order.count, by: 8) {
            let results = inParallel(Array(order[start..<min(order.count, start + 8)])) { result -> SearchResult? in
                guard let network = try? space.network(result.candidate),
                    case .open(let bound)? = try? outcome(of: result.candidate, network, allowed), search.fits(bound)
                else { return nil }
                let plan = planned(bound, allowed)
                return search.fits(plan) ? plan : nil
            }
            if let first = results.compactMap({ $0 }).first {
                return Recommendation(role: .pushedRows, result: first, pushesRows: true)
            }
        }
        return nil
    }
}
