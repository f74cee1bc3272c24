/// The exact search for small layouts: branch and bound over the order of buffers from the bottom up.
///
/// Every layout can be pushed down until each buffer lies at the lowest offset that those below it leave free, so that it is enough
/// to try orders by ascending offset. A branch ends where some buffer that is still to come would end no lower than the
/// best layout's top. Buffers that always find a gap, however their neighbours lie, are set aside first and placed at the end; what
/// remains of most networks is the few buffers around the peak.
struct ExactLayout {
    private let sizes: [Int]
    private let neighbours: [[ArenaLayout.Neighbour]]
    private let members: [Int]
    private var remaining: Int
    private var offsets: [Int]
    private var top: Int
    private let lowerBound: Int
    private var taken: [ArenaLayout.BlockedRange] = []

    /// The best offsets found for the buffers of the search; nil where none beat `bytes`.
    private(set) var best: [Int]?
    /// Whether every layout was looked at.
    private(set) var isExhaustive = true
    /// Those that were set aside, in the order in which they have to be placed.
    let aside: [Int]

    /// Most buffers that are searched, and most placements that are tried: some milliseconds.
    private static let mostMembers = 28
    private static let mostPlacements = 20_000

    /// Searches for a layout below `bytes`; nil where too many buffers have to be searched.
    init?(sizes: [Int], neighbours: [[ArenaLayout.Neighbour]], alignment: Int, lowerBound: Int, bytes: Int) {
        self.sizes = sizes
        self.neighbours = neighbours
        self.lowerBound = lowerBound
        let (members, aside) = Self.setAside(sizes, neighbours, alignment, lowerBound)
        guard members.count <= Self.mostMembers else { return nil }
        self.members = members
        self.aside = aside
        remaining = Self.mostPlacements
        offsets = [Int](repeating: -1, count: sizes.count)
        top = bytes
        search(members, above: 0)
    }

    /// A buffer of s bytes finds a gap among k neighbours in an arena of the lower bound's size where what they leave free is more than
    /// k + 1 gaps of s − alignment bytes.
    private static func setAside(
        _ sizes: [Int], _ neighbours: [[ArenaLayout.Neighbour]], _ alignment: Int, _ lowerBound: Int
    ) -> (members: [Int], aside: [Int]) {
        var isAside = sizes.map { $0 == 0 }
        var counts = neighbours.map { $0.filter { !isAside[$0.index] }.count }
        var sums = neighbours.map { $0.reduce(0) { $0 + sizes[$1.index] } }
        var aside = sizes.indices.filter { isAside[$0] }
        var isChanged = true
        while isChanged {
            isChanged = false
            for index in sizes.indices where !isAside[index] {
                guard lowerBound - sums[index] > (counts[index] + 1) * (sizes[index] - alignment) else { continue }
                isAside[index] = true
                isChanged = true
                aside.append(index)
                for other in neighbours[index] {
                    counts[other.index] -= 1
                    sums[other.index] -= sizes[index]
                }
            }
        }
        return (sizes.indices.filter { !isAside[$0] }, aside.reversed())
    }

    /// Places the next buffer, at `floor` or above.
    private mutating func search(_ open: [Int], above floor: Int) {
        guard !open.isEmpty else {
            best = offsets
            top = members.map { offsets[$0] + sizes[$0] }.max() ?? 0
            return
        }
        var choices: [(index: Int, offset: Int)] = []
        for index in open {
            let offset = ArenaLayout.lowestFree(beside: neighbours[index], offsets, from: floor, &taken)
            // It can only come to lie higher when others are placed.
            guard offset + sizes[index] < top else { return }
            choices.append((index, offset))
        }
        choices.sort { ($0.offset, -sizes[$0.index], $0.index) < ($1.offset, -sizes[$1.index], $1.index) }
        for choice in choices {
            guard remaining > 0 else {
                isExhaustive = false
                return
            }
            guard choice.offset + sizes[choice.index] < top, top > lowerBound else { return }
            remaining -= 1
            offsets[choice.index] = choice.offset
            search(open.filter { $0 != choice.index }, above: choice.offset)
            offsets[choice.index] = -1
        }
    }
}
