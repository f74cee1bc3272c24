import Datasets
import Foundation

extension TrainingData {
    /// Sentences on weights and a teacher that were trained on images which scores are now taken on.
    func seenBefore(_ recipe: Recipe) -> [String] {
        var sources: [(name: String, run: RunFolder)] = []
        if let weights = recipe.weights {
            // A run's weights lie in its folder, and those of a smaller network beside the run's lists.
            let folder = (weights as NSString).deletingLastPathComponent
            sources.append(("the weights to start from, \(weights),", RunFolder(folder.isEmpty ? "." : folder)))
        }
        if let teacher = recipe.teacher { sources.append(("the teacher \(teacher)", RunFolder(teacher))) }
        let advice =
            evaluationPart == .heldOut
            ? "hold out what that run did, with its seed and its share" : "score it on other images as well"
        return sources.compactMap { name, run in
            let seen = seen(by: run, recipe)
            guard seen > 0 else { return nil }
            let images = evaluation.count == 1 ? "the only image" : "\(seen) of the \(evaluation.count) images"
            return "warning: \(name) had part in training on \(images) of the \(evaluationPart.name), "
                + "so scores flatter this run: \(advice)"
        }
    }

    /// On how many of the evaluation images a run, or what a smaller network was made of, was trained.
    private func seen(by run: RunFolder, _ recipe: Recipe) -> Int {
        if run.holdsRun {
            guard let configuration = try? RunConfiguration.read(from: run).configuration,
                let other = try? RunData(configuration, of: run, data: recipe.data)
            else { return 0 }
            return (try? other.trainedOn(EvaluationPart(evaluationPart.split), evaluation)) ?? 0
        }
        guard evaluationPart == .heldOut, FileManager.default.fileExists(atPath: run.trainedImages),
            let all = try? Self.images(recipe, .train),
            let trained = try? TrainedImagesHere(of: run, in: all, data: recipe.data)
        else { return 0 }
        return trained.count(among: evaluation)
    }
}
