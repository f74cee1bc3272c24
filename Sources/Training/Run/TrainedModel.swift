import Datasets
import Execution
import Foundation
import Interchange
import Networks
import Torch

/// A finished (or unfinished) run's model, ready to evaluate and predict.
public struct TrainedModel {
    /// Where it lies.
    public let run: RunFolder
    /// What the run's folder says.
    public let configuration: RunConfiguration
    /// Network and weights.
    public let model: Model

    /// Which of a run's weights.
    public enum Weights: String, Sendable, CaseIterable {
        /// Those of the last finished epoch.
        case model
        /// Those of the epoch that scored best on the evaluation images.
        case best
        /// Those of the last checkpoint: their average over steps where there is one (`ema`).
        case last
        /// Those of the last checkpoint as the optimiser left them, and not their average.
        case unaveraged
    }

    /// Loads a run.
    ///
    /// - Parameter assumed: what pixels become where an imported network's folder does not say it.
    /// - Throws: `TrainingError` where the folder holds no run, or no weights yet.
    public init(
        _ run: RunFolder, weights: Weights = .model, device: Device = .cpu, assuming assumed: Normalization? = nil
    ) throws {
        let (configuration, network) = try RunConfiguration.read(from: run, assuming: assumed)
        let parameters = try Parameters(of: network, seed: 0, device: device)
        let (state, path) = try Self.state(of: run, weights)
        try parameters.load(state, from: path)
        self.run = run
        self.configuration = configuration
        model = Model(network, parameters: parameters)
    }

    /// A run's weights as they lie in its folder, and the file they are in.
    ///
    /// - Throws: `TrainingError` where there are none yet.
    public static func state(of run: RunFolder, _ weights: Weights) throws -> (state: Safetensors, path: String) {
        let path =
            switch weights {
            case .model: run.model
            case .best: run.best
            case .last, .unaveraged: run.last
            }
        guard FileManager.default.fileExists(atPath: path) else {
            throw TrainingError("\(run.path) has no weights yet (\(path)): train at least one epoch")
        }
        return (try Checkpoint.weights(of: path, averaged: weights != .unaveraged), path)
    }
}
