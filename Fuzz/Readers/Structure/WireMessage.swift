/// A protobuf message as its fields in order, without knowing what they mean.
struct WireMessage {
    /// What a field holds.
    enum Value {
        case number(UInt64)
        case word(UInt32)
        case longWord(UInt64)
        case bytes([UInt8])
        /// Numbers in one field, as lists of them are written.
        case numbers([UInt64])
        case message(WireMessage)
    }

    /// What the fields of one kind of message hold beyond bytes: other messages, or lists of numbers.
    final class Schema: Sendable {
        let messages: [Int: Schema]
        let lists: Set<Int>

        init(_ messages: [Int: Schema] = [:], lists: Set<Int> = []) {
            self.messages = messages
            self.lists = lists
        }
    }

    var fields: [(number: Int, value: Value)] = []

    /// No fields yet.
    init() {}

    /// The fields of some bytes; nil where they are no message.
    init?(_ bytes: [UInt8], _ schema: Schema) {
        var place = 0
        while place < bytes.count {
            guard let tag = Self.number(bytes, &place), tag >> 3 != 0, tag >> 3 < 1 << 29 else { return nil }
            let number = Int(tag >> 3)
            switch tag & 7 {
            case 0:
                guard let value = Self.number(bytes, &place) else { return nil }
                fields.append((number, .number(value)))
            case 1:
                guard let value = Self.fixed(bytes, &place, 8) else { return nil }
                fields.append((number, .longWord(value)))
            case 5:
                guard let value = Self.fixed(bytes, &place, 4) else { return nil }
                fields.append((number, .word(UInt32(value))))
            case 2:
                guard let count = Self.number(bytes, &place), count <= UInt64(bytes.count - place) else { return nil }
                let content = Array(bytes[place..<place + Int(count)])
                place += Int(count)
                fields.append((number, Self.value(content, number, schema)))
            default: return nil
            }
        }
    }

    private static func value(_ content: [UInt8], _ number: Int, _ schema: Schema) -> Value {
        if let inner = schema.messages[number], let message = WireMessage(content, inner) { return .message(message) }
        guard schema.lists.contains(number) else { return .bytes(content) }
        var (numbers, place): ([UInt64], Int) = ([], 0)
        while place < content.count {
            guard let value = Self.number(content, &place) else { return .bytes(content) }
            numbers.append(value)
        }
        return .numbers(numbers)
    }

    private static func number(_ bytes: [UInt8], _ place: inout Int) -> UInt64? {
        var (result, shift): (UInt64, UInt64) = (0, 0)
        while place < bytes.count, shift < 64 {
            let byte = bytes[place]
            place += 1
            result |= UInt64(byte & 127) << shift
            if byte < 128 { return result }
            shift += 7
        }
        return nil
    }

    private static func fixed(_ bytes: [UInt8], _ place: inout Int, _ count: Int) -> UInt64? {
        guard bytes.count - place >= count else { return nil }
        defer { place += count }
        return (0..<count).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
    }

    // MARK: - Writing

    /// The message's bytes.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        func append(_ value: UInt64) { bytes += Self.bytes(of: value) }
        func append(_ content: [UInt8], as number: Int) {
            append(UInt64(number) << 3 | 2)
            append(UInt64(content.count))
            bytes += content
        }
        for (number, value) in fields {
            switch value {
            case .number(let value):
                append(UInt64(number) << 3)
                append(value)
            case .word(let value):
                append(UInt64(number) << 3 | 5)
                for index in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * index))) }
            case .longWord(let value):
                append(UInt64(number) << 3 | 1)
                for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
            case .bytes(let content): append(content, as: number)
            case .numbers(let values):
                append(values.flatMap(Self.bytes(of:)), as: number)
            case .message(let message): append(message.encoded, as: number)
            }
        }
        return bytes
    }

    private static func bytes(of value: UInt64) -> [UInt8] {
        var (bytes, rest): ([UInt8], UInt64) = ([], value)
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    // MARK: - Making messages

    /// The same with a field more.
    func with(_ number: Int, _ value: Value) -> WireMessage {
        var copy = self
        copy.fields.append((number, value))
        return copy
    }

    func with(_ number: Int, _ text: String) -> WireMessage { with(number, .bytes(Array(text.utf8))) }

    func with(_ number: Int, _ value: Int) -> WireMessage {
        with(number, .number(UInt64(bitPattern: Int64(value))))
    }

    func with(_ number: Int, _ values: [Int]) -> WireMessage {
        with(number, .numbers(values.map { UInt64(bitPattern: Int64($0)) }))
    }

    func with(_ number: Int, _ message: WireMessage) -> WireMessage { with(number, .message(message)) }
}
