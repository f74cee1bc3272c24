import Datasets
import Foundation
import Networks
import Planning
import Training
import XCTest

import Fitting

/// A candidate of a tiny network.
func candidate(_ name: String, _ origin: FitCandidate.Origin = .searched, channels: Int = 4) -> FitCandidate {
    // A network that is planned in no time, of figures that nobody reads.
    guard
        let network = try? Network(
            notation: "plain-cnn(channels=\(channels)-8)", input: [3, 16, 16], classes: 2),
        let candidate = FitCandidate(
            network, name: name, network: "plain-cnn(channels=\(channels)-8)", origin: origin, pool: "strided",
            FitBudget(sram: 1 << 20, flash: 1 << 20))
    else { preconditionFailure("the network of the tests cannot be planned") }
    return candidate
}

func entry(_ name: String, _ pace: Pace, _ origin: FitCandidate.Origin = .searched) -> FitSchedule.Entry {
    FitSchedule.Entry(candidate: candidate(name, origin), pace: pace)
}

/// A test with a folder of its own.
class FolderTestCase: XCTestCase {
    private(set) var folder = ""

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("fitting-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws { try FileManager.default.removeItem(atPath: folder) }

    /// Images `photos/SPLIT/CLASS/N.png`, each of one colour of its own, or grey; split "" for folders of classes right
    /// away.
    func makePhotos(_ counts: [String: [String: Int]], side: Int = 16, isGrey: Bool = false) throws {
        for (split, classes) in counts {
            for (place, (name, count)) in classes.sorted(by: { $0.key < $1.key }).enumerated() {
                let path = "\(folder)/photos/" + (split.isEmpty ? "" : "\(split)/") + name
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                for number in 0..<count {
                    let salt = split.utf8.reduce(0) { $0 + Int($1) }
                    let base = [40 + 120 * place, number * 2 % 256, (number / 256 + salt) % 256]
                    let pixels = (0..<side * side * 3).map { index -> UInt8 in
                        let value = isGrey ? (base[0] + base[1] * 3 + base[2]) % 256 : base[index % 3]
                        // Bright on one side: what a network can learn.
                        let isRight = (index / 3) % side >= side / 2
                        return UInt8(min(255, value / 2 + (isRight == (place == 1) ? 100 : 0)))
                    }
                    try Image(width: side, height: side, channels: 3, pixels: pixels)
                        .write(toPNG: "\(path)/\(number).png")
                }
            }
        }
    }
}

/// Trains nothing: gives scores that were agreed on, and writes down what it was asked.
final class FakeTraining: FitTraining {
    /// By the run's folder below the fit's: "rungs/1/a".
    var scores: [String: Double] = [:]
    private(set) var calls: [String] = []
    private(set) var recipes: [Recipe] = []
    /// Runs whose loss becomes no number, named likewise.
    var diverging: Set<String> = []
    /// Fails at this call, counted from 0 over the life of the object.
    var failsAt: Int?
    let root: String

    struct Killed: Error {}

    init(root: String) { self.root = root }

    func train(_ recipe: Recipe, in run: RunFolder) throws -> Double? {
        if calls.count == failsAt {
            failsAt = nil
            throw Killed()
        }
        let name = String(run.path.dropFirst(root.count + 1))
        calls.append(name)
        recipes.append(recipe)
        if diverging.contains(name) { throw DivergenceError(finding: "the loss is nan at step 1", advice: "") }
        return scores[name] ?? 0
    }

    func ask(_ recipe: Recipe, begins: () -> Void) throws -> Bool {
        begins()
        calls.append("asked at \(recipe.resolution ?? 0)")
        return true
    }

    /// By the network's notation, or the path's last part.
    var paces: [String: Pace] = [:]
    private(set) var timed: [String] = []

    func pace(of recipe: Recipe, in run: RunFolder) throws -> Pace {
        timed.append(run.path.split(separator: "/").last.map(String.init) ?? "")
        return paces[recipe.network] ?? Pace(training: 0.001, scoring: 0.001, start: 0)
    }
}
