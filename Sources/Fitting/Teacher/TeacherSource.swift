import Datasets
import Foundation
import Interchange
import Networks
import Training

/// Where a teacher comes from: a run that is trained on these classes, or weights that were learned on other images and
/// are fine-tuned on these. A detector has no teacher, and its backbone begins with such weights.
package struct TeacherSource: Equatable {
    package enum Kind: Equatable {
        /// A run's folder, or an imported network's.
        case run(String)
        /// A file of weights, and the network that they are of.
        case weights(String, network: String)
    }

    package let kind: Kind
    /// Side of the images that a run takes; nil where it can be chosen.
    package let resolution: Int?
    /// Channels of the images that it takes.
    package let channels: Int
    /// Whether the weights are those that `Scripts/weights` sets up, whose pixels go from −1 to 1.
    private let isOwn: Bool

    /// What `Scripts/weights` sets up, below a folder of what the project's set-up has brought.
    package static let file = "weights/efficientnet-lite0.pth"

    /// Finds a teacher.
    ///
    /// - Parameter dependencies: folders that `Scripts/weights` may have filled.
    /// - Returns: nil where there is none to be had, or none is wanted.
    /// - Throws: `FittingError` where the one that was named cannot teach these classes.
    package init?(
        _ options: FitOptions, classNames: [String], dependencies: [String] = DataLocations().dependencies
    ) throws {
        guard !options.goesAlone else { return nil }
        if let path = options.teacher {
            let configuration = try RunConfiguration.read(from: RunFolder(path)).configuration
            let isNamed = !configuration.hasUnnamedClasses
            if isNamed || configuration.classNames.count != classNames.count,
                let difference = classDifference(of: classNames, from: configuration.classNames)
            {
                throw FittingError(
                    "the teacher \(path) tells other classes apart than \(options.data) has: \(difference); give one of these classes, or its "
                        + "weights with --weights, which are fine-tuned")
            }
            _ = try TrainedModel.state(of: RunFolder(path), .model)
            (kind, resolution, isOwn) = (.run(path), configuration.inputShape.height, false)
            channels = configuration.inputShape.channels
            return
        }
        channels = 3
        let places = dependencies.map { "\($0)/\(Self.file)" }
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        if let file = options.weights {
            guard FileManager.default.fileExists(atPath: file) else {
                throw FittingError("there is no file \(file) to start a teacher from: name weights with --weights")
            }
            try Self.check(file, of: options.weightsNetwork, classes: classNames.count)
            (kind, resolution) = (.weights(file, network: options.weightsNetwork), nil)
            isOwn = places.contains { resolved($0) == resolved(file) }
            return
        }
        guard let file = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else { return nil }
        (kind, resolution, isOwn) = (.weights(file, network: "efficientnet-lite0"), nil, true)
    }

    /// Checks that a file has weights of a network.
    ///
    /// - Throws: `FittingError` where it has none, or there is no such network; what reading weights throws.
    private static func check(_ file: String, of name: String, classes: Int) throws {
        let network: Network
        do {
            // Which weights there are does not hang on the size of the image; a network in a file has its own.
            let input = try Network.isJSONFile(name) ? Network(jsonFile: name).inputShape : [3, 224, 224]
            network = try Recipe(network: name).buildNetwork(input: input, classes: classes)
        } catch {
            throw FittingError("--weights-network \(name): \(error)")
        }
        guard try WeightFile.read(contentsOf: file, for: network.parameters).matched.isEmpty else { return }
        throw FittingError(
            "\(file) has no tensor that fits \(name): name the network that these weights are of with --weights-network"
        )
    }

    /// The file of the weights; nil for a run.
    package var file: String? {
        if case .weights(let file, _) = kind { file } else { nil }
    }

    /// What pixels become where the teacher is trained: what its weights say where they lie in the folder of a run or of an imported
    /// network. Of those of `Scripts/weights` it is known: EfficientNet-Lite was trained on (pixel − 127) / 128. Of all others ImageNet's
    /// is likeliest.
    package var normalization: Recipe.NormalizationKind {
        guard !isOwn, case .weights(let file, _) = kind else { return .half }
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        return RunFolder(folder).holdsRun || ModelInterface.isThere(in: folder) ? .weights : .imagenet
    }

    /// Whether the weights lack a part of the network, such as the classifier of these classes.
    ///
    /// - Parameter recipe: names the network and its input.
    package func startsLayersAnew(_ recipe: Recipe, classes: Int) -> Bool {
        guard case .weights(let file, _) = kind, let side = recipe.resolution,
            let network = try? recipe.buildNetwork(input: [recipe.channels ?? 3, side, side], classes: classes),
            let mapping = try? WeightFile.read(contentsOf: file, for: network.parameters)
        else { return false }
        let known = Set(mapping.matched.map(\.name))
        return network.parameters.contains { $0.isTrainable && !known.contains($0.name) }
    }

    /// A recipe that names its network.
    ///
    /// - Throws: where a run's folder cannot be read.
    package func networkRecipe() throws -> Recipe {
        switch kind {
        case .run(let path):
            try RunConfiguration.read(from: RunFolder(path)).configuration.lastingRecipe(of: RunFolder(path))
        case .weights(_, let network): Recipe(network: network)
        }
    }

    /// The network of the weights as the backbone of a detector.
    ///
    /// - Throws: `FittingError` where it can be none.
    package func backboneNotation() throws -> String? {
        guard case .weights(_, let network) = kind else { return nil }
        do {
            _ = try Network(notation: "ssdlite(backbone=\(network), first-stride=8)", input: [3, 224, 224], classes: 2)
        } catch {
            throw FittingError(
                "--weights-network \(network) is no backbone of a detector: \(error); leave --weights out, or give those of a backbone"
            )
        }
        return network
    }

    /// The folder of the teacher's run, now or once it is trained.
    package func run(_ folder: FitFolder) -> RunFolder {
        switch kind {
        case .run(let path): RunFolder(path)
        case .weights: folder.teacher
        }
    }

    /// Sides of the image that a teacher may be trained at, the largest first: not much above what the photographs
    /// have, and of photographs not below 96, where it would know less than the networks that it teaches.
    package static func resolutions(side: Int) -> [Int] {
        let sides = [224, 192, 160, 128, 96, 64, 32].filter { $0 <= side + side / 8 || $0 == 32 }
        return sides.filter { $0 >= min(96, sides[0]) }
    }
}
