import Files
import Datasets
import Interchange
import Networks
import Reporting

/// A run's folder that a training may write to: with the configuration of this very training, and kept from other processes.
struct PreparedRun {
    let configuration: RunConfiguration
    let lock: FolderLock

    /// Makes the folder with its configuration, or checks that the one there is of the same training.
    ///
    /// - Parameters:
    ///   - weights: those that a run begins with; nil where all are new, and for a run that goes on.
    ///   - resume: whether to go on with a run that is there.
    /// - Throws: `TrainingError` that says in what the training differs from the run.
    init(
        _ run: RunFolder, _ recipe: Recipe, _ data: TrainingData, _ network: Network, weights: InitialWeights?,
        resume: Bool
    ) throws {
        guard run.holdsRun else {
            (configuration, lock) = try Self.begin(run, recipe, data, network, weights)
            return
        }
        guard resume else {
            throw TrainingError(
                "\(run.path) holds a run already: add --resume to go on with it, or choose another output folder")
        }
        lock = try FolderLock(run.path, work: "trains")
        let stored: Network
        (configuration, stored) = try RunConfiguration.read(from: run)
        guard stored.nodes == network.nodes, stored.outputs == network.outputs, stored.detector == network.detector
        else {
            throw TrainingError(
                "\(run.path) is a run of \(stored.name) (\(stored.inputShape), \(counted(stored.classCount, "class", "classes"))), not of "
                    + "\(network.name) (\(network.inputShape), \(counted(network.classCount, "class", "classes"))): resume with the same network, "
                    + "or choose another output folder")
        }
        if let difference = classDifference(of: data.training.classNames, from: configuration.classNames) {
            throw TrainingError("\(recipe.data) has other classes than \(run.path) was trained on: \(difference)")
        }
        try Self.checkSettings(recipe, data, configuration, run)
        guard configuration.evaluationTransform == data.evaluationTransform else {
            throw TrainingError(
                "\(run.path) is a run whose images are evaluated in another way than they are now, as earlier versions did: "
                    + "choose another output folder")
        }
        run.removeHalfWrittenFiles()
    }

    private static func begin(
        _ run: RunFolder, _ recipe: Recipe, _ data: TrainingData, _ network: Network, _ weights: InitialWeights?
    ) throws -> (RunConfiguration, FolderLock) {
        if let file = run.fileOfOthers(network) {
            throw TrainingError(
                "\(run.path) holds no run, but what another command has made (\(file)), which is not replaced: choose another output folder"
            )
        }
        var configuration = RunConfiguration(
            recipe: recipe.withAbsolutePaths(), inputShape: data.inputShape,
            evaluationTransform: data.evaluationTransform,
            classNames: data.training.classNames,
            normalization: try RunConfiguration.normalization(wantedBy: weights, recipe, network)
                ?? data.normalization(recipe.normalization, skipBadImages: recipe.skipBadImages))
        configuration.place = DataPlace(of: recipe.data, run: run)
        let images = data.record()
        configuration.images = images
        configuration.heldOut = data.heldOut
        if recipe.tellsGivenWeights { configuration.givenWeights = weights?.names.sorted() }
        try run.create()
        let lock = try FolderLock(run.path, work: "trains")
        run.removeHalfWrittenFiles()
        if !data.droppedBoxes.isEmpty {
            try AtomicFile.replace(run.droppedBoxes) { file in
                for box in data.droppedBoxes { try file.append(Array(("\(box)".printableName + "\n").utf8)) }
            }
        }
        try TrainedNames(data.training, data: recipe.data, record: images.training).write(to: run)
        try configuration.write(to: run, network: network)
        return (configuration, lock)
    }

    /// Checks that a run goes on with the settings and the images that it began with.
    private static func checkSettings(
        _ recipe: Recipe, _ data: TrainingData, _ configuration: RunConfiguration, _ run: RunFolder
    ) throws {
        let change = configuration.images.flatMap {
            data.record().change(since: $0, classNames: configuration.classNames)
        }
        let place = try? configuration.data(in: run)
        let isSamePlace = place.map { DataPlace.canonical($0) == DataPlace.canonical(recipe.data) } ?? false
        // Data that have moved are the same where every image is.
        let mayMove = isSamePlace || (configuration.images != nil && change == nil)
        let difference = configuration.recipe.withAbsolutePaths()
            .firstDifference(from: recipe.withAbsolutePaths(), besides: mayMove ? [.data] : [])
        if let difference {
            throw TrainingError("\(run.path) is a run with other settings: \(difference)")
        }
        if let change {
            throw TrainingError(
                "\(recipe.data) has changed since \(run.path) began: \(change); put it back as it was, or begin anew in another output "
                    + "folder")
        }
    }
}
