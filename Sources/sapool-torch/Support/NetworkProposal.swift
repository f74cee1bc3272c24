import Datasets
import Reporting
import Training

/// A network to begin with, where a training names none.
struct NetworkProposal {
    /// In the project's own notation.
    let notation: String
    private let reason: String
    private let hasData: Bool

    /// A network for a recipe's task and images.
    init(for recipe: Recipe) {
        hasData = !recipe.data.isEmpty
        // Data sets with a name are of small images; of others the default is 224 pixels.
        let side = recipe.resolution ?? (DatasetCatalog.names.contains(recipe.data) ? 28 : 224)
        if recipe.task == .detection {
            notation =
                recipe.width == 1 ? "ssdlite(backbone=mobilenet-v2(width=0.5))" : "ssdlite(backbone=mobilenet-v2)"
            reason = "to find objects"
        } else if side < 64, recipe.width == 1 {
            notation = "plain-cnn(channels=16-32-64, strides=422, pool=self-attentive(patch=2, restoration=subpixel))"
            reason = "for small images"
        } else {
            let width = recipe.width == 1 ? "width=0.35, " : ""
            notation = "mobilenet-v2(\(width)strides=4112121, pool=self-attentive(patch=2, restoration=subpixel))"
            reason = "for photographs"
        }
    }

    /// The error of a training without a network: it has the command to copy.
    ///
    /// - Parameter arguments: what the user has written behind `sapool`.
    func error(_ arguments: [String]) -> TrainingError {
        let data = hasData ? [] : ["--data", "FOLDER"]
        let command = (["sapool"] + arguments + data + ["--network", notation]).map(ShellWord.quoted).joined(
            separator: " ")
        return TrainingError(
            "no network is named: give network in the recipe or --network; to begin with, \(reason):\n\(command)")
    }
}
