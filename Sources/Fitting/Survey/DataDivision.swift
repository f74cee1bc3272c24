import Datasets
import Foundation
import Reporting
import Training

/// What is trained on, what candidates are chosen by, and what the figures are taken on: three parts that share no
/// image.
///
/// Splits that the data have stay; where one is missing, it is taken from the training images, the same share of every
/// class. What is chosen by a part flatters on it, so the figures are of another one.
package struct DataDivision {
    /// Of the training images, what candidates are chosen by.
    package static let validationShare = 0.12
    /// Of images without any split, what the figures are taken on.
    package static let testShare = 0.2
    /// The fewest images of a class in all.
    package static let leastOfClass = 8

    /// Names of the images of each part; nil of images with boxes, whose splits are taken as they are.
    package let list: DividedImages?
    /// Of images with boxes, the share of the training images that is held out for want of a split to choose by; 0 for
    /// none.
    package let holdOut: Double
    /// The part that the figures are taken on.
    package let figures: EvaluationPart
    private let data: String
    private let counts: [Split: Int]

    /// Divides images.
    ///
    /// - Parameter data: a data set's name, or the absolute path of its folder.
    /// - Throws: `FittingError` where there are fewer than two classes, or too few images of one.
    package init(_ data: String, _ survey: DataSurvey, seed: UInt64) throws {
        guard survey.classNames.count > 1 else {
            throw FittingError(
                "\(data) holds one class, \(survey.classNames.first?.printableName ?? ""): put the images of each class into a folder of its "
                    + "own, two at least")
        }
        let out = Dictionary(grouping: survey.leftOut, by: \.split).mapValues { Set($0.map(\.name)) }
        func usable(_ split: Split) throws -> any Dataset {
            let whole = try DatasetCatalog.open(data, split: split)
            guard let names = out[split] else { return whole }
            return try whole.divided(by: names, in: data).others
        }
        func part(_ dataset: any Dataset, of split: Split) -> DividedImages.Part {
            DividedImages.Part(of: split, images: (0..<dataset.count).map { dataset.name(of: $0, in: data) })
        }
        let splits = survey.parts.map(\.split)
        guard splits.contains(.train) else {
            throw FittingError(
                "\(data) has no images to train on, only a \(splits.first?.rawValue ?? "") split: add a train folder")
        }
        var training = try usable(.train)
        var counts = training.classCounts()
        for split in splits where split != .train {
            for (label, count) in try usable(split).classCounts().enumerated() { counts[label] += count }
        }
        if let label = counts.indices.min(by: { counts[$0] < counts[$1] }), counts[label] < Self.leastOfClass {
            throw FittingError(
                "class \(survey.classNames[label].printableName) of \(data) has \(counted(counts[label], "image")) that can be used: "
                    + "\(Self.leastOfClass) at least are needed to train on some and score others; add some, or remove the class"
            )
        }
        var parts: [Split: DividedImages.Part] = [:]
        func holdOut(_ share: Double, _ seed: UInt64) throws -> DividedImages.Part {
            let (remaining, heldOut) = try training.holdOut(fraction: share, seed: seed)
            training = remaining
            return part(heldOut, of: .train)
        }
        switch (splits.contains(.validation), splits.contains(.test)) {
        case (true, true):
            parts[.validation] = part(try usable(.validation), of: .validation)
            parts[.test] = part(try usable(.test), of: .test)
        case (false, true):
            parts[.test] = part(try usable(.test), of: .test)
            parts[.validation] = try holdOut(Self.validationShare, seed)
        case (true, false):
            parts[.test] = part(try usable(.validation), of: .validation)
            parts[.validation] = try holdOut(Self.validationShare, seed)
        case (false, false):
            parts[.test] = try holdOut(Self.testShare, seed)
            parts[.validation] = try holdOut(Self.validationShare, seed &+ 1)
        }
        parts[.train] = part(training, of: .train)
        self.init(DividedImages(data: data, parts))
    }

    /// A division that was written before.
    package init(_ list: DividedImages) {
        (self.list, data, holdOut, figures) = (list, list.data, 0, .test)
        counts = Dictionary(
            uniqueKeysWithValues: list.splits.map { split in (split, list[split]?.images.count ?? 0) })
    }

    /// Images with boxes, by their splits.
    ///
    /// - Throws: `FittingError` where there are none to train on.
    package init(boxes data: String, _ survey: DataSurvey) throws {
        let images = Dictionary(uniqueKeysWithValues: survey.parts.map { ($0.split, $0.images) })
        guard let training = images[.train] else {
            throw FittingError("\(data) has no images to train on: add a train split")
        }
        guard training >= Self.leastOfClass else {
            throw FittingError(
                "\(data) has \(counted(training, "image")) to train on: \(Self.leastOfClass) at least are needed")
        }
        (list, self.data) = (nil, data)
        holdOut = images[.validation] != nil ? 0 : images[.test] != nil ? Self.validationShare : Self.testShare
        let heldOut = Int((Double(training) * holdOut).rounded())
        let chosenBy = images[.validation] ?? heldOut
        figures = images[.test] != nil ? .test : images[.validation] != nil ? .validation : .heldOut
        counts = [.train: training - heldOut, .validation: chosenBy, .test: images[.test] ?? chosenBy]
    }

    /// How many images a part has.
    package func count(_ split: Split) -> Int { counts[split] ?? 0 }

    /// The name of the data as trainings of a fit take them.
    package func data(_ folder: FitFolder) -> String { list == nil ? data : folder.images }

    /// The same with few of the training images, as many of every class as they have in all.
    ///
    /// - Parameters:
    ///   - training: how many, about; all of them where that is no fewer.
    ///   - validation: how many to score on; nil for all.
    /// - Returns: nil of images with boxes.
    package func few(training: Int, validation: Int? = nil, seed: UInt64) throws -> DividedImages? {
        guard let list else { return nil }
        func some(_ split: Split, _ wanted: Int) throws -> DividedImages.Part? {
            guard let part = list[split], wanted < part.images.count else { return list[split] }
            let whole = try DatasetCatalog.open(list.data, split: part.split)
            let own = try whole.divided(by: Set(part.images), in: list.data).named
            let taken = try own.holdOut(fraction: Double(wanted) / Double(part.images.count), seed: seed).heldOut
            return DividedImages.Part(
                of: part.split, images: (0..<taken.count).map { taken.name(of: $0, in: list.data) })
        }
        var parts: [Split: DividedImages.Part] = [:]
        parts[.train] = try some(.train, training)
        parts[.validation] = try some(.validation, validation ?? .max)
        return DividedImages(data: list.data, parts)
    }
}
