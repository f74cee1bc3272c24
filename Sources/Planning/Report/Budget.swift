import Reporting

/// The memory of a device, in bytes; nil where it does not matter.
public struct Budget: Sendable, Hashable {
    /// Read-write memory.
    public var sram: Int?
    /// Read-only memory, for weights and code.
    public var flash: Int?
    /// What of the read-write memory is for others than the network.
    public var reserved: Int
    /// What of it is for the stack.
    public var stack: Int

    /// A budget, for example `Budget(sram: 256 << 10, flash: 1 << 20)`.
    public init(sram: Int? = nil, flash: Int? = nil, reserved: Int = 0, stack: Int = Footprint.stack) {
        self.sram = sram
        self.flash = flash
        // More than any device has is as good as all of it, and can be added to.
        self.reserved = min(max(0, reserved), 1 << 50)
        self.stack = min(max(0, stack), 1 << 50)
    }

    /// Whether there is nothing to keep to.
    public var isEmpty: Bool { sram == nil && flash == nil }
}

/// Whether a network keeps to a budget.
public struct Verdict: Sendable, Hashable, Codable {
    /// Whether it does.
    public let fits: Bool
    /// What it needs, in bytes.
    public let neededBytes: Int
    /// What there is, in bytes.
    public let budgetBytes: Int
    /// In words, for example `fits: 118.1 KiB of 256 KiB SRAM`.
    public let sentence: String

    /// Compares what is needed with what there is.
    ///
    /// - Parameters:
    ///   - memory: its name, for the sentence: `SRAM` or `flash`.
    ///   - cause: what to look at where it does not fit, added to the sentence.
    package init(needed: Int, budget: Int, memory: String, cause: String) {
        fits = needed <= budget
        neededBytes = needed
        budgetBytes = budget
        if fits {
            sentence = "fits: \(ByteSize.text(needed)) of \(ByteSize.text(budget)) \(memory)"
        } else {
            sentence =
                "does not fit: needs \(ByteSize.text(needed)) \(memory), \(ByteSize.text(needed - budget)) more than "
                + "\(ByteSize.text(budget)); \(cause)"
        }
    }

    /// Of a network that cannot run, whatever there is.
    package init(missing sentence: String, needed: Int, budget: Int) {
        fits = false
        neededBytes = needed
        budgetBytes = budget
        self.sentence = "does not fit: \(sentence)"
    }

    private enum CodingKeys: String, CodingKey {
        case fits, sentence
        case neededBytes = "needed_bytes"
        case budgetBytes = "budget_bytes"
    }
}
