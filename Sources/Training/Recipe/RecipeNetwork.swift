import Foundation
import Networks
import Reporting

extension Recipe {
    /// The network that the recipe names: a notation, or a JSON file.
    ///
    /// - Throws: a sentence that says which part is unknown or does not fit the data.
    public func buildNetwork(input: Shape, classes: Int) throws -> Network {
        let built =
            try Network.isJSONFile(network)
            ? storedNetwork(input: input, classes: classes)
            : Network(notation: network, input: input, classes: classes, width: width)
        switch (task ?? .classification, built.detector != nil) {
        case (.classification, true):
            throw TrainingError("\(built.name) finds objects: train it with task: detection (--task detection)")
        case (.detection, false):
            let names = OwnNotation.detectorNames.joined(separator: ", ")
            throw TrainingError(
                "\(built.name) tells images apart and finds no objects: name a detector (\(names)), for example "
                    + "'ssdlite(backbone=mobilenet-v2(width=0.5))'")
        default: return built
        }
    }

    private func storedNetwork(input: Shape, classes: Int) throws -> Network {
        let stored = try Network(jsonFile: network)
        let tellsClasses = stored.detector != nil || stored.outputShape == [classes]
        guard stored.inputShape == input, stored.classCount == classes, tellsClasses else {
            throw TrainingError(
                "\(network) takes \(stored.inputShape) images and tells \(counted(stored.classCount, "class", "classes")) apart, and the data has "
                    + "\(input) images of \(counted(classes, "class", "classes"))")
        }
        return stored
    }

    /// The same with paths of network, weights and teacher that lead there from any working folder.
    package func withAbsolutePaths() -> Recipe {
        var recipe = self
        if Network.isJSONFile(network) { recipe.network = DataPlace.absolute(network) }
        recipe.weights = weights.map(DataPlace.absolute)
        recipe.teacher = teacher.map(DataPlace.absolute)
        return recipe
    }

    /// The first setting in which another recipe differs, as a sentence; nil where they train alike.
    ///
    /// - Parameter ignored: settings that may differ.
    func firstDifference(from other: Recipe, besides ignored: Set<CodingKeys> = []) -> String? {
        func fields(_ recipe: Recipe) -> [String: String] {
            let encoder = JSONEncoder()
            guard let data = try? encoder.encode(recipe),
                let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
            else { return [:] }
            return object.mapValues { "\($0)" }
        }
        let (mine, theirs) = (fields(self), fields(other))
        for key in CodingKeys.allCases.filter({ !ignored.contains($0) }).map(\.rawValue) where mine[key] != theirs[key]
        {
            return "\(key) was \(mine[key] ?? "left out") and is now \(theirs[key] ?? "left out")"
        }
        return nil
    }
}
