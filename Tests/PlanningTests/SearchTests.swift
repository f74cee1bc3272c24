import Lowering
import Networks
import Planning
import Reporting
import Synchronization
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
        XCTAssertEqual(SearchSpace().candidates.count, 13_200)
        var twice = space
        (twice.resolutions, twice.pools) = (space.resolutions + space.resolutions, space.pools + space.pools)
        XCTAssertEqual(twice.candidates, candidates)
    }

    /// Without patterns of one's own every backbone has as many digits as stages, of which the published ones are a choice.
    func testStandardStrides() throws {
        XCTAssertEqual(StridePattern.standard([1, 2, 2, 2, 1, 2, 1]), try StridePattern("[124][12][12][12]1[12]1"))
        for (backbone, stages) in [
            ("mobilenet-v2", 7), ("mobilenet-v3-small", 11), ("mobilenet-v3-large", 15), ("efficientnet-lite0", 7),
            ("darknet53", 5), ("resnet18", 4), ("resnext18", 4), ("plain-cnn", 3), ("mobilenet-v1", 5), ("resnet8", 3),
            ("ds-cnn", 5),
        ] {
            XCTAssertEqual(try OwnNotation.strides(of: backbone).count, stages, backbone)
        }
        XCTAssertThrowsError(try OwnNotation.strides(of: "mobilenet-v9"))
        for backbone in OwnNotation.backboneNames {
            let space = SearchSpace(resolutions: [224], widths: [1], pools: ["strided"], backbone: backbone)
            XCTAssertTrue((3...48).contains(space.candidates.count), backbone)
            let published = try OwnNotation.strides(of: backbone).map(String.init).joined()
            let candidate = try XCTUnwrap(
                space.candidates.first { $0.network.contains("strides=\(published)") }, backbone)
            XCTAssertEqual(try space.network(candidate).classCount, 10)
        }
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

    /// Where only some are planned, what is recommended and shown is planned, and no worse than on the exact front.
    func testWhatIsShownIsPlanned() throws {
        let attentive = "self-attentive(patch=2, restoration=subpixel)"
        let space = SearchSpace(
            resolutions: [32, 48, 64], widths: [0.25, 0.35, 0.5], pools: ["strided", "max", attentive],
            strides: try StridePattern("[124][12]2[12]121").expanded)
        let search = NetworkSearch(space, limits: SearchLimits(budget: Budget(sram: 24 << 10)))
        let (exact, shown) = (try search.run(), try search.run(.shown))
        XCTAssertTrue(exact.front.allSatisfy(\.isPlanned))
        XCTAssertFalse(shown.front.allSatisfy(\.isPlanned), "bounds had to be enough for some")
        XCTAssertTrue(shown.spread().allSatisfy(\.isPlanned))
        XCTAssertTrue(shown.recommended.allSatisfy(\.result.isPlanned))
        for result in shown.spread() {
            let plan = try MemoryPlan(space.network(result.candidate))
            XCTAssertEqual(result.sramBytes, Footprint(plan, core: .cortexM4).sramBytes)
            XCTAssertLessThanOrEqual(result.sramBytes, 24 << 10)
        }
        XCTAssertEqual(shown.recommended.map(\.role), exact.recommended.map(\.role))
        for (one, other) in zip(shown.recommended, exact.recommended) {
            switch one.role {
            case .smallest: XCTAssertEqual(one.result.sramBytes, other.result.sramBytes)
            case .largest, .selfAttentive, .pushedRows: XCTAssertEqual(one.result.capacity, other.result.capacity)
            case .cheapest: XCTAssertEqual(one.result.multiplyAccumulates, other.result.multiplyAccumulates)
            }
        }
        XCTAssertTrue(shown.text().contains("\nAbout "), shown.text())
        XCTAssertTrue(shown.text().hasSuffix(" more of the front are left out: --all plans and prints them.\n"))
    }

    /// Bounds, what networks share and the order of looking at them change nothing: the fronts are those of planning every candidate by
    /// itself.
    func testTheFrontIsThatOfPlanningEveryCandidate() throws {
        let attentive = "self-attentive(patch=2, restoration=subpixel)"
        let space = SearchSpace(
            resolutions: [32, 48], widths: [0.25, 0.5], pools: ["strided", "max", attentive],
            strides: ["1222121", "2212121"])
        let cases: [(SearchLimits, PlanOptions)] = [
            (
                SearchLimits(budget: Budget(sram: 24 << 10, reserved: 512), multiplyAccumulates: 12_000_000),
                PlanOptions()
            ),
            (SearchLimits(budget: Budget(sram: 16 << 10, flash: 420 << 10)), PlanOptions(pushesRows: true)),
            (SearchLimits(budget: Budget()), PlanOptions(stripes: .off)),
        ]
        for (limits, options) in cases {
            let search = NetworkSearch(space, limits: limits, options: options)
            let front = try search.run().front
            XCTAssertFalse(front.isEmpty)
            XCTAssertEqual(front, search.exhaustiveFront())
        }
    }

    /// What is left out on sight of one resolution's weights would be left out at the others.
    func testWeightsOfConvolutionsAreThoseOfAnyResolution() throws {
        let pools = ["strided", "max", "lip", "gem", "soft", "blur", "self-attentive(patch=2, restoration=bilinear)"]
        for pool in pools
        where pool == "strided" || OwnNotation.poolingNames.contains(String(pool.prefix { $0 != "(" })) {
            let space = SearchSpace(resolutions: [64, 96], widths: [0.35], pools: [pool], strides: ["1222121"])
            for group in Dictionary(grouping: space.candidates, by: \.network).values {
                let networks = try group.map { try space.network($0) }
                let bytes = networks.map { CandidateStudy.convolutionBytes($0) }
                XCTAssertEqual(Set(bytes).count, 1, pool)
                for (network, bytes) in zip(networks, bytes) {
                    let graph = try DeviceGraph(network)
                    XCTAssertLessThan(bytes, Footprint(least: graph, arena: 0, core: .cortexM4).weightsBytes, pool)
                }
            }
        }
    }

    func testRecommendations() throws {
        let attentive = "self-attentive(patch=2, restoration=subpixel)"
        let space = SearchSpace(
            resolutions: [32, 64, 96], widths: [0.25, 0.35], pools: ["strided", attentive],
            strides: ["1222121", "2222121"])
        let limits = SearchLimits(budget: Budget(sram: 32 << 10, flash: 600 << 10))
        let report = try NetworkSearch(space, limits: limits).run()
        let chosen = report.recommended
        XCTAssertEqual(Set(chosen.map(\.role)).count, chosen.count)
        XCTAssertEqual(Set(chosen.map(\.result.candidate)).count, chosen.count)
        func result(_ role: Recommendation.Role) -> SearchResult? { chosen.first { $0.role == role }?.result }
        XCTAssertEqual(result(.smallest)?.sramBytes, report.front.map(\.sramBytes).min())
        XCTAssertEqual(result(.largest)?.capacity, report.front.map(\.capacity).max())
        let good = 0.7 * (report.front.map(\.capacity).max() ?? 0)
        if let cheap = result(.cheapest) { XCTAssertGreaterThanOrEqual(cheap.capacity, good) }
        XCTAssertEqual(result(.selfAttentive)?.candidate.pool, attentive)

        // Held images of 96 pixels take 27 KiB of the 32; pushed ones a few rows.
        let pushed = try XCTUnwrap(chosen.first { $0.role == .pushedRows })
        XCTAssertTrue(pushed.pushesRows)
        XCTAssertEqual(pushed.result.candidate.resolution, 96)
        let plan = try PlanReport(
            try space.network(pushed.result.candidate), budget: limits.budget, options: PlanOptions(pushesRows: true))
        XCTAssertEqual(plan.peakSRAMBytes, pushed.result.sramBytes)
        XCTAssertEqual(plan.fits?.all, true)

        let network = pushed.result.candidate.network
        XCTAssertEqual(
            pushed.trainCommand(data: "my photos"),
            "sapool train --data 'my photos' --resolution 96 --output runs/pushed-rows --network '\(network)'")
        XCTAssertTrue(
            pushed.trainCommand(data: "it's", channels: 1).hasPrefix("sapool train --data 'it'\\''s' --channels 1 "))
        XCTAssertTrue(report.text().hasPrefix("Train first:\n\n1. smallest in SRAM: "), report.text())
        XCTAssertFalse(report.recommended.contains { $0.result.isPlanned == false })
    }

    /// A long front is shortened to a dozen, the recommended ones among them; all of it is there where it is asked for.
    func testAFewStandForTheFront() throws {
        let space = SearchSpace(
            resolutions: [32, 48, 64, 80], widths: [0.25, 0.35], pools: ["strided", "max"],
            strides: ["1222121", "2222121", "1122121", "1222111"])
        let report = try NetworkSearch(space, limits: SearchLimits(budget: Budget(sram: 96 << 10))).run()
        XCTAssertGreaterThan(report.front.count, 12)
        let recipe = report.recipe(epochs: 3)
        XCTAssertEqual(recipe.components(separatedBy: "  - name: ").count - 1, 12)
        for choice in report.recommended where !choice.pushesRows {
            XCTAssertTrue(
                recipe.contains("'\(choice.result.candidate.network), \(choice.result.candidate.resolution) px'"))
        }
        for pool in space.pools {
            XCTAssertGreaterThan(report.front.filter { $0.candidate.pool == pool }.count, 1)
        }
        XCTAssertTrue(
            report.text().hasSuffix("\n\(report.front.count - 12) more of the front are left out: --all prints them.\n")
        )
        XCTAssertGreaterThan(report.text(all: true).count, report.text().count)
        XCTAssertFalse(report.text(all: true).contains("--all"))
    }

    func testProgressBeginsAtOnceAndEnds() throws {
        let seen = Mutex<[NetworkSearch.Progress]>([])
        _ = try NetworkSearch(space, limits: SearchLimits(budget: Budget(sram: 64 << 10))).run { progress in
            seen.withLock { $0.append(progress) }
        }
        let all = seen.withLock { $0 }
        XCTAssertEqual(all.first, .counted(0, of: 24))
        XCTAssertTrue(all.contains(.counted(24, of: 24)))
        guard case .planned? = all.last else { return XCTFail("nothing was planned") }
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
        let work = message(SearchLimits(budget: Budget(), multiplyAccumulates: 1000))
        XCTAssertTrue(work.hasPrefix("none of the 24 networks keeps to 1,000 MACs: the smallest needs "), work)
        XCTAssertTrue(work.contains(" MACs of it are net."), work)
        let flash = message(SearchLimits(budget: Budget(flash: 1000)))
        XCTAssertTrue(flash.hasPrefix("none of the 24 networks keeps to 1000 B flash: the smallest needs "), flash)
        XCTAssertTrue(flash.hasSuffix(" flash of it are net.conv2.0's"), flash)
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
        var report = try NetworkSearch(space, limits: SearchLimits(budget: Budget(sram: 64 << 10))).run()
        report.data = "it's"
        let recipe = report.recipe(epochs: 3)
        let start = "data: 'it''s'\nepochs: 3\nchannels: 3\nseeds: [1]\ncells:\n  - name: 'mobilenet-v2("
        XCTAssertTrue(recipe.contains(start), recipe)
        for choice in report.recommended where !choice.pushesRows {
            let candidate = choice.result.candidate
            XCTAssertTrue(
                recipe.contains("\n    network: '\(candidate.network)'\n    resolution: \(candidate.resolution)\n"),
                recipe)
        }
        let picture = SearchDrawing(report).picture().description
        for result in report.front { XCTAssertTrue(picture.contains("<title>\(result.candidate.network), ")) }
        XCTAssertTrue(picture.contains("budget 64 KiB"))
    }
}
