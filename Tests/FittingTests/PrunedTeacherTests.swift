import Compression
import Networks
import Training
import XCTest

import Fitting

/// Which of a teacher's layers and channels compete.
final class PrunedTeacherTests: XCTestCase {
    private func candidates(
        _ sram: Int, _ flash: Int, _ sides: [Int]
    ) -> (candidates: [FitCandidate], smaller: [String: [FitCandidate]]) {
        PrunedTeacher.candidates(
            Recipe(network: "efficientnet-lite0"), resolutions: sides, channels: 3, classes: 10,
            FitBudget(sram: sram << 10, flash: flash << 10))
    }

    func testWholeLayersAreKeptAsFarAsTheyFit() throws {
        let budget = FitBudget(sram: 64 << 10, flash: 512 << 10)
        let (found, smaller) = candidates(64, 512, [64, 96])
        XCTAssertEqual(found.map(\.keptShare), [1, 0.75, 0.5, 0.25])
        XCTAssertEqual(Set(found.map(\.name)).count, found.count)
        for one in found { XCTAssertNil(one.excess(of: budget), one.name) }
        let first = try XCTUnwrap(found.first)
        XCTAssertEqual(first.resolution, 96)
        // Where that trains too slowly, the same of smaller images competes.
        XCTAssertEqual(smaller[first.name]?.map(\.resolution), [64])
        XCTAssertEqual(smaller[first.name]?.map(\.keptShare), [1])
        let last = try XCTUnwrap(first.lastLayer)
        XCTAssertEqual(first.title, "efficientnet-lite0 up to \(last)")
        XCTAssertEqual(found[2].title, "efficientnet-lite0 up to \(found[2].lastLayer ?? ""), 50 % of its channels")

        // The next layer is one too many.
        let recipe = Recipe(network: "efficientnet-lite0")
        let whole = try recipe.buildNetwork(input: [3, 96, 96], classes: 10)
        let ends = LayerPruning.ends(of: whole)
        let place = try XCTUnwrap(ends.firstIndex(of: last))
        let next = try LayerPruning.network(whole, behind: ends[place + 1])
        let larger = try XCTUnwrap(FitCandidate(next, name: "", network: "", pool: "strided", budget))
        XCTAssertNotNil(larger.excess(of: budget))
        for one in found {
            let built = try PrunedTeacher.network(one, recipe, classes: 10)
            XCTAssertEqual(built.parameterCount, one.parameters, one.name)
            XCTAssertEqual(built.inputShape, [3, one.resolution, one.resolution], one.name)
        }
    }

    func testWithRoomForAllNothingGoes() throws {
        let found = candidates(1024, 8192, [32]).candidates
        XCTAssertNil(found.first?.lastLayer)
        XCTAssertEqual(found.first?.title, "efficientnet-lite0")
        XCTAssertEqual(candidates(2, 16, [32]).candidates, [])
    }
}
