import Networks
import Planning
import Reporting
import XCTest

final class SearchTests: XCTestCase {
    private var space: SearchSpace {
        SearchSpace(
            resolutions: [32, 48], widths: [0.25, 0.35], pools: ["strided", "lip"], strides: ["1222121", "2222121"],
            placements: [.inside, .before])
    }

    func testPatterns() throws {
        XCTAssertEqual(try StridePattern("[12]3[4]").expanded, ["134", "234"])
        for text in ["", "[", "1[", "1[]2", "a", "0", "1]"] {
            XCTAssertThrowsError(try StridePattern(text)) { error in
                XCTAssertEqual(
                    "\(error)",
                    "\(text) is no pattern of strides: write digits from 1 to 9, and choices in brackets, for example "
                        + "[124][12]22121")
            }
        }
    }

    func testCandidates() {
        let candidates = space.candidates
        XCTAssertEqual(candidates.count, 2 * 2 * 2 * (1 + 2))
        XCTAssertEqual(candidates[0].network, "mobilenet-v2(width=0.25, strides=1222121)")
        XCTAssertTrue(
            candidates.contains {
                $0.network == "mobilenet-v2(width=0.35, strides=2222121, placement=before, pool=lip)"
            })
        var standard = SearchSpace()
        standard.strides = (try? StridePattern(StridePattern.standard(stages: 7)).expanded) ?? []
        XCTAssertGreaterThan(standard.candidates.count, 10_000)
    }

    /// The front is that of planning every candidate and comparing all pairs.
    func testFrontOfExactFigures() throws {
        let limits = SearchLimits(budget: Budget(sram: 24 << 10, reserved: 512), multiplyAccumulates: 12_000_000)
        let report = try NetworkSearch(space, limits: limits).run()
        var all: [(SearchSpace.Candidate, sram: Int, macs: Int)] = []
        for candidate in space.candidates {
            // At 48 pixels and seven halvings the last map is gone before the last pooling.
            guard let network = try? space.network(candidate) else { continue }
            let sram = try Footprint(MemoryPlan(network), core: .cortexM4).sramBytes + 512
            if sram <= 24 << 10, network.multiplyAccumulates <= 12_000_000 {
                all.append((candidate, sram, network.multiplyAccumulates))
            }
        }
        let capacities = Dictionary(uniqueKeysWithValues: report.front.map { ($0.candidate, $0.capacity) })
        for result in report.front {
            XCTAssertTrue(result.isPlanned)
            XCTAssertEqual(all.first { $0.0 == result.candidate }?.sram, result.sramBytes)
        }
        // Nothing outside of the front has both less memory and less work than everything on it with its parameters.
        for (candidate, sram, macs) in all where capacities[candidate] == nil {
            let isBeaten = report.front.contains {
                $0.candidate.pool == candidate.pool && $0.sramBytes <= sram && $0.multiplyAccumulates <= macs
            }
            XCTAssertTrue(isBeaten, candidate.network)
        }
        XCTAssertGreaterThanOrEqual(report.fitting, all.count)
        XCTAssertEqual(report.candidates, 24)
        XCTAssertEqual(Set(report.front.map(\.candidate.pool)), ["strided", "lip"])
    }

    func testNothingFits() throws {
        func message(_ limits: SearchLimits) -> String {
            do {
                _ = try NetworkSearch(space, limits: limits).run()
                return "found something"
            } catch { return "\(error)" }
        }
        let sizes = try space.candidates.compactMap { try? space.network($0) }.map {
            try Footprint(MemoryPlan($0), core: .cortexM4).sramBytes
        }
        let needed = try XCTUnwrap(sizes.min())
        let text = message(SearchLimits(budget: Budget(sram: 1 << 10)))
        XCTAssertTrue(
            text.hasPrefix(
                "none of the 24 networks keeps to 1 KiB SRAM: the smallest needs \(ByteSize.text(needed)) SRAM ("), text
        )
        XCTAssertTrue(text.contains(", and its peak is at net."), text)
        XCTAssertTrue(
            message(SearchLimits(budget: Budget(), multiplyAccumulates: 1000)).hasPrefix(
                "none of the 24 networks keeps to 1,000 MACs: the smallest needs "))
        XCTAssertTrue(
            message(SearchLimits(budget: Budget(flash: 1000))).hasPrefix(
                "none of the 24 networks keeps to 1000 B flash: the smallest needs "))
        var impossible = space
        (impossible.strides, impossible.pools) = (["9999999"], ["lip"])
        XCTAssertThrowsError(try NetworkSearch(impossible, limits: SearchLimits(budget: Budget())).run()) { error in
            XCTAssertTrue(
                "\(error)".hasPrefix("none of the 8 networks can be built; the first: mobilenet-v2("), "\(error)")
        }
    }

    /// What a search says of a network is what a plan says of it, code and all; and what no firmware can run is on no front.
    func testTheFrontsFiguresAreThePlans() throws {
        let budget = Budget(sram: 64 << 10, flash: 512 << 10)
        var wide = space
        wide.pools.append("gem")
        let report = try NetworkSearch(wide, limits: SearchLimits(budget: budget)).run()
        XCTAssertFalse(report.front.isEmpty)
        XCTAssertFalse(report.front.contains { $0.candidate.pool == "gem" })
        for result in report.front {
            let plan = try PlanReport(try wide.network(result.candidate), budget: budget)
            XCTAssertEqual(plan.flashBytes, result.flashBytes, result.candidate.network)
            XCTAssertEqual(plan.peakSRAMBytes, result.sramBytes, result.candidate.network)
            XCTAssertEqual(plan.fits?.all, true)
        }
    }

    func testRecipeAndPicture() throws {
        let report = try NetworkSearch(space, limits: SearchLimits(budget: Budget(sram: 64 << 10))).run()
        let recipe = report.recipe(data: "it's", epochs: 3)
        XCTAssertTrue(recipe.contains("data: 'it''s'\nepochs: 3\nseeds: [1]\ncells:\n  - name: 'mobilenet-v2("), recipe)
        for result in report.front {
            XCTAssertTrue(
                recipe.contains(
                    "\n    network: '\(result.candidate.network)'\n    resolution: \(result.candidate.resolution)\n"),
                recipe)
        }
        let picture = SearchDrawing(report).picture().description
        for result in report.front { XCTAssertTrue(picture.contains("<title>\(result.candidate.network), ")) }
        XCTAssertTrue(picture.contains("budget 64 KiB"))
    }
}
