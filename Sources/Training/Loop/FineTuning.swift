import Execution
import Foundation
import Networks
import Torch

/// How fast each weight is trained: those that come from a file beside those that start new, early layers, layers that weigh pixels.
///
/// - `freeze`: for some epochs only the new ones are trained, and what the file had stays as it is, the running statistics of batch
///   normalisation included (Kumar et al., *Fine-Tuning can Distort Pretrained Features and Underperform Out-of-Distribution*, ICLR
///   2022, section 4: probing, then fine-tuning).
/// - `backbone-rate`: what the file had has a learning rate of its own.
/// - `first-layer-rate`: layer-wise decay of the rate (Howard and Ruder, *Universal Language Model Fine-tuning for Text Classification*,
///   ACL 2018, section 3.2). Where the longest way through the network has L layers of weights, one that is the l-th on the longest way
///   to it has r^((L − l) / (L − 1)) of the rate: r at the first layer, 1 at the last, whatever L is.
/// - `logits-rate`: the layers that only weigh pixels in poolings (`Network.weighingLayers`) have a rate of their own. Most of their
///   gradient cancels within a window, so that they hardly leave their start at the rate of the others.
///
/// Which epoch it is decides, so a run that goes on does what one that was not interrupted would.
struct FineTuning {
    private let model: Model
    private let frozenEpochs: Int
    private let given: Set<String>
    private let normalisations: Set<String>
    private let factors: [String: Double]

    /// For a model whose tensors of the names `given` come from a file.
    init(_ recipe: Recipe, _ model: Model, given: Set<String>) {
        self.model = model
        self.given = given
        frozenEpochs = recipe.freeze ?? 0
        let network = model.network
        normalisations = Set(
            network.nodes.filter { node in
                guard case .batchNorm = node.operation else { return false }
                return given.contains("\(node.name).running_mean")
            }.map(\.name))
        let layers = network.layerNumbers
        let last = layers.max() ?? 0
        let weighing = Set(network.weighingLayers.map(\.id))
        var factors: [String: Double] = [:]
        for (node, layer) in zip(network.nodes, layers) {
            for parameter in node.parameters {
                var factor = given.contains(parameter.name) ? recipe.backboneRate ?? 1 : 1
                if let rate = recipe.firstLayerRate, last > 1 {
                    factor *= pow(rate, Double(last - max(1, layer)) / Double(last - 1))
                }
                if let rate = recipe.logitsRate, weighing.contains(node.id) { factor *= rate }
                factors[parameter.name] = factor
            }
        }
        self.factors = factors
    }

    /// What the learning rate of a parameter is multiplied by.
    func rateFactor(_ name: String) -> Double { factors[name] ?? 1 }

    /// Freezes or thaws what an epoch trains.
    ///
    /// - Returns: whether other weights than before may be trained.
    func begin(_ epoch: Int) throws -> Bool {
        guard frozenEpochs > 0 else { return false }
        let isFrozen = epoch < frozenEpochs
        for (specification, tensor) in model.parameters.trainable where given.contains(specification.name) {
            try tensor.requireGradient(!isFrozen)
        }
        model.frozenNormalisations = isFrozen ? normalisations : []
        return epoch == frozenEpochs
    }

    /// Checks that a rate for the logits has layers to hold for.
    ///
    /// - Throws: `TrainingError` where no pooling of the network weighs pixels by layers.
    static func checkLogitsRate(_ recipe: Recipe, _ network: Network) throws {
        guard recipe.logitsRate != nil, network.weighingLayers.isEmpty else { return }
        throw TrainingError(
            "logits-rate is for poolings with layers that weigh pixels, such as self-attentive or LIP, and \(recipe.network) has none: "
                + "leave it out")
    }

    /// Checks that frozen epochs have something to train.
    ///
    /// - Throws: `TrainingError` where the file had everything.
    static func check(_ recipe: Recipe, _ parameters: Parameters, given: Set<String>) throws {
        guard let epochs = recipe.freeze, epochs > 0 else { return }
        guard parameters.trainable.contains(where: { !given.contains($0.specification.name) }) else {
            throw TrainingError(
                "freeze is \(epochs), and every weight of the network is in \(recipe.weights ?? "the file"), so that nothing would be "
                    + "trained: use 0")
        }
    }
}

extension Recipe {
    /// Takes the defaults for fine-tuning: a lower rate (Kornblith, Shlens and Le, *Do Better ImageNet Models Transfer Better?*, CVPR
    /// 2019, find about 0.01 good for SGD with momentum), pixels as the weights want them, and an epoch for what is new alone. The rate
    /// rises over the first epoch, as it does without.
    package mutating func takeFineTuningDefaults() {
        switch optimizer {
        case .sgd: learningRate = 0.01
        case .adamw: learningRate = 0.0005
        }
        normalization = .weights
        freeze = 1
    }
}

extension Network {
    /// For each node, which layer of weights it belongs to: the l-th on the longest way to it, 0 where there is none before it.
    package var layerNumbers: [Int] {
        var numbers = [Int](repeating: 0, count: nodes.count)
        for node in nodes {
            let before = node.inputs.map { numbers[$0.index] }.max() ?? 0
            numbers[node.id.index] = before + (node.parameters.contains { $0.role == .weight } ? 1 : 0)
        }
        return numbers
    }
}
