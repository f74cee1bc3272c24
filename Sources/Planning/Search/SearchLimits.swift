/// What networks of a search have to keep to.
public struct SearchLimits: Sendable, Hashable {
    /// SRAM, flash and what is reserved of the SRAM.
    public var budget: Budget
    /// Most multiply-accumulates of an image.
    public var multiplyAccumulates: Int?

    /// Limits by their values.
    public init(budget: Budget, multiplyAccumulates: Int? = nil) {
        self.budget = budget
        self.multiplyAccumulates = multiplyAccumulates
    }
}

/// What a search knows of one network.
public struct SearchResult: Sendable, Hashable, Codable {
    public let candidate: SearchSpace.Candidate
    /// All that firmware takes of SRAM and what is reserved; a lower bound until the network was planned.
    public internal(set) var sramBytes: Int
    /// All that it takes of flash; a lower bound likewise.
    public internal(set) var flashBytes: Int
    public let multiplyAccumulates: Int
    public let parameters: Int
    /// Sum over the layers of parameters · (1 + log₂ of the positions at which they are applied).
    ///
    /// More weights and finer maps both help a network, the latter with diminishing returns. It orders networks of
    /// one family; it is
    /// no accuracy, and says nothing of what a pooling method is worth.
    public let capacity: Double
    /// Whether `sramBytes` and `flashBytes` are what a plan takes.
    public internal(set) var isPlanned = false
    /// The fullest step, once planned.
    public internal(set) var peak = ""

    private enum CodingKeys: String, CodingKey {
        case candidate, parameters, capacity, peak
        case sramBytes = "peak_sram_bytes"
        case flashBytes = "flash_bytes"
        case multiplyAccumulates = "macs"
        case isPlanned = "is_planned"
    }

    /// How much of a limited thing it takes.
    func amount(_ limit: NetworkSearch.Limit) -> Int {
        switch limit {
        case .flash: flashBytes
        case .macs: multiplyAccumulates
        case .sram: sramBytes
        }
    }

    /// Whether this one is at least as good in everything, and better in something.
    func dominates(_ other: SearchResult) -> Bool {
        guard sramBytes <= other.sramBytes, multiplyAccumulates <= other.multiplyAccumulates, capacity >= other.capacity
        else { return false }
        return sramBytes < other.sramBytes || multiplyAccumulates < other.multiplyAccumulates
            || capacity > other.capacity
    }
}
