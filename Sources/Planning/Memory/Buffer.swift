/// A range of the arena that holds one thing from one step to another.
public struct Buffer: Sendable, Hashable, Codable {
    /// What a buffer is for.
    public enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        /// The image, whole or as rows that arrive.
        case input
        /// The whole output of a step.
        case activation
        /// As many rows of a step's output as a chain needs at once: row r lies in place r mod `rows`.
        case lines
        /// What one operation needs while it runs.
        case scratch
    }

    /// The node that fills it first; scratch adds what it is, `multihead_attn.scores`.
    public let name: String
    /// What it is for.
    public let role: Role
    /// Size in bytes, before alignment.
    public let bytes: Int
    /// Rows that it has room for, of equal size; 1 for vectors and scratch.
    public let rows: Int
    /// The step that fills it, counted from 0; of a chain, its first step.
    public package(set) var first: Int
    /// The last step that reads or writes it; alive in this step, too. Of a chain, its last step.
    public package(set) var last: Int
    /// Where it starts in the arena, in bytes.
    public package(set) var offset: Int

    /// A buffer by its parts.
    public init(name: String, role: Role, bytes: Int, rows: Int = 1, first: Int, last: Int, offset: Int = 0) {
        self.name = name
        self.role = role
        self.bytes = bytes
        self.rows = rows
        self.first = first
        self.last = last
        self.offset = offset
    }

    /// Bytes of one row.
    public var rowBytes: Int { bytes / max(1, rows) }

    /// Whether there is a step in which both hold something.
    public func coexists(with other: Buffer) -> Bool { first <= other.last && other.first <= last }

    /// Size rounded up to a multiple of `alignment`: what it takes of the arena.
    public func alignedBytes(_ alignment: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }
}

extension Buffer {
    private enum CodingKeys: String, CodingKey {
        case name, role, bytes, rows, first, last, offset
        case rowBytes = "row_bytes"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        role = try container.decode(Role.self, forKey: .role)
        bytes = try container.decode(Int.self, forKey: .bytes)
        rows = try container.decode(Int.self, forKey: .rows)
        first = try container.decode(Int.self, forKey: .first)
        last = try container.decode(Int.self, forKey: .last)
        offset = try container.decode(Int.self, forKey: .offset)
    }

    /// Writes `row_bytes` as well, which follows, so that whoever runs a plan need not divide.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(role, forKey: .role)
        try container.encode(bytes, forKey: .bytes)
        try container.encode(rows, forKey: .rows)
        try container.encode(rowBytes, forKey: .rowBytes)
        try container.encode(first, forKey: .first)
        try container.encode(last, forKey: .last)
        try container.encode(offset, forKey: .offset)
    }
}
