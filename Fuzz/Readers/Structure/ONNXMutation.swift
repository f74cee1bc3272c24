/// Changes an ONNX model as somebody would who knows what it is made of: shapes, attributes, names, edges of the graph.
struct ONNXMutation {
    private static let tensor = WireMessage.Schema([13: WireMessage.Schema()], lists: [1, 5, 7])
    private static let value = WireMessage.Schema([
        2: WireMessage.Schema([1: WireMessage.Schema([2: WireMessage.Schema([1: WireMessage.Schema()])])])
    ])
    private static let node = WireMessage.Schema([5: WireMessage.Schema([5: tensor], lists: [8])])
    private static let graph = WireMessage.Schema([1: node, 5: tensor, 11: value, 12: value, 13: value])
    private static let model = WireMessage.Schema([7: graph, 8: WireMessage.Schema(), 14: WireMessage.Schema()])

    /// One to four changes; nil where the bytes are no model.
    static func mutated(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8]? {
        guard var model = WireMessage(bytes, Self.model), !model.fields.isEmpty else { return nil }
        var texts: [[UInt8]] = ONNXGenerator.operators.map { Array($0.utf8) }
        gather(model, &texts)
        for _ in 0...chance.below(4) { change(&model, texts, &chance) }
        return model.encoded
    }

    /// Short texts of a model: names of values, nodes, attributes.
    private static func gather(_ message: WireMessage, _ texts: inout [[UInt8]]) {
        for (_, value) in message.fields {
            switch value {
            case .message(let inner): gather(inner, &texts)
            case .bytes(let text) where text.count < 40: texts.append(text)
            default: break
            }
        }
    }

    /// Goes down to some message and changes it there.
    private static func change(_ message: inout WireMessage, _ texts: [[UInt8]], _ chance: inout Chance) {
        let inner = message.fields.indices.filter {
            if case .message = message.fields[$0].value { true } else { false }
        }
        if !inner.isEmpty, !chance.once(in: 5) {
            let place = chance.one(of: inner)
            guard case .message(var part) = message.fields[place].value else { return }
            change(&part, texts, &chance)
            message.fields[place].value = .message(part)
            return
        }
        guard !message.fields.isEmpty else { return }
        let place = chance.below(message.fields.count)
        switch chance.below(8) {
        case 0: message.fields.remove(at: place)
        case 1: message.fields.insert(message.fields[place], at: chance.below(message.fields.count + 1))
        case 2: message.fields.swapAt(place, chance.below(message.fields.count))
        case 3:
            // Another field of the same kind.
            let alike = message.fields.filter { $0.number == message.fields[place].number }
            message.fields[place].value = chance.one(of: alike).value
        default: message.fields[place].value = changed(message.fields[place].value, texts, &chance)
        }
    }

    private static func changed(
        _ value: WireMessage.Value, _ texts: [[UInt8]], _ chance: inout Chance
    ) -> WireMessage.Value {
        func odd() -> UInt64 { UInt64(bitPattern: Int64(chance.oddNumber())) }
        switch value {
        case .number(let number): return .number(chance.once(in: 3) ? number &+ UInt64(chance.below(3)) &- 1 : odd())
        case .word:
            return .word(
                chance.one(of: [0, 0x3F80_0000, 0x7F80_0000, 0x7FC0_0000, 0xBF80_0000, UInt32(odd() & 0xFFFF_FFFF)]))
        case .longWord: return .longWord(odd())
        case .numbers(var numbers):
            switch chance.below(3) {
            case 0: numbers.append(odd())
            case 1 where !numbers.isEmpty: numbers.remove(at: chance.below(numbers.count))
            default: if !numbers.isEmpty { numbers[chance.below(numbers.count)] = odd() }
            }
            return .numbers(numbers)
        case .bytes(var bytes):
            if chance.once(in: 3), !bytes.isEmpty {
                bytes[chance.below(bytes.count)] ^= UInt8(1 << chance.below(8))
                return .bytes(bytes)
            }
            return .bytes(chance.one(of: texts))
        case .message(let message): return .message(message)
        }
    }
}
