import Foundation
import MadeUpModels
import Networks
import Planning
import XCTest

/// The planner's instructions and cycles of whole networks, beside what the emulator's plug-in counts
/// (`Firmware/network-limits.txt`).
final class PlannedWorkTests: XCTestCase {
    /// How far a plan may be off: 12 %, and 25 % of small detectors, as suppression takes the longer the more there is
    /// to suppress.
    private func bound(of checked: CheckedNetwork) -> Double { checked.network.detector == nil ? 0.12 : 0.25 }

    func testPlansAreWithinABoundOfWhatIsCounted() throws {
        let counted = try Self.counts()
        for checked in try CheckedNetwork.all() {
            for core in Core.allCases {
                let plan = try Profile(checked.network, core: core)
                let figures = try XCTUnwrap(counted["\(checked.name) \(core.rawValue)"], "\(checked.name) \(core)")
                for (what, planned, counted) in [
                    ("instructions", plan.instructions, figures.instructions),
                    ("cycles", plan.estimatedCycles, figures.cycles),
                ] {
                    let error = Double(planned) / Double(counted) - 1
                    XCTAssertLessThan(
                        abs(error), bound(of: checked),
                        "\(checked.name) on \(core.rawValue): \(planned) \(what) are planned, \(counted) counted")
                }
            }
        }
    }

    /// Lines `NETWORK CORE INSTRUCTIONS ESTIMATED-CYCLES …`.
    private static func counts() throws -> [String: (instructions: Int, cycles: Int)] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("Firmware/network-limits.txt"), encoding: .utf8)
        var counts: [String: (Int, Int)] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            guard words.count >= 4, let instructions = Int(words[2]), let cycles = Int(words[3]) else {
                throw CocoaError(.fileReadCorruptFile)
            }
            counts["\(words[0]) \(words[1])"] = (instructions, cycles)
        }
        return counts
    }
}
