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

    /// Refuses to write a result over a file of the run, or of the network, whose folder the path leads into.
    ///
    /// - Throws: `FileError` that names the file.
    package static func checkOutput(_ path: String?) throws(FileError) {
        guard let path, case .file(let place, permissions: .some) = try OutputPlace(path) else { return }
        let folder = OutputPlace.folder(of: place)
        guard all.contains(String(OutputPlace.name(of: place))),
            [configuration, network].contains(where: { OutputPlace.isThere("\(folder)/\($0)") })
        else { return }
        throw FileError(
            "\(path) is a file of the run or network in \(folder), which is not replaced: choose another name")
    }
}
