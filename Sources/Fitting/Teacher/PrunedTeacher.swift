import Compression
import Execution
import Files
import Foundation
import Interchange
import Networks
import Planning
import Training

/// The teacher without so many of its last layers and channels that the rest keeps to the budget.
///
/// Which layers go, and how many channels of each, does not hang on the weights, so what the smaller network costs is known before the
/// teacher is trained; which channels go, those that are missed least (Molchanov et al., *Importance Estimation for Neural Network Pruning*,
/// 2019), is decided afterwards.
package enum PrunedTeacher {
    /// Shares of the channels that stay, each of which sends the largest network that keeps to the budget into the competition. Of whole
    /// layers most of what was learned stays; with fewer channels more layers fit, and larger images.
    package static let shares = [1, 0.75, 0.5, 0.25]

    /// Candidates of a teacher, at most one of each share. And by their names those of smaller images, the largest first:
    /// one of them competes instead where they train too slowly.
    ///
    /// - Parameter recipe: names the network.
    package static func candidates(
        _ recipe: Recipe, resolutions: [Int], channels: Int, classes: Int, _ budget: FitBudget
    ) -> (candidates: [FitCandidate], smaller: [String: [FitCandidate]]) {
        let kinds = shares.flatMap { share in resolutions.map { (share: share, side: $0) } }
        let found = inParallel(kinds) { kind -> FitCandidate? in
            let built = try? recipe.buildNetwork(input: [channels, kind.side, kind.side], classes: classes)
            return built.flatMap { deepest($0, recipe.network, kind.share, budget) }
        }.compactMap { $0 }
        var (candidates, smaller): ([FitCandidate], [String: [FitCandidate]]) = ([], [:])
        for share in shares {
            let sizes = found.filter { $0.keptShare == share }.sorted { $0.size > $1.size }
            guard let largest = sizes.first else { continue }
            candidates.append(largest)
            smaller[largest.name] = Array(sizes.dropFirst())
        }
        return (candidates, smaller)
    }

    /// The network with as many of its layers as keep to the budget.
    private static func deepest(
        _ network: Network, _ notation: String, _ share: Double, _ budget: FitBudget
    ) -> FitCandidate? {
        guard let thin = try? pruned(network, share) else { return nil }
        func candidate(_ lastLayer: String?) -> FitCandidate? {
            guard let built = try? shallow(thin, lastLayer) else { return nil }
            let side = network.inputShape.height
            let name = share < 1 ? "pruned-\(side)-\(Int(share * 100))" : "pruned-\(side)"
            let candidate = FitCandidate(
                built, name: name, network: notation, origin: .pruned, pool: "strided", keptShare: share,
                lastLayer: lastLayer, budget)
            return candidate?.excess(of: budget) == nil ? candidate : nil
        }
        if let whole = candidate(nil) { return whole }
        // More layers need more of everything: the last one that keeps to the budget lies between these.
        let ends = LayerPruning.ends(of: thin)
        guard let first = ends.first, var best = candidate(first) else { return nil }
        var (fits, exceeds) = (0, ends.count)
        while exceeds - fits > 1 {
            let middle = (fits + exceeds) / 2
            if let found = candidate(ends[middle]) { (fits, best) = (middle, found) } else { exceeds = middle }
        }
        return best
    }

    /// With weights that nobody has trained: how many channels go is the same.
    private static func pruned(_ network: Network, _ share: Double) throws -> Network {
        guard share < 1 else { return network }
        let weights = Safetensors(try Parameters(of: network, seed: 1).state())
        return try PruningSearch(network, weights: weights, importance: .magnitude).run(.channels(share)).network
    }

    private static func shallow(_ network: Network, _ lastLayer: String?) throws -> Network {
        try lastLayer.map { try LayerPruning.network(network, behind: $0) } ?? network
    }

    /// A candidate's network as it will be, before there is a teacher: for timing.
    package static func network(_ candidate: FitCandidate, _ recipe: Recipe, classes: Int) throws -> Network {
        let side = candidate.resolution
        let whole = try recipe.buildNetwork(input: [candidate.channels, side, side], classes: classes)
        return try shallow(pruned(whole, candidate.keptShare ?? 1), candidate.lastLayer)
    }

    /// Prunes a trained teacher to a candidate, and writes network, weights, and what pixels these see; where they are there already,
    /// nothing is done.
    ///
    /// - Parameter data: the images that show which channels matter.
    package static func write(
        _ candidate: FitCandidate, of teacher: RunFolder, classes: Int, data: String, to folder: String
    ) throws {
        let path = folder + "/network.json"
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let trained = try TrainedModel(teacher)
        let recipe = trained.configuration.recipe
        let side = candidate.resolution
        let own = trained.model.network
        let network =
            own.inputShape.height == side && own.inputShape.width == side
            ? own : try recipe.buildNetwork(input: [candidate.channels, side, side], classes: classes)
        let state = try TrainedModel.state(of: teacher, .model).state
        let mapping = WeightMapping(state, to: network.parameters)
        try mapping.requireComplete(teacher.model)
        var (left, weights) = (network, Safetensors(mapping.matched.map { (name: $0.name, tensor: $0.tensor) }))
        if let share = candidate.keptShare, share < 1 {
            let sensitivity = try ChannelSensitivity(trained, data: data, batches: sensitivityBatches).nodes
            let search = PruningSearch(left, weights: weights, importance: .taylor, sensitivity: sensitivity)
            let pruned = try search.run(.channels(share))
            (left, weights) = (pruned.network, pruned.weights)
        }
        if let layer = candidate.lastLayer {
            let shallow = try LayerPruning(left, weights: weights, behind: layer)
            (left, weights) = (shallow.network, shallow.weights)
        }
        try RunFolder(folder).create()
        try teacher.copyImageLists(to: RunFolder(folder))
        try weights.write(to: folder + "/model.safetensors")
        let pixels = trained.configuration.normalization.converted(toChannels: candidate.channels)
        let interface = ModelInterface(
            source: candidate.name, of: left, classes: trained.configuration.classNames,
            normalization: ModelInterface.Pixels(mean: pixels.mean, deviation: pixels.deviation))
        try AtomicFile.replace(ModelInterface.path(in: folder), with: interface.json())
        // Last: with it the network is there.
        try AtomicFile.replace(path, with: [UInt8](left.json()))
    }

    private static let sensitivityBatches = 16
}
