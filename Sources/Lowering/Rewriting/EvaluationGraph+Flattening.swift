import Networks

extension EvaluationGraph {
    /// Refuses what would take a flattened map for a vector.
    ///
    /// Flattening is a view: a device goes on holding the map pixel by pixel, where the vector goes channel by channel. A linear layer has its
    /// columns permuted, and a function of one number doesn't care; anything else would find its channels in other places, also where the
    /// vector is a map of one pixel again.
    ///
    /// - Throws: `PlanningError` that names the operation.
    func requireReadableVectors() throws(PlanningError) {
        for node in computed {
            for input in inputs(of: node) {
                let (shown, map) = (network[input].shape, shapes[sources[input.index].index])
                // Nothing but flattening shows more channels than there are.
                guard map.isMap, shown.channels != map.channels,
                    !Self.takesAnyOrder(node.operation.facts, isVector: !shown.isMap)
                else { continue }
                throw PlanningError(
                    "\(node.name) takes the flattened \(map) of \(network[sources[input.index]].name), which a device holds in another order: flatten the map behind it"
                )
            }
        }
    }

    private static func takesAnyOrder(_ facts: any DeviceFacts, isVector: Bool) -> Bool {
        if case .layer = facts.rewriting { return isVector }
        return switch facts.placement.follower {
        case .limit, .table: true
        case .channelScale, .position, .normalisation, nil: false
        }
    }
}
