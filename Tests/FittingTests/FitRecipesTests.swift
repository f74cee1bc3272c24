import Execution
import Foundation
import Interchange
import Networks
import Training
import XCTest

import Fitting

final class FitRecipesTests: FolderTestCase {
    private let network = "plain-cnn(channels=4-8)"

    /// Recipes for photographs of two classes; with weights that were learned on so many, if any.
    private func recipes(weightsOf classes: Int? = nil) throws -> FitRecipes {
        if !FileManager.default.fileExists(atPath: "\(folder)/photos") {
            try makePhotos(["train": ["left": 10, "right": 10], "test": ["left": 4, "right": 4]])
        }
        var options = FitOptions(data: "\(folder)/photos", budget: FitBudget(sram: 1 << 16, flash: 1 << 18))
        (options.weightsNetwork, options.goesAlone) = (network, classes == nil)
        if let classes {
            let trained = try Network(notation: network, input: [3, 16, 16], classes: classes)
            options.weights = "\(folder)/weights-\(classes).safetensors"
            try Safetensors(try Parameters(of: trained, seed: 1).state())
                .write(to: "\(folder)/weights-\(classes).safetensors")
        }
        let survey = try DataSurvey("\(folder)/photos")
        return FitRecipes(
            folder: FitFolder("\(folder)/fit"), survey: survey, holdOut: 0, seed: 1, task: nil,
            teacher: try TeacherSource(options, classNames: survey.classNames))
    }

    private func teacher(_ recipes: FitRecipes, epochs: Int) throws -> Recipe {
        let stage = FitSchedule.TeacherStage(
            resolution: 16, epochs: epochs, pace: Pace(training: 1, scoring: 1, start: 0))
        let recipe = try XCTUnwrap(recipes.teacher(stage, data: "photos", images: 512))
        XCTAssertNoThrow(try recipe.validate())
        return recipe
    }

    func testATeacherIsFineTuned() throws {
        let recipe = try teacher(recipes(weightsOf: 5), epochs: 10)
        XCTAssertEqual(recipe.fineTune, true)
        XCTAssertEqual(recipe.learningRate, 0.01)
        XCTAssertEqual(recipe.normalization, .imagenet)
        XCTAssertEqual(recipe.freeze, 1)
        XCTAssertEqual(try teacher(recipes(weightsOf: 5), epochs: 3).freeze, 0)
        // Nothing is new: frozen, nothing would be trained.
        XCTAssertEqual(try teacher(recipes(weightsOf: 2), epochs: 10).freeze, 0)
    }

    func testWeightsSayWhatPixelsTheySee() throws {
        let recipes = try recipes(weightsOf: 5)
        _ = FileManager.default.createFile(atPath: "\(folder)/config.json", contents: nil)
        XCTAssertEqual(try teacher(recipes, epochs: 10).normalization, .weights)
        let pruned = recipes.candidate(
            candidate("p", .pruned), data: "photos", images: 512, epochs: 40, weights: nil, crops: nil)
        XCTAssertEqual(pruned.normalization, .weights)
        XCTAssertEqual(pruned.weights, "\(folder)/fit/pruned/p/model.safetensors")
    }

    /// Their pixels are known, whether they are found or named, and by whatever path.
    func testTheSameWeightsFoundOrNamedSeeTheSamePixels() throws {
        let dependencies = "\(folder)/deps"
        let own = "\(dependencies)/\(TeacherSource.file)"
        _ = try recipes(weightsOf: 5)
        let manager = FileManager.default
        try manager.createDirectory(atPath: "\(dependencies)/weights", withIntermediateDirectories: true)
        try manager.copyItem(atPath: "\(folder)/weights-5.safetensors", toPath: own)
        try manager.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: dependencies)
        func normalization(_ weights: String?) throws -> Recipe.NormalizationKind? {
            var options = FitOptions(data: "\(folder)/photos", budget: FitBudget(sram: 1 << 16, flash: 1 << 18))
            (options.weights, options.weightsNetwork) = (weights, network)
            let classNames = ["left", "right"]
            return try TeacherSource(options, classNames: classNames, dependencies: [dependencies])?.normalization
        }
        XCTAssertEqual(try normalization(nil), .half)
        XCTAssertEqual(try normalization(own), .half)
        XCTAssertEqual(try normalization("\(folder)/link/\(TeacherSource.file)"), .half)
        XCTAssertEqual(try normalization("\(folder)/weights-5.safetensors"), .imagenet)
    }

    /// A detector's backbone begins with the weights, and goes on with those of the rung before.
    func testADetectorBeginsWithWeights() throws {
        let given = try recipes(weightsOf: 5)
        let recipes = FitRecipes(
            folder: given.folder, survey: given.survey, holdOut: 0, seed: 1, task: .detection, teacher: given.teacher)
        func recipe(_ origin: FitCandidate.Origin, weights: String? = nil) -> Recipe {
            recipes.candidate(
                candidate("d", origin), data: "cells", images: 64, epochs: 9, weights: weights, crops: nil)
        }
        XCTAssertEqual(recipe(.pretrained).weights, "\(folder)/weights-5.safetensors")
        XCTAssertEqual(recipe(.pretrained, weights: "rung").weights, "rung")
        XCTAssertGreaterThan(recipe(.pretrained).learningRate, recipe(.searched).learningRate)
        XCTAssertEqual(recipe(.pretrained).normalization, given.teacher?.normalization)
        XCTAssertNil(recipe(.searched).weights)
        XCTAssertEqual(try XCTUnwrap(recipe(.searched).ema), 1 - 10.0 / 72, accuracy: 1e-12)
        XCTAssertNil(recipe(.pretrained).teacher)
        XCTAssertThrowsError(try given.teacher?.backboneNotation()) {
            XCTAssertTrue(
                "\($0)".hasPrefix(
                    "--weights-network \(network) is no backbone of a detector: the backbone has no map of stride 8"),
                "\($0)")
        }
    }

    func testTheWeightsAverageSpansATenthOfATraining() {
        let (images, epochs) = (64, 5)  // 8 steps an epoch
        XCTAssertEqual(FitRecipes.averageDecay(steps: images / 8 * epochs), 0.75)
        XCTAssertEqual(FitRecipes.averageDecay(steps: 1000), 0.99)
        XCTAssertEqual(FitRecipes.averageDecay(steps: 100_000), 0.99)
        XCTAssertNil(FitRecipes.averageDecay(steps: 19))
        XCTAssertNil(FitRecipes.averageDecay(steps: 0))
    }

    func testATeacherSeesNoLessThanItsNetworks() {
        XCTAssertEqual(TeacherSource.resolutions(side: 213), [224, 192, 160, 128, 96])
        XCTAssertEqual(TeacherSource.resolutions(side: 96), [96])
        XCTAssertEqual(TeacherSource.resolutions(side: 64), [64])
        XCTAssertEqual(TeacherSource.resolutions(side: 28), [32])
    }

    func testATeacherIsAskedAboutCrops() throws {
        let taught = try recipes(weightsOf: 5).candidate(
            candidate("a"), data: "photos", images: 512, epochs: 40, weights: nil, crops: 8)
        XCTAssertEqual(taught.teacher, "\(folder)/fit/teacher")
        XCTAssertEqual(taught.teacherCrops, 8)
        let alone = try recipes().candidate(
            candidate("a"), data: "photos", images: 512, epochs: 40, weights: nil, crops: nil)
        XCTAssertNil(alone.teacher)
        XCTAssertNil(alone.teacherCrops)
    }

    func testOnlyALongLastTrainingFromScratchErases() throws {
        let recipes = try recipes()
        func erasing(_ origin: FitCandidate.Origin = .searched, epochs: Int, isLast: Bool) -> Double? {
            recipes.candidate(
                candidate("a", origin), data: "photos", images: 512, epochs: epochs, weights: nil, crops: nil,
                isLast: isLast
            ).erasing
        }
        XCTAssertEqual(erasing(epochs: 30, isLast: true), 0.25)
        XCTAssertNil(erasing(epochs: 29, isLast: true))
        XCTAssertNil(erasing(epochs: 30, isLast: false))
        XCTAssertNil(erasing(.pruned, epochs: 30, isLast: true))
    }
}
