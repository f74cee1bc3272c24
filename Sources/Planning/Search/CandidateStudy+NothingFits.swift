import Lowering
import Networks

extension CandidateStudy {
    /// What there is to say where no candidate keeps to the limits: the smallest that would, and what stands in its
    /// way.
    func nothingFits(count: Int, _ found: NetworkSearch.Found) -> PlanningError {
        var found = found
        var smallest = smallestPlanned(&found.open)
        // How far those are above the limit was not asked so far; those with small images first, as the others may
        // not matter.
        for (least, candidates) in found.tooLarge.sorted(by: { $0.key < $1.key }) {
            guard least < smallest?.sramBytes ?? .max else { break }
            for outcome in inParallel(candidates, chunk: 8, { completeOutcome(of: $0) }) { found.add(outcome) }
            smallest = smallestPlanned(&found.open)
        }
        if let smallest, smallest.sramBytes < .max {
            // Code of the plan may be what is too much, where its memory is not.
            guard smallest.sramBytes > budget.sram ?? .max else {
                return sentence(.flash, smallest, count, largestLayer(of: smallest, .flash))
            }
            return sentence(.sram, smallest, count, ", and its peak is at \(smallest.peak)")
        }
        // What exceeds the work alone was nearer than what exceeds the flash.
        for limit in [NetworkSearch.Limit.macs, .flash] {
            guard var result = found.exceeding[limit] else { continue }
            // Of some only the weights are known so far.
            if limit == .flash, let network = try? search.space.network(result.candidate),
                let graph = try? DeviceGraph(network), let sized = try? sized(result.candidate, network, graph)
            {
                result = sized
            }
            return sentence(limit, result, count, largestLayer(of: result, limit))
        }
        guard let first = found.refusals.first else {
            return PlanningError("\(NetworkSearch.none(of: count)) can be planned")
        }
        return PlanningError("\(NetworkSearch.none(of: count)) can be built; the first: \(first)")
    }

    /// The smallest bound may belong to another network than the smallest plan.
    private func smallestPlanned(_ open: inout [SearchResult]) -> SearchResult? {
        while let index = open.indices.min(by: { open[$0].sramBytes < open[$1].sramBytes }) {
            if open[index].isPlanned { return open[index] }
            open[index] = planned(open[index])
        }
        return nil
    }

    private func sentence(
        _ limit: NetworkSearch.Limit, _ result: SearchResult, _ count: Int, _ cause: String
    ) -> PlanningError {
        let most = SearchReport.amount(limit, search.most(limit) ?? 0)
        return PlanningError(
            "\(NetworkSearch.none(of: count)) keeps to \(most): the smallest needs "
                + "\(SearchReport.amount(limit, result.amount(limit))) "
                + "(\(result.candidate.network) at \(result.candidate.resolution) pixels)\(cause)")
    }

    /// Where most of the flash or the work goes.
    private func largestLayer(of result: SearchResult, _ limit: NetworkSearch.Limit) -> String {
        guard let network = try? search.space.network(result.candidate), let profile = try? Profile(network) else {
            return ""
        }
        func share(_ layer: Profile.Layer) -> Int { limit == .flash ? layer.flashBytes : layer.multiplyAccumulates }
        guard let largest = profile.layers.max(by: { share($0) < share($1) }) else { return "" }
        return ", and \(SearchReport.amount(limit, share(largest))) of it are \(largest.name)'s"
    }
}
