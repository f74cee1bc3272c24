import Datasets
import XCTest

final class RandomTests: XCTestCase {
    /// A change here changes every training run: the numbers are part of what a seed means.
    func testSequencesStayAsTheyAre() {
        var generator = SampleGenerator(seed: 1, epoch: 2, index: 3)
        let first = (0..<3).map { _ in generator.next() }
        XCTAssertEqual(first, Self.reference(seed: 1, words: [1, 2, 3], count: 3))
        XCTAssertEqual(first, [0x8389_5f2e_7745_dd5e, 0xe00c_62d2_6f51_0b46, 0x2422_505f_be38_49af])
    }

    /// SplitMix64, written down a second time from its definition.
    private static func reference(seed: UInt64, words: [UInt64], count: Int) -> [UInt64] {
        func splitMix(_ state: inout UInt64) -> UInt64 {
            state = state &+ 0x9e3779b97f4a7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58476d1ce4e5b9
            z = (z ^ (z >> 27)) &* 0x94d049bb133111eb
            return z ^ (z >> 31)
        }
        var state = seed
        state = splitMix(&state)
        for word in words {
            var mixed = state ^ word
            state = splitMix(&mixed)
        }
        return (0..<count).map { _ in splitMix(&state) }
    }

    func testNeighboursDiffer() {
        var seen: Set<UInt64> = []
        for seed in 0..<10 {
            for epoch in 0..<10 {
                for index in 0..<100 {
                    var generator = SampleGenerator(seed: UInt64(seed), epoch: epoch, index: index)
                    seen.insert(generator.next())
                }
            }
        }
        XCTAssertEqual(seen.count, 10 * 10 * 100)
    }

    func testUniformNumbersAreUniform() {
        var generator = SampleGenerator(seed: 7, epoch: 0, index: 0)
        var counts = [Int](repeating: 0, count: 6)
        for _ in 0..<60000 { counts[generator.uniform(below: 6)] += 1 }
        for count in counts { XCTAssertEqual(Double(count), 10000, accuracy: 400) }
        let mean = (0..<10000).reduce(0.0) { sum, _ in sum + generator.uniform(in: 2...4) } / 10000
        XCTAssertEqual(mean, 3, accuracy: 0.03)
    }

    func testShuffleReachesEveryOrder() {
        var orders: [[Int]: Int] = [:]
        for index in 0..<6000 {
            var generator = SampleGenerator(seed: 0, epoch: 0, index: index)
            var elements = [0, 1, 2]
            generator.shuffle(&elements)
            orders[elements, default: 0] += 1
        }
        XCTAssertEqual(orders.count, 6)
        for count in orders.values { XCTAssertEqual(Double(count), 1000, accuracy: 150) }
    }
}
