import Networks

/// What a network's glance at its image takes (`GlanceTokens`): what is made first, and held until the last pooling
/// has read it.
public struct GlanceCost: Sendable, Hashable {
    /// The scope of its nodes.
    public let name: String
    public let tokens: Int
    /// Of a token.
    public let channels: Int
    /// Of the tokens.
    public let bytes: Int
    /// The last step that reads them.
    public let lastStep: Int
    /// Of all that makes them.
    public let macs: Int
    /// The most that is alive while they are made.
    public let peakBytes: Int
}

extension PlanReport {
    /// What each glance of the network takes, in order.
    public var glances: [GlanceCost] {
        var places: [(name: String, steps: [Int])] = []
        for (index, step) in steps.enumerated() {
            guard let name = GlanceTokens.scope(of: step.name) else { continue }
            if let known = places.firstIndex(where: { $0.name == name }) {
                places[known].steps.append(index)
            } else {
                places.append((name, [index]))
            }
        }
        return places.compactMap { name, own in
            guard let last = own.last, let channels = steps[last].outputShape.first else { return nil }
            let tokens = buffers[steps[last].output]
            return GlanceCost(
                name: name, tokens: steps[last].outputBytes / max(1, channels), channels: channels,
                bytes: steps[last].outputBytes, lastStep: tokens.last, macs: own.reduce(0) { $0 + steps[$1].macs },
                peakBytes: own.map { steps[$0].liveBytes }.max() ?? 0)
        }
    }
}
