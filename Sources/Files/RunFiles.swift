#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Names of the files in the folder of a training, or of a network that was imported or pruned: what `sapool` reads again, and
/// nobody else's result may replace.
package enum RunFiles {
    /// The recipe, the classes and how images are normalised.
    package static let configuration = "config.json"
    /// The architecture in its JSON form.
    package static let network = "network.json"
    /// A line for each epoch.
    package static let metrics = "metrics.jsonl"
    /// Weights to use.
    package static let model = "model.safetensors"
    /// Everything a resumed run needs, as of the last checkpoint.
    package static let last = "last.safetensors"
    /// Everything a resumed run needs, as of the epoch with the best score.
    package static let best = "best.safetensors"
    /// The int8 model.
    package static let int8 = "int8.safetensors"
    /// How far attention is from even after each epoch.
    package static let attention = "attention.jsonl"
    /// Names of the images that were held out of training.
    package static let heldOut = "held-out.json"
    /// Names of the images that were trained on, as check sums.
    package static let trainedImages = "trained-images.json"
    /// Images that were left out, and why.
    package static let skippedImages = "skipped-images.txt"
    /// Boxes of annotations that were left out, and why.
    package static let droppedBoxes = "dropped-boxes.txt"
    /// What goes in and comes out of an imported network.
    package static let interface = "interface.json"
    /// The training that goes on from a pruned network.
    package static let recipe = "recipe.yaml"

    /// All of them.
    package static let all = [
        configuration, network, metrics, model, last, best, int8, attention, heldOut, trainedImages, skippedImages,
        droppedBoxes, interface, recipe,
    ]

    /// What each file for TensorBoard begins with.
    package static let eventsPrefix = "events.out.tfevents."
    /// The folder of what a teacher said of the training images, while they are trained on.
    package static let teacherAnswers = "teacher-answers"

    /// Refuses to write a result to a file of the run, or of the network, whose folder the path leads into, whether it is there yet or not.
    ///
    /// - Parameters:
    ///   - path: where the result is to go; nil for a place that the run has for it.
    ///   - own: the file of the run that such a result replaces.
    /// - Throws: `FileError` that names the file.
    package static func checkOutput(_ path: String?, except own: String? = nil) throws(FileError) {
        guard let path, case .file(let place, _) = try OutputPlace(path), isOfRun(place) else { return }
        if let own, case .file(let allowed, _) = try OutputPlace(own), canonical(allowed) == canonical(place) { return }
        throw FileError(
            "\(path) is a file of the run or network in \(OutputPlace.folder(of: place)), which is not replaced: "
                + "choose another name")
    }

    private static func isOfRun(_ place: String) -> Bool {
        let folder = OutputPlace.folder(of: place)
        let name = OutputPlace.name(of: place)
        if all.contains(String(name)) || name.hasPrefix(eventsPrefix), holdsRunOrNetwork(folder) { return true }
        guard let folder = resolved(folder), OutputPlace.name(of: folder) == teacherAnswers else { return false }
        return holdsRunOrNetwork(OutputPlace.folder(of: folder))
    }

    private static func holdsRunOrNetwork(_ folder: String) -> Bool {
        [configuration, network].contains { OutputPlace.isThere("\(folder)/\($0)") }
    }

    /// The same for all paths to one place; nil where its folder is not there.
    private static func canonical(_ place: String) -> String? {
        resolved(OutputPlace.folder(of: place)).map { "\($0)/\(OutputPlace.name(of: place))" }
    }

    /// A folder's path without links and dots; nil where it is not there.
    private static func resolved(_ folder: String) -> String? {
        guard let path = realpath(folder, nil) else { return nil }
        defer { free(path) }
        return String(cString: path)
    }
}
