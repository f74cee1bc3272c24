/// The surest of all that a detector claims to see, in memory for a fixed number: a heap whose root is the least sure.
///
/// A candidate is one number, its score above its place: (score << 32) + (2³² − 1 − place). Larger is surer, and of equal scores the one
/// that comes first.
struct Candidates {
    private let memory: UnsafeMutablePointer<UInt64>
    private let capacity: Int
    private(set) var count = 0

    @inline(__always)
    init(_ memory: UnsafeMutablePointer<UInt64>, capacity: Int) {
        self.memory = memory
        self.capacity = capacity
    }

    /// Takes a candidate, and forgets the least sure where there is no more room.
    ///
    /// - Parameters:
    ///   - score: 0 … 65 535.
    ///   - place: where it comes in the order of grids, cells, anchors and classes.
    mutating func add(score: UInt32, place: UInt32) {
        let candidate = UInt64(score) &<< 32 | UInt64(UInt32.max &- place)
        guard count == capacity else {
            var index = count
            count = count &+ 1
            while index > 0 {
                let parent = (index &- 1) &>> 1
                guard memory[parent] > candidate else { break }
                memory[index] = memory[parent]
                index = parent
            }
            memory[index] = candidate
            return
        }
        if count > 0, candidate > memory[0] { sink(candidate, below: count) }
    }

    /// Puts a candidate where the root was, and from there to its place.
    private func sink(_ candidate: UInt64, below count: Int) {
        var index = 0
        while true {
            var child = 2 &* index &+ 1
            guard child < count else { break }
            if child &+ 1 < count, memory[child &+ 1] < memory[child] { child = child &+ 1 }
            guard memory[child] < candidate else { break }
            memory[index] = memory[child]
            index = child
        }
        memory[index] = candidate
    }

    /// Brings them into their order, the surest first. Nothing may be added then.
    func sort() {
        var left = count
        while left > 1 {
            left = left &- 1
            let last = memory[left]
            memory[left] = memory[0]
            sink(last, below: left)
        }
    }

    @inline(__always)
    subscript(index: Int) -> (score: UInt16, place: UInt32) {
        let candidate = memory[index]
        return (
            UInt16(truncatingIfNeeded: candidate &>> 32), UInt32.max &- UInt32(truncatingIfNeeded: candidate)
        )
    }
}
