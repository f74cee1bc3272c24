import Datasets

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
            isDetection ? "objects" : "classes", zip(training.classNames, counts).map { "\($0) \($1)" })
        if let sentence = imbalance(counts, recipe) { sentences.append(sentence) }
        if let sentence = RepeatedImages(training, evaluation).sentence(evaluationName) { sentences.append(sentence) }
        return sentences
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
        let names = training.classNames
        let thing = recipe.task == .detection ? "objects" : "images"
        let start =
            "classes are far apart: \(names[least]) has \(counts[least]) \(thing) and \(names[most]) \(counts[most])"
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
