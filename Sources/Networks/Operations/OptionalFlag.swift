/// A flag that JSON may leave out and that is written only where it is set, so that files from before it existed still read.
@propertyWrapper
public struct OptionalFlag: Sendable, Hashable, Codable {
    public var wrappedValue: Bool

    /// A flag that is not set, or one that is.
    public init(wrappedValue: Bool = false) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws {
        wrappedValue = try decoder.singleValueContainer().decode(Bool.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}

// The synthesised coding of a struct with such flags finds these.

extension KeyedDecodingContainer {
    /// An absent flag is not set.
    func decode(_ type: OptionalFlag.Type, forKey key: Key) throws -> OptionalFlag {
        try decodeIfPresent(type, forKey: key) ?? OptionalFlag()
    }
}

extension KeyedEncodingContainer {
    /// A flag that is not set is not written.
    mutating func encode(_ flag: OptionalFlag, forKey key: Key) throws {
        if flag.wrappedValue { try encode(true, forKey: key) }
    }
}
