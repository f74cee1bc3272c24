import Compression
import Execution
import Files
import Foundation
import Interchange
import Networks
import Planning
import Training

/// The teacher without so many of its channels that the rest keeps to the budget.
///
/// How many go from each layer does not hang on the weights, so what the smaller network costs is known before the
/// teacher is trained; which ones go, those that are missed least (Molchanov et al., *Importance Estimation for Neural
/// Network Pruning*, 2019), is decided afterwards.
package enum PrunedTeacher {
    /// Below this share of the channels nothing of the teacher is left.
    package static let leastShare = 0.1
    private static let steps = 48
    /// How many compete.
    package static let most = 3

    /// Candidates of a teacher at several sizes of the image.
    ///
    /// - Parameter recipe: names the network.
    package static func candidates(
        _ recipe: Recipe, resolutions: [Int], channels: Int, classes: Int, _ budget: FitBudget
    ) -> [FitCandidate] {
        let found = resolutions.sorted(by: >).compactMap { side -> FitCandidate? in
            let built = try? recipe.buildNetwork(input: [channels, side, side], classes: classes)
            return built.flatMap { candidate($0, recipe.network, side, budget) }
        }
        return Array(found.prefix(most))
    }

    private static func candidate(
        _ network: Network, _ notation: String, _ side: Int, _ budget: FitBudget
    ) -> FitCandidate? {
        guard let search = try? search(network) else { return nil }
        func candidate(_ kept: Int) -> FitCandidate? {
            let share = Double(kept) / Double(steps)
            guard let smaller = try? search.run(.channels(share)).network,
                let candidate = FitCandidate(
                    smaller, name: "pruned-\(side)", network: notation, origin: .pruned, pool: "strided",
                    keptShare: share, budget),
                candidate.excess(of: budget) == nil
            else { return nil }
            return candidate
        }
        // Fewer channels need less of everything: the largest share that keeps to the budget lies between these.
        var fits = Int((leastShare * Double(steps)).rounded(.up))
        guard var best = candidate(fits) else { return nil }
        var exceeds = steps + 1
        while exceeds - fits > 1 {
            let middle = (fits + exceeds) / 2
            if let found = candidate(middle) { (fits, best) = (middle, found) } else { exceeds = middle }
        }
        return best
    }

    /// With weights that nobody has trained: how many channels go is the same.
    private static func search(_ network: Network) throws -> PruningSearch {
        PruningSearch(
            network, weights: Safetensors(try Parameters(of: network, seed: 1).state()), importance: .magnitude)
    }

    /// A candidate's network as it will be, before there is a teacher: for timing.
    package static func network(_ candidate: FitCandidate, _ recipe: Recipe, classes: Int) throws -> Network {
        let side = candidate.resolution
        let whole = try recipe.buildNetwork(input: [candidate.channels, side, side], classes: classes)
        return try search(whole).run(.channels(candidate.keptShare ?? 1)).network
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
        let sensitivity = try ChannelSensitivity(trained, data: data, batches: sensitivityBatches).nodes
        let search = PruningSearch(
            network, weights: Safetensors(mapping.matched.map { (name: $0.name, tensor: $0.tensor) }),
            importance: .taylor, sensitivity: sensitivity)
        let pruned = try search.run(.channels(candidate.keptShare ?? 1))
        try RunFolder(folder).create()
        try teacher.copyImageLists(to: RunFolder(folder))
        try pruned.weights.write(to: folder + "/model.safetensors")
        let pixels = trained.configuration.normalization.converted(toChannels: candidate.channels)
        let interface = ModelInterface(
            source: candidate.name, of: pruned.network, classes: trained.configuration.classNames,
            normalization: ModelInterface.Pixels(mean: pixels.mean, deviation: pixels.deviation))
        try AtomicFile.replace(ModelInterface.path(in: folder), with: interface.json())
        // Last: with it the network is there.
        try AtomicFile.replace(path, with: [UInt8](pruned.network.json()))
    }

    private static let sensitivityBatches = 16
}
