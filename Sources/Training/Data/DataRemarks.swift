import Datasets
import Reporting

extension TrainingData {
    /// What somebody should read before a training: what is left out, how many images or objects each class has, whether they are far
    /// apart, and which images stand in two splits.
    func remarks(_ recipe: Recipe) -> [String] {
        var sentences: [String] = []
        for sentence in training.remarks + evaluation.remarks where !sentences.contains(sentence) {
            sentences.append(sentence)
        }
        let isDetection = recipe.task == .detection
        let counts = isDetection ? training.objectCounts() : training.classCounts()
        sentences += Self.lines(
            isDetection ? "objects" : "classes", zip(training.classNames, counts).map { "\($0.printableName) (\($1))" })
        if let sentence = imbalance(counts, recipe) { sentences.append(sentence) }
        return sentences + splitRemarks(recipe)
    }

    /// Of splits: one that is there and not used, and images that stand in two.
    private func splitRemarks(_ recipe: Recipe) -> [String] {
        var sentences: [String] = []
        let splits = (try? Self.splits(recipe)) ?? []
        if recipe.holdOut > 0, splits.contains(.validation) {
            sentences.append("the validation split is not used, since hold-out takes its place")
        }
        var repeated = RepeatedImages(training)
        let name = recipe.holdOut > 0 ? "the part held out" : "the \(evaluationName)"
        if let sentence = repeated.sentence(evaluation, name) { sentences.append(sentence) }
        for split in splits where split != .train && "\(split.rawValue) split" != evaluationName {
            guard recipe.holdOut == 0 || split == .test, let images = try? Self.images(recipe, split) else { continue }
            if let sentence = repeated.sentence(images, "the \(split.rawValue) split") { sentences.append(sentence) }
        }
        return sentences
    }

    private static func splits(_ recipe: Recipe) throws -> [Split] {
        recipe.task == .detection
            ? try AnnotatedFolder(recipe.data).splits : try DatasetCatalog.availableSplits(recipe.data)
    }

    static func images(_ recipe: Recipe, _ split: Split) throws -> any Dataset {
        recipe.task == .detection
            ? AnnotatedDataset(try AnnotatedFolder(recipe.data).annotations(for: split), cacheBytes: 0)
            : try DatasetCatalog.open(recipe.data, split: split)
    }

    /// The widest line of a list.
    private static let width = 100

    /// A list in lines that a terminal can show, the second and later ones indented.
    private static func lines(_ title: String, _ items: [String]) -> [String] {
        var lines: [String] = []
        var line = "\(title):"
        for (index, item) in items.enumerated() {
            let text = " " + item + (index + 1 < items.count ? "," : "")
            if line.count + text.count > width, line.contains(",") {
                lines.append(line)
                line = String(repeating: " ", count: title.count + 1)
            }
            line += text
        }
        return lines + [line]
    }

    /// From how many times as many images on classes are called far apart.
    private static let imbalanceLimit = 10

    private func imbalance(_ counts: [Int], _ recipe: Recipe) -> String? {
        let places = counts.indices.filter { counts[$0] > 0 }
        guard let least = places.min(by: { counts[$0] < counts[$1] }),
            let most = places.max(by: { counts[$0] < counts[$1] }),
            counts[most] / Self.imbalanceLimit >= counts[least], counts[most] > Self.imbalanceLimit * counts[least]
        else { return nil }
        let names = training.classNames.map(\.printableName)
        let things = counted(counts[least], recipe.task == .detection ? "object" : "image")
        let start =
            "classes are far apart: \(names[least]) has \(things) and \(names[most]) \(counts[most])"
        if recipe.task == .detection { return start + "; scores are means over classes" }
        switch recipe.balance {
        case .weights: return start + "; each class weighs the same in the loss (balance: weights)"
        case .sampling: return start + "; each class is drawn as often (balance: sampling)"
        case nil: return start + "; --balance weights or --balance sampling makes up for it"
        }
    }
}

extension Dataset {
    /// How many objects every class has.
    fileprivate func objectCounts() -> [Int] {
        var counts = [Int](repeating: 0, count: classNames.count)
        for index in 0..<count {
            for object in objects(at: index) where counts.indices.contains(object.label) { counts[object.label] += 1 }
        }
        return counts
    }
}
