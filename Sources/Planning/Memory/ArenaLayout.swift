import Lowering

/// Offsets for buffers of known lifetimes: a heuristic for dynamic storage allocation, which is NP-hard.
///
/// Buffers are placed one by one at the lowest offset that is free during their whole life. Several orders are tried
/// (by size, by the fullest step first, by size × lifetime, by lifetime, by time), then the best order is improved by moving
/// buffers in it, those at the top of the arena forward and others at random. It ends as soon as the lower bound is met; where it
/// is not, and few buffers decide, an exact search (`ExactLayout`) finds the optimum or proves that this is it.
///
/// The first two orders are those of Pisarchyk and Lee, *Efficient Memory Management for Deep Neural Net Inference* (2020).
package struct ArenaLayout: Sendable {
    /// One offset a buffer, each a multiple of the alignment.
    package private(set) var offsets: [Int]

    /// Size of the arena: where the highest buffer ends, aligned.
    package private(set) var bytes: Int

    /// The most that is alive in any step: no layout can be smaller.
    package let lowerBound: Int

    /// Whether no layout of these buffers can be smaller: it meets the lower bound, or all others were tried.
    package private(set) var isOptimal = false

    private let sizes: [Int]
    private let neighbours: [[Neighbour]]

    /// A buffer that lives at the same time, and how far apart the two have to start.
    struct Neighbour {
        let index: Int
        /// How far above this buffer the other has to start where it lies above it.
        let above: Int
        /// How far below this buffer the other has to start where it lies below it.
        let below: Int
    }

    /// Two buffers that live in the same steps and may nevertheless share bytes.
    package struct Sharing: Sendable, Hashable {
        /// The buffer that may lie lower, and reach into the other.
        package let lower: Int
        package let upper: Int
        /// How far above the lower one the upper one has to start at least; nil where they are never alive in the same pass and may
        /// lie anywhere.
        package let distance: Int?

        package init(lower: Int, upper: Int, distance: Int?) {
            self.lower = lower
            self.upper = upper
            self.distance = distance
        }
    }

    /// Most pairs of coexisting buffers, and most buffers summed over steps: 1000 times what any real network has.
    private static let limit = 10_000_000

    /// Places `buffers` over `steps` steps.
    ///
    /// - Parameters:
    ///   - sharings: pairs that live in the same steps and need not lie apart.
    ///   - lowerBound: what is alive in the fullest moment; the fullest step's sum of sizes where left out.
    ///   - rounds: most rounds of improvement.
    /// - Throws: `PlanningError` where thousands of values are alive at once.
    package init(
        _ buffers: [Buffer], steps: Int, alignment: Int, sharings: [Sharing] = [], lowerBound: Int? = nil,
        rounds: Int = 1000
    ) throws(PlanningError) {
        try Self.check(buffers, steps: steps)
        sizes = buffers.map { $0.alignedBytes(alignment) }
        var alive = [[Int]](repeating: [], count: steps)
        for (index, buffer) in buffers.enumerated() {
            for step in buffer.first...buffer.last { alive[step].append(index) }
        }
        let sizes = sizes
        let liveBytes = alive.map { $0.reduce(0) { $0 + sizes[$1] } }
        self.lowerBound = lowerBound ?? liveBytes.max() ?? 0
        neighbours = Self.neighbours(buffers, sizes: sizes, sharings: sharings, alignment: alignment)
        offsets = [Int](repeating: 0, count: buffers.count)
        bytes = Int.max

        var best: [Int] = []
        for order in Self.orders(buffers, sizes: sizes, alive: alive, liveBytes: liveBytes) {
            let previous = bytes
            keep(place(order))
            if bytes < previous { best = order }
            if bytes == self.lowerBound { break }
        }
        improve(best, rounds: rounds)
        isOptimal = bytes == self.lowerBound
        if !isOptimal, rounds > 0 { searchExactly(alignment) }
    }

    private mutating func searchExactly(_ alignment: Int) {
        guard
            let search = ExactLayout(
                sizes: sizes, neighbours: neighbours, alignment: alignment, lowerBound: lowerBound, bytes: bytes)
        else { return }
        isOptimal = search.isExhaustive
        guard var best = search.best else { return }
        var taken: [BlockedRange] = []
        for index in search.aside { best[index] = Self.lowestFree(beside: neighbours[index], best, from: 0, &taken) }
        keep((best, best.indices.map { best[$0] + sizes[$0] }.max() ?? 0))
    }

    private static func check(_ buffers: [Buffer], steps: Int) throws(PlanningError) {
        var changes = [Int](repeating: 0, count: steps + 1)
        var total = 0
        for buffer in buffers {
            changes[buffer.first] += 1
            changes[buffer.last + 1] -= 1
            total += buffer.last - buffer.first + 1
        }
        var (alive, most) = (0, 0)
        for change in changes {
            alive += change
            most = max(most, alive)
        }
        guard total <= limit, most <= limit / max(1, buffers.count) || most <= 1000 else {
            throw PlanningError(
                "the network keeps up to \(most) values alive at once, too many to plan: let values be read sooner after they are "
                    + "computed")
        }
    }

    /// For each buffer those that may not lie just anywhere beside it.
    private static func neighbours(
        _ buffers: [Buffer], sizes: [Int], sharings: [Sharing], alignment: Int
    ) -> [[Neighbour]] {
        struct Pair: Hashable { let lower, upper: Int }
        var distances: [Pair: Int?] = [:]
        for sharing in sharings {
            let distance = sharing.distance.map {
                min(($0 + alignment - 1) / alignment * alignment, sizes[sharing.lower])
            }
            distances.updateValue(distance, forKey: Pair(lower: sharing.lower, upper: sharing.upper))
            if distance == nil { distances.updateValue(nil, forKey: Pair(lower: sharing.upper, upper: sharing.lower)) }
        }
        let byTime = buffers.indices.sorted { (buffers[$0].first, $0) < (buffers[$1].first, $1) }
        var neighbours = [[Neighbour]](repeating: [], count: buffers.count)
        var open: [Int] = []
        for index in byTime {
            open.removeAll { buffers[$0].last < buffers[index].first }
            for other in open {
                let (up, down) = (
                    distances[Pair(lower: index, upper: other)] ?? sizes[index],
                    distances[Pair(lower: other, upper: index)] ?? sizes[other]
                )
                guard let up, let down else { continue }
                neighbours[index].append(Neighbour(index: other, above: up, below: down))
                neighbours[other].append(Neighbour(index: index, above: down, below: up))
            }
            open.append(index)
        }
        return neighbours
    }

    private static func orders(
        _ buffers: [Buffer], sizes: [Int], alive: [[Int]], liveBytes: [Int]
    ) -> [[Int]] {
        func sorted(_ key: (Int) -> (Int, Int)) -> [Int] {
            let keys = buffers.indices.map(key)
            return buffers.indices.sorted { (keys[$0].0, keys[$0].1, $0) < (keys[$1].0, keys[$1].1, $1) }
        }
        func life(_ index: Int) -> Int { buffers[index].last - buffers[index].first + 1 }
        var byBreadth: [Int] = []
        var isTaken = [Bool](repeating: false, count: buffers.count)
        for step in liveBytes.indices.sorted(by: { (-liveBytes[$0], $0) < (-liveBytes[$1], $1) }) {
            for index in alive[step].sorted(by: { (-sizes[$0], $0) < (-sizes[$1], $1) }) where !isTaken[index] {
                isTaken[index] = true
                byBreadth.append(index)
            }
        }
        return [
            sorted { (-sizes[$0], -life($0)) },
            byBreadth,
            sorted { (-sizes[$0] * life($0), -sizes[$0]) },
            sorted { (-life($0), -sizes[$0]) },
            sorted { (buffers[$0].first, -sizes[$0]) },
            // Maps that follow each other downwards: the last has to be the lowest.
            sorted { (-buffers[$0].last, -sizes[$0]) },
            sorted { (-buffers[$0].first, -sizes[$0]) },
        ]
    }

    /// Places buffers in an order, each at the lowest offset that is free.
    private func place(_ order: [Int]) -> (offsets: [Int], bytes: Int) {
        var offsets = [Int](repeating: -1, count: sizes.count)
        var bytes = 0
        var taken: [BlockedRange] = []
        for index in order {
            offsets[index] = Self.lowestFree(beside: neighbours[index], offsets, from: 0, &taken)
            bytes = max(bytes, offsets[index] + sizes[index])
        }
        return (offsets, bytes)
    }

    /// Where a buffer may not start: between the two, neither included.
    typealias BlockedRange = (start: Int, end: Int)

    /// The lowest offset from `floor` on that is free beside those neighbours that have offsets (all but −1); `taken` is working memory.
    static func lowestFree(
        beside neighbours: [Neighbour], _ offsets: [Int], from floor: Int, _ taken: inout [BlockedRange]
    ) -> Int {
        taken.removeAll(keepingCapacity: true)
        for other in neighbours where offsets[other.index] >= 0 {
            let start = offsets[other.index]
            taken.append((start - other.above, start + other.below))
        }
        taken.sort { $0.start < $1.start }
        var offset = floor
        for range in taken {
            if offset <= range.start { break }
            offset = max(offset, range.end)
        }
        return offset
    }

    private mutating func keep(_ candidate: (offsets: [Int], bytes: Int)) {
        if candidate.bytes < bytes { (offsets, bytes) = candidate }
    }

    /// Moves buffers that reach the top, or others chosen at random, to other places in the order, and keeps what is no worse.
    private mutating func improve(_ start: [Int], rounds: Int) {
        // About ten milliseconds, whatever the number of buffers.
        let work = sizes.count + neighbours.reduce(0) { $0 + $1.count }
        var order = start
        var current = (offsets: offsets, bytes: bytes)
        var generator = SplitMix(state: 1)
        for round in 0..<min(rounds, 500_000 / max(1, work)) where bytes > lowerBound {
            let top = order.indices.filter { position in
                let index = order[position]
                return current.offsets[index] + sizes[index] == current.bytes && position > 0
            }
            var candidate = order
            if round % 2 == 0, !top.isEmpty {
                let position = top[generator.next(below: top.count)]
                candidate.insert(candidate.remove(at: position), at: generator.next(below: position))
            } else {
                let moved = candidate.remove(at: generator.next(below: candidate.count))
                candidate.insert(moved, at: generator.next(below: order.count))
            }
            let placed = place(candidate)
            if placed.bytes <= current.bytes {
                (order, current) = (candidate, placed)
                keep(placed)
            }
        }
    }
}

/// Steele, Lea and Flood's SplitMix64 (2014): the same numbers on every machine, so that plans are the same as well.
private struct SplitMix {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
