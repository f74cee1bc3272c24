import ArgumentParser
import CommandLineSupport
import Datasets
import Foundation
import Interchange
import Networks
import Reporting
import Training

/// `sapool import`, and what photographs tell of the pixels that weights want, for which libtorch is needed.
struct CheckedImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Import.configuration.commandName, abstract: Import.configuration.abstract,
        discussion: Import.configuration.discussion)

    @OptionGroup var takeover: Import

    func run() throws {
        guard let photos = takeover.check else { return try takeover.run() }
        guard !takeover.json else {
            throw ValidationError("--check prints a table: leave --json out.")
        }
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("sapool-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        var own = takeover
        own.output = takeover.output ?? scratch
        try own.run()
        let folder = takeover.output ?? scratch
        let isSaid = try Self.stated(in: folder)
        let trained = try TrainedModel(RunFolder(folder), assuming: Self.assumed(in: folder))
        let check = try PixelCheck(trained, data: photos, count: takeover.checkImages ?? 500)
        print("\(photos): \(counted(check.images, "photograph"))")
        for score in check.scores {
            let name = (score.option ?? "as imported").padding(toLength: 12, withPad: " ", startingAt: 0)
            print("  \(name)\(padded(percent(score.accuracy), to: 8))  loss \(fixed(score.loss, 3))")
        }
        guard let best = check.scores.first else { return }
        let name = best.option.map { "--normalization \($0)" } ?? "what the model says"
        guard let output = takeover.output, !isSaid else {
            return print("best: \(name)")
        }
        try ImportedModel.state(
            ModelInterface.Pixels(mean: best.normalization.mean, deviation: best.normalization.deviation), in: output)
        print("best: \(name), which \(output) now says")
    }

    /// What pixels become where nothing is said: one of the candidates, for so many channels.
    private static func assumed(in folder: String) throws -> Normalization? {
        let channels = try Network(jsonFile: RunFolder(folder).network).inputShape.channels
        return KnownPixels.unit.pixels(channels: channels).map { Normalization(mean: $0.mean, deviation: $0.deviation) }
    }

    /// Whether a folder says what pixels become.
    private static func stated(in folder: String) throws -> Bool {
        guard ModelInterface.isThere(in: folder) else { return false }
        return try ModelInterface(folder: folder, of: Network(jsonFile: RunFolder(folder).network)).normalization != nil
    }
}
