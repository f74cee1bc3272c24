/// The results that no other one dominates.
enum ParetoFront {
    /// Their indices; of equal results the first.
    ///
    /// Sorted by memory first, so that only what was kept before can dominate a result: close to n · front comparisons.
    static func indices(of results: [SearchResult]) -> [Int] {
        let order = results.indices.sorted { a, b in
            let (left, right) = (results[a], results[b])
            if left.sramBytes != right.sramBytes { return left.sramBytes < right.sramBytes }
            if left.multiplyAccumulates != right.multiplyAccumulates {
                return left.multiplyAccumulates < right.multiplyAccumulates
            }
            return left.capacity != right.capacity ? left.capacity > right.capacity : a < b
        }
        var front: [Int] = []
        for index in order {
            let isBeaten = front.contains { known in
                results[known].dominates(results[index])
                    || (results[known].sramBytes == results[index].sramBytes
                        && results[known].multiplyAccumulates == results[index].multiplyAccumulates
                        && results[known].capacity == results[index].capacity)
            }
            if !isBeaten { front.append(index) }
        }
        return front.sorted()
    }
}
