import ArgumentParser
import CommandLineSupport
import Datasets
import Foundation
import Reporting
import Training
import Visualization

struct Visualize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows where a trained network looks.",
        usage: "sapool visualize [<options>] <run> [<images> ...]",
        discussion: """
            For each image a folder with pictures: image.png as the network sees it, the weights of each pooling layer, the attention of \
            each query, and Grad-CAM of a class; and for all images contact-sheet.svg, which a browser shows. Colours go from dark blue \
            (the smallest value of a picture) to yellow (its largest).

              sapool visualize runs/a photo.jpg
              sapool visualize runs/a photo.jpg --query 20,31 --query 48,48
              sapool visualize runs/a one.png two.png --class shoes --output pictures
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
    var folder: String
    @Argument(help: ImageArguments.help)
    var images: [String] = []
    @Option(help: ArgumentHelp("Where the pictures go (default: RUN/visualize).", valueName: "folder"))
    var output: String?
    @Option(
        help: ArgumentHelp(
            "Show what the patch at this position attends to: pixels of image.png from its upper left corner; may be repeated.",
            valueName: "x,y"))
    var query: [String] = []
    @Option(
        name: .customLong("class"),
        help: "Name or number (from 0) of the class for Grad-CAM (default: the most likely one).")
    var className: String?
    @Option(help: "Take images of this data set instead of files: what the run held out of it, or its test split.")
    var data: String?
    @Option(help: "How many of them, evenly spread (default: 4).")
    var samples: Int?
    @OptionGroup var chosen: WeightsOptions
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print the paths of the pictures as JSON.")
    var json = false

    private struct Written: Encodable {
        let sheet: String
        let pictures: [String]
    }

    func validate() throws {
        guard images.isEmpty != (data == nil) else {
            throw ValidationError("Give either images or --data with --samples.")
        }
        try TestSamples.check(samples, of: data)
        _ = try queries()
    }

    func run() throws {
        let device = try machine.apply()
        let trained = try TrainedModel(RunFolder(folder), weights: chosen.weights, device: device)
        guard trained.model.network.detector == nil else {
            throw TrainingError(
                "\(folder) finds objects, and this verb explains classes: draw them with sapool predict --draw")
        }
        let label = try label(trained.configuration.classNames)
        let dataset: any Dataset =
            try data.map { try TestSamples.evenly(spread: samples ?? 4, of: RunData(trained, data: $0)) }
            ?? ImageArguments.images(images)
        let loader = try Loader(
            dataset: dataset, transform: trained.configuration.evaluationTransform,
            configuration: LoaderConfiguration(batchSize: 1, seed: 0, shuffle: false, dropLast: false, workers: 0))
        let explainer = Explainer(trained)
        let queries = try queries()
        let place = output ?? "\(folder)/visualize"
        // Everything is explained before anything is written.
        var explanations: [(name: String, explanation: Explainer.Explanation)] = []
        let batches = loader.batches(epoch: 0)
        while let batch = try batches.next() {
            let explanation = try explainer.explain(batch, label: label, queries: queries)
            explanations.append((dataset.location(of: batch.indices[0]), explanation))
        }
        let written = try VisualizationFolder(place).write(
            explanations, classNames: trained.configuration.classNames, title: folder)
        if json { return try printJSON(Written(sheet: written.sheet, pictures: written.pictures)) }
        for (name, explanation) in explanations {
            let classText = trained.configuration.classNames[explanation.label]
            let image = "\(name): \(classText)".printableName
            print("\(image) \(percent(Double(explanation.probability)))")
        }
        print("\(counted(written.pictures.count, "picture")); all on one sheet: \(written.sheet.printableName)")
    }

    private func queries() throws -> [Explainer.Query] {
        try query.map { text in
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
                .map { Int($0.trimmingCharacters(in: .whitespaces)) }
            guard parts.count == 2, let x = parts[0], let y = parts[1], x >= 0, y >= 0 else {
                throw ValidationError("--query \(text): write two whole numbers, for example 20,31.")
            }
            return Explainer.Query(x: x, y: y)
        }
    }

    private func label(_ names: [String]) throws -> Int? {
        guard let className else { return nil }
        if let index = names.firstIndex(of: className) { return index }
        guard let number = Int(className), names.indices.contains(number) else {
            throw TrainingError(
                "there is no class \"\(className)\": known are \(names.map(\.printableName).joined(separator: ", "))")
        }
        return number
    }
}
