import XCTest

import Fitting

final class CandidateListTests: XCTestCase {
    func testPoolingsTakeTurns() {
        // Of each pooling method a large network, one of nearly its work, and a small one.
        var all: [FitCandidate] = []
        for pool in ["strided", "max", "self-attentive(patch=2)"] {
            for (work, parameters) in [(1000, 50), (900, 60), (400, 40), (150, 30)] {
                var one = candidate("")
                (one.pool, one.multiplyAccumulates, one.parameters) = (pool, work, parameters)
                all.append(one)
            }
        }
        let chosen = CandidateList.chosen(all, 7)
        XCTAssertEqual(
            chosen.map { "\($0.pool.prefix(4)) \($0.multiplyAccumulates)" },
            ["stri 900", "max 900", "self 900", "stri 400", "max 400", "self 400", "stri 150"])
        XCTAssertEqual(chosen.map(\.name)[..<2], ["01-plain-cnn-strided-16", "02-plain-cnn-max-16"])
        XCTAssertEqual(chosen[2].name, "03-plain-cnn-self-attentive-16")
        XCTAssertEqual(CandidateList.chosen(all, 100).count, 9)
    }

    /// In the place of a network that trains too slowly comes a smaller one of its kind, under its number.
    func testEachHasSmallerOnesOfItsKind() {
        var all: [FitCandidate] = []
        for (pool, works) in [("strided", [1000, 400, 150, 60]), ("max", [900, 20])] {
            for work in works {
                var one = candidate("")
                (one.pool, one.multiplyAccumulates, one.parameters) = (pool, work, 50)
                all.append(one)
            }
        }
        let chosen = CandidateList.chosen(all, 3)
        XCTAssertEqual(chosen.map(\.multiplyAccumulates), [1000, 900, 400])
        let smaller = CandidateList.smaller(all, than: chosen)
        XCTAssertEqual(smaller["01-plain-cnn-strided-16"]?.map(\.multiplyAccumulates), [150, 60])
        XCTAssertEqual(smaller["03-plain-cnn-strided-16"]?.map(\.multiplyAccumulates), [150, 60])
        XCTAssertEqual(smaller["02-plain-cnn-max-16"]?.map(\.multiplyAccumulates), [20])
        XCTAssertEqual(
            smaller["03-plain-cnn-strided-16"]?.map(\.name), Array(repeating: "03-plain-cnn-strided-16", count: 2))
    }

    func testSidesOfTheImage() {
        XCTAssertEqual(CandidateList.resolutions(side: 28), [28])
        XCTAssertEqual(CandidateList.resolutions(side: 64), [64, 32])
        XCTAssertEqual(CandidateList.resolutions(side: 160), [64, 96, 128, 160])
        XCTAssertEqual(CandidateList.resolutions(side: 4000), [96, 128, 160, 192, 224])
    }

    func testCandidatesKeepToTheBudget() throws {
        let budget = FitBudget(sram: 16 << 10, flash: 64 << 10)
        let list = try CandidateList(budget, side: 16, channels: 3, classes: 2)
        XCTAssertGreaterThan(list.candidates.count, 3)
        for one in list.candidates { XCTAssertNil(one.excess(of: budget), one.name) }
        XCTAssertEqual(Set(list.candidates.map(\.name)).count, list.candidates.count)
        XCTAssertTrue(list.candidates.contains { $0.pool.hasPrefix("self-attentive") })
        XCTAssertThrowsError(
            try CandidateList(FitBudget(sram: 4 << 10, flash: 4 << 10), side: 16, channels: 3, classes: 2))
    }

    func testABudgetOfWork() {
        var budget = FitBudget(sram: 1 << 20, flash: 1 << 20)
        var one = candidate("a")
        one.multiplyAccumulates = 1000
        one.estimatedCycles = 7000
        XCTAssertNil(one.excess(of: budget))
        budget.multiplyAccumulates = 999
        XCTAssertEqual(one.excess(of: budget), "1,000 multiply-accumulates")
        (budget.multiplyAccumulates, budget.cycles) = (nil, 6999)
        XCTAssertEqual(one.excess(of: budget), "7,000 estimated cycles")
        budget.cycles = 7000
        XCTAssertNil(one.excess(of: budget))
    }
}
