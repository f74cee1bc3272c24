import Planning
import XCTest

/// The exact search against trying every offset of every buffer.
final class ExactLayoutTests: XCTestCase {
    private struct Problem {
        var buffers: [Buffer]
        var sharings: [ArenaLayout.Sharing]
    }

    private func problem(_ random: inout TestGenerator) -> Problem {
        let buffers = (0..<4).map { index in
            let first = Int.random(in: 0..<4, using: &random)
            return Buffer(
                name: "\(index)", role: .activation, bytes: Int.random(in: 1...4, using: &random), first: first,
                last: min(3, first + Int.random(in: 0...2, using: &random)))
        }
        var sharings: [ArenaLayout.Sharing] = []
        for lower in buffers.indices {
            for upper in buffers.indices where upper != lower && Int.random(in: 0..<6, using: &random) == 0 {
                let distance = Int.random(in: 0..<buffers[lower].bytes, using: &random)
                sharings.append(ArenaLayout.Sharing(lower: lower, upper: upper, distance: distance))
            }
        }
        return Problem(buffers: buffers, sharings: sharings)
    }

    private func isValid(_ offsets: [Int], _ problem: Problem) -> Bool {
        for a in offsets.indices {
            for b in offsets.indices.dropFirst(a + 1) {
                guard problem.buffers[a].coexists(with: problem.buffers[b]) else { continue }
                func below(_ lower: Int, _ upper: Int) -> Bool {
                    let sharing = problem.sharings.last { $0.lower == lower && $0.upper == upper }
                    return offsets[upper] - offsets[lower] >= sharing?.distance ?? problem.buffers[lower].bytes
                }
                if !below(a, b), !below(b, a) { return false }
            }
        }
        return true
    }

    private func smallest(_ problem: Problem) -> Int {
        var best = Int.max
        func place(_ offsets: [Int]) {
            if offsets.count == problem.buffers.count {
                guard isValid(offsets, problem) else { return }
                best = min(best, zip(offsets, problem.buffers).map { $0 + $1.bytes }.max() ?? 0)
                return
            }
            for offset in 0...12 where offset + problem.buffers[offsets.count].bytes < best {
                place(offsets + [offset])
            }
        }
        place([])
        return best
    }

    func testFindsTheOptimum() throws {
        var random = TestGenerator(seed: 21)
        for round in 0..<400 {
            let problem = problem(&random)
            // With 0 as the bound nothing but the search itself can prove an optimum.
            let layout = try ArenaLayout(
                problem.buffers, steps: 4, alignment: 1, sharings: problem.sharings, lowerBound: 0, rounds: 1)
            XCTAssertTrue(layout.isOptimal, "round \(round)")
            XCTAssertEqual(layout.bytes, smallest(problem), "round \(round)")
            XCTAssertTrue(isValid(layout.offsets, problem), "round \(round)")
        }
    }

    /// Without improvement in rounds there is no search either, and nothing is claimed.
    func testClaimsNothingWithoutASearch() throws {
        var random = TestGenerator(seed: 2)
        let problem = problem(&random)
        let layout = try ArenaLayout(problem.buffers, steps: 4, alignment: 1, lowerBound: 0, rounds: 0)
        XCTAssertFalse(layout.isOptimal)
    }
}
