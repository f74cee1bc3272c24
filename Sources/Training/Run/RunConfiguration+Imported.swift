import Datasets
import Foundation
import Interchange
import Networks

extension RunConfiguration {
    /// What an imported network's folder says, as a run's would: it was trained elsewhere, on images that nobody names.
    ///
    /// - Throws: `TrainingError` where it takes no images, or nothing says what pixels become.
    static func imported(
        _ run: RunFolder, assuming assumed: Normalization?
    ) throws -> (configuration: RunConfiguration, network: Network) {
        let network: Network
        do {
            network = try Network(jsonFile: run.network)
        } catch let error as NetworkError {
            throw TrainingError("\(error)")
        }
        let interface =
            ModelInterface.isThere(in: run.path)
            ? try ModelInterface(folder: run.path, of: network) : ModelInterface(source: "", of: network)
        let input = network.inputShape
        guard input.isMap, input.channels == 1 || input.channels == 3 else {
            throw TrainingError(
                "\(run.path) takes \(input) numbers, which are no image of 1 or 3 channels: give them to sapool forward --input"
            )
        }
        guard let normalization = normalization(interface, channels: input.channels) ?? assumed else {
            throw TrainingError(
                "\(run.path) does not say what pixels become: import the model again with --normalization")
        }
        var recipe = Recipe()
        recipe.network = run.network
        recipe.channels = input.channels
        if input.height == input.width { recipe.resolution = input.width }
        var transform = Transform.smallImageEvaluation(size: ImageSize(width: input.width, height: input.height))
        transform.channels = input.channels
        let count = network.classCount
        let names = interface.classes.count == count ? interface.classes : unnamed(count)
        return (
            RunConfiguration(
                recipe: recipe, inputShape: input, evaluationTransform: transform, classNames: names,
                normalization: normalization), network
        )
    }

    /// What classes are called that nobody has named.
    private static func unnamed(_ count: Int) -> [String] { (0..<count).map { "class \($0)" } }

    /// Whether nobody has named its classes: those of photographs are then taken in their order.
    package var hasUnnamedClasses: Bool { recipe.data.isEmpty && classNames == Self.unnamed(classNames.count) }

    /// What pixels become for the weights that a training starts from, where that is up to them; nil elsewhere.
    ///
    /// - Throws: `TrainingError` where the recipe leaves it to weights that do not say it.
    static func normalization(
        wantedBy weights: InitialWeights?, _ recipe: Recipe, _ network: Network
    ) throws -> Normalization? {
        if let normalization = importedNormalization(recipe, network) { return normalization }
        guard recipe.normalization == .weights, let path = recipe.weights else { return nil }
        let channels = network.inputShape.channels
        let run = RunFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        if run.holdsRun { return try read(from: run).configuration.normalization.converted(toChannels: channels) }
        guard let pixels = weights?.family?.pixels.pixels(channels: 3) else {
            throw TrainingError(
                "normalization is weights, and nothing says what pixels those of \(path) want: use imagenet, half or measured"
            )
        }
        return Normalization(mean: pixels.mean, deviation: pixels.deviation).converted(toChannels: channels)
    }

    /// What pixels become for the weights that a training starts from, where they were imported with their network: unless a recipe says
    /// otherwise, they go on seeing what they know.
    private static func importedNormalization(_ recipe: Recipe, _ network: Network) -> Normalization? {
        guard [.measured, .weights].contains(recipe.normalization), let weights = recipe.weights else { return nil }
        let folder = URL(fileURLWithPath: weights).deletingLastPathComponent().path
        guard !RunFolder(folder).holdsRun, ModelInterface.isThere(in: folder),
            let interface = try? ModelInterface(folder: folder, of: network)
        else { return nil }
        return normalization(interface, channels: network.inputShape.channels)
    }

    /// What was said at import, or else that a pixel is the number of the model's input, as models in whole numbers take it.
    private static func normalization(_ interface: ModelInterface, channels: Int) -> Normalization? {
        if let said = interface.normalization, said.mean.count == channels {
            return Normalization(mean: said.mean, deviation: said.deviation)
        }
        guard interface.input.type != .float32, let scale = interface.input.scale, let zero = interface.input.zeroPoint
        else { return nil }
        let offset = interface.input.type == .int8 ? 128 : 0
        return Normalization(
            mean: [Float](repeating: Float(zero + offset) / 255, count: channels),
            deviation: [Float](repeating: Float(1 / (255 * Double(scale))), count: channels))
    }
}
