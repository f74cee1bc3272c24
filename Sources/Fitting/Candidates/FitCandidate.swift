import Networks
import Planning

/// A network that keeps to the budget, and may win.
public struct FitCandidate: Sendable, Equatable, Codable {
    /// Where it comes from.
    public enum Origin: String, Sendable, Codable {
        /// Of the networks that were searched.
        case searched
        /// The teacher without some of its layers and channels.
        case pruned
        /// A detector whose backbone begins with weights that were learned on other images.
        case pretrained
    }

    /// Of its folder, and in tables.
    public var name: String
    /// Its notation; of a pruned network that of the teacher.
    public var network: String
    public var origin: Origin
    /// Side of the image.
    public var resolution: Int
    /// Channels of the image.
    public var channels: Int
    /// The pooling method's notation.
    public var pool: String
    /// Share of the teacher's channels that stays; nil where none were removed.
    public var keptShare: Double?
    /// The last of the teacher's layers that stays; nil where all do.
    public var lastLayer: String?
    public var sramBytes: Int
    public var flashBytes: Int
    public var multiplyAccumulates: Int
    public var parameters: Int
    /// Estimated instructions of an image.
    public var instructions: Int
    /// Cycles that these take by the core's table of timings: no measurement.
    public var estimatedCycles: Int

    /// What a network costs that may be a candidate.
    ///
    /// - Returns: nil where the device has no kernel for it, or it is beyond planning.
    package init?(
        _ built: Network, name: String, network: String, origin: Origin = .searched, pool: String,
        keptShare: Double? = nil, lastLayer: String? = nil, _ budget: FitBudget
    ) {
        guard let planner = try? Planner(built), planner.graph.withoutKernel == nil else { return nil }
        let profile = Profile(built, planner.graph, core: budget.core)
        (self.name, self.network, self.origin, self.pool) = (name, network, origin, pool)
        (resolution, channels) = (built.inputShape.height, built.inputShape.channels)
        (self.keptShare, self.lastLayer) = (keptShare, lastLayer)
        multiplyAccumulates = profile.multiplyAccumulates
        parameters = profile.parameters
        instructions = profile.instructions
        estimatedCycles = profile.estimatedCycles
        // What exceeds the budget by its least is not planned to the byte.
        let least = Footprint(least: planner.graph, arena: 0, core: budget.core)
        flashBytes = least.flashBytes
        sramBytes = least.sramBytes
        guard excess(of: budget) == nil else { return }
        guard let bound = try? planner.lowerBound(PlanOptions()) else { return nil }
        sramBytes = bound + least.sramBytes
        guard excess(of: budget) == nil else { return }
        guard let plan = try? planner.plan() else { return nil }
        let footprint = Footprint(plan, core: budget.core)
        (sramBytes, flashBytes) = (footprint.sramBytes, footprint.flashBytes)
    }

    /// What tables call it.
    package var title: String {
        switch origin {
        case .searched: return network
        case .pretrained: return "\(network), pretrained"
        case .pruned: break
        }
        var parts = lastLayer.map { ["\(network) up to \($0)"] } ?? [network]
        if let keptShare, keptShare < 1 { parts.append(String(format: "%.0f %% of its channels", keptShare * 100)) }
        return parts.joined(separator: ", ")
    }

    /// The geometric mean of its work and its weights, both of which help: an order, and no accuracy.
    package var size: Double { (Double(multiplyAccumulates) * Double(parameters)).squareRoot() }

    /// Its backbone and its pooling method.
    package var kind: String {
        let start = origin == .pretrained ? " pretrained" : ""
        return "\(CandidateList.backbone(network)) \(pool)\(start)"
    }

    /// What it exceeds of a budget, in words; nil where it keeps to it.
    package func excess(of budget: FitBudget) -> String? {
        budget.excess(
            sram: sramBytes, flash: flashBytes, multiplyAccumulates: multiplyAccumulates, cycles: estimatedCycles)
    }

    /// What it takes of a budget's memory, the fuller of the two: over 1 where it does not fit.
    package func share(of budget: FitBudget) -> Double {
        max(Double(sramBytes) / Double(max(1, budget.sram)), Double(flashBytes) / Double(max(1, budget.flash)))
    }

    /// Whether its numbers can be those of a network: of a file, nobody knows.
    package var isPlausible: Bool {
        let sizes = [sramBytes, flashBytes, multiplyAccumulates, parameters, instructions, estimatedCycles]
        return (1...8192).contains(resolution) && (channels == 1 || channels == 3)
            && keptShare.map { $0 > 0 && $0 <= 1 } ?? true && sizes.allSatisfy { $0 >= 0 }
    }

    /// Whether it is cheaper than another: by work, then memory, then its name, so that there always is an order.
    package func isCheaper(than other: FitCandidate) -> Bool {
        if multiplyAccumulates != other.multiplyAccumulates { return multiplyAccumulates < other.multiplyAccumulates }
        if sramBytes != other.sramBytes { return sramBytes < other.sramBytes }
        if flashBytes != other.flashBytes { return flashBytes < other.flashBytes }
        return name < other.name
    }
}
