import Deployment
import Foundation
import MadeUpModels
import Networks
import Planning
import Quantization
import XCTest

/// Probabilities and the most probable classes, by the C of a library.
final class ProbabilityTests: XCTestCase {
    func testProbabilitiesAreThoseOfASoftmax() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("answers-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let network = try Network(notation: "plain-cnn(channels=4-8, strides=22)", input: [1, 16, 16], classes: 5)
        let program = try KernelProgram(MadeUpModel(network, options: PlanOptions()).model)
        let answers = try CProgram(
            FirmwareExport(program), file: "answers.c", program: "answers_host.c", in: folder)
        var random: UInt64 = 1
        let sets: [[Int8]] =
            [[0, 0, 0, 0, 0], [127, -128, -128, -128, -128], [1, 2, 3, 3, 2]]
            + (0..<40).map { _ in
                (0..<5).map { _ in
                    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return Int8(truncatingIfNeeded: Int(random >> 40) % 256)
                }
            }
        let run = try answers.run(input: sets.joined().map { UInt8(bitPattern: $0) })
        let text = String(decoding: run.output, as: UTF8.self)
        XCTAssertEqual(run.status, 0, text)
        let lines = text.split(separator: "\n")
        XCTAssertEqual(lines.count, sets.count)
        let scale = program.outputQuantization.scale
        for (line, scores) in zip(lines, sets) {
            let parts = line.split(separator: ":", omittingEmptySubsequences: false).map {
                $0.split(separator: " ").compactMap { Int($0) }
            }
            let exponentials = scores.map { exp(scale * Double($0)) }
            let sum = exponentials.reduce(0, +)
            XCTAssertEqual(parts[0].count, 5)
            for (probability, exponential) in zip(parts[0], exponentials) {
                // Half of a unit by rounding, and a little by the table's.
                XCTAssertEqual(Double(probability), 32768 * exponential / sum, accuracy: 0.51, "\(scores)")
            }
            let likely = (0..<5).filter { parts[0][$0] >= 3276 }.sorted {
                (scores[$0], -$0) > (scores[$1], -$1)
            }
            XCTAssertEqual(parts[1], likely, "\(scores)")
        }
        XCTAssertTrue(lines[0].hasPrefix("6554 6554 6554 6554 6554 : 0 1 2 3 4"), "\(lines[0])")
    }
}
