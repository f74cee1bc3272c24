import Foundation

extension SearchReport {
    /// Most rows of a shortened table, and most cells of a recipe.
    package static let fewest = 12

    /// A few networks that stand for the front, in its order: the recommended ones, then of each pooling method in
    /// turn the one farthest
    /// from those taken already. Distance is in powers of two of memory, work and capacity; networks with less than a
    /// quarter of their
    /// method's capacity are left out, as they are seldom worth training.
    package func spread(most: Int = fewest) -> [SearchResult] {
        var taken = front.indices.filter { index in
            recommended.contains { !$0.pushesRows && $0.result.candidate == front[index].candidate }
        }
        let pools = space.pools.map { pool in
            let own = front.indices.filter { front[$0].candidate.pool == pool }
            let largest = own.map { front[$0].capacity }.max() ?? 0
            return own.filter { front[$0].capacity * 4 >= largest }
        }
        while taken.count < most {
            let before = taken.count
            for own in pools where taken.count < most {
                let others = taken.filter { front[$0].candidate.pool == own.first.map { front[$0].candidate.pool } }
                let next = own.filter { !taken.contains($0) }.max { gap($0, others) < gap($1, others) }
                if let next { taken.append(next) }
            }
            if taken.count == before { break }
        }
        return taken.sorted().map { front[$0] }
    }

    /// How far a network is from the nearest of others; where there is none, the more the larger its capacity.
    private func gap(_ index: Int, _ others: [Int]) -> Double {
        func place(_ result: SearchResult) -> [Double] {
            [Double(result.sramBytes), Double(result.multiplyAccumulates), result.capacity].map { log2(max(1, $0)) }
        }
        let own = place(front[index])
        let distances = others.map { other in
            zip(own, place(front[other])).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        return distances.min() ?? own[2]
    }
}
