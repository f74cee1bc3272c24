/// Changes a JSON text as somebody would who knows its keys: numbers to odd ones, parts exchanged, left out, repeated.
struct JSONMutation {
    /// Every value of the text under its key; items of lists under their list's.
    private var known: [String: [JSONValue]] = [:]
    private var texts: [String]
    private var chance: Chance

    /// One to four changes.
    ///
    /// - Parameter words: texts that mean something in this kind of file.
    static func mutated(_ root: JSONValue, words: [String] = [], _ chance: inout Chance) -> JSONValue {
        var mutation = JSONMutation(words, Chance(seed: chance.next()))
        mutation.gather(root, "")
        var root = root
        for _ in 0...mutation.chance.below(4) { mutation.change(&root, key: "") }
        return root
    }

    private init(_ words: [String], _ chance: Chance) {
        texts = words + ["", "input", "\n", "a/b", "\u{1B}[2J"]
        self.chance = chance
    }

    private mutating func gather(_ value: JSONValue, _ key: String) {
        known[key, default: []].append(value)
        switch value {
        case .text(let text): texts.append(text)
        case .list(let items): for item in items { gather(item, key) }
        case .object(let pairs): for pair in pairs { gather(pair.value, pair.key) }
        default: break
        }
    }

    /// Goes down to some value and changes it there.
    private mutating func change(_ value: inout JSONValue, key: String) {
        switch value {
        case .list(var items) where !items.isEmpty && !chance.once(in: 5):
            let place = chance.below(items.count)
            change(&items[place], key: key)
            value = .list(items)
        case .object(var pairs) where !pairs.isEmpty && !chance.once(in: 6):
            let place = chance.below(pairs.count)
            change(&pairs[place].value, key: pairs[place].key)
            value = .object(pairs)
        default: value = changed(value, key)
        }
    }

    private mutating func changed(_ value: JSONValue, _ key: String) -> JSONValue {
        if chance.once(in: 4), let others = known[key] { return chance.one(of: others) }
        switch value {
        case .list(var items) where !items.isEmpty:
            let place = chance.below(items.count)
            switch chance.below(4) {
            case 0: items.remove(at: place)
            case 1: items.insert(items[place], at: chance.below(items.count + 1))
            case 2: items.swapAt(place, chance.below(items.count))
            default: items.append(scalar())
            }
            return .list(items)
        case .object(var pairs) where !pairs.isEmpty:
            let place = chance.below(pairs.count)
            switch chance.below(3) {
            case 0: pairs.remove(at: place)
            case 1: pairs[place].value = scalar()
            default:
                let name = chance.one(of: known.keys.sorted())
                if let values = known[name] { pairs.append((name, chance.one(of: values))) }
            }
            return .object(pairs)
        case .number where !chance.once(in: 5): return number()
        case .text where !chance.once(in: 5): return .text(chance.one(of: texts))
        case .bool(let flag) where !chance.once(in: 5): return .bool(!flag)
        default: return scalar()
        }
    }

    private mutating func number() -> JSONValue {
        guard chance.once(in: 4) else { return .number(String(chance.oddNumber())) }
        return .number(
            chance.one(of: [
                "0.5", "-0.0", "1e308", "-1e308", "1e-320", "1e30", "18446744073709551616", "9223372036854775808",
                "1e19",
            ]))
    }

    private mutating func scalar() -> JSONValue {
        switch chance.below(6) {
        case 0: .null
        case 1: .bool(true)
        case 2: .text(chance.one(of: texts))
        case 3: .list([])
        case 4: .object([])
        default: number()
        }
    }
}

/// Changes the header of a safetensors file and leaves its length right; of an int8 model also the JSON text in its metadata.
enum SafetensorsMutation {
    /// nil where the bytes are no such file.
    static func mutated(_ bytes: [UInt8], _ chance: inout Chance) -> [UInt8]? {
        guard bytes.count >= 8 else { return nil }
        let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
        guard length <= UInt64(bytes.count - 8) else { return nil }
        let dataStart = 8 + Int(length)
        guard let header = JSONValue(Array(bytes[8..<dataStart])) else { return nil }
        var data = Array(bytes[dataStart...])
        if chance.once(in: 4), !data.isEmpty {
            for _ in 0...chance.below(8) { data[chance.below(data.count)] = UInt8(chance.below(256)) }
        }
        let text = Self.changed(header, &chance).encoded
        return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
    }

    private static func changed(_ header: JSONValue, _ chance: inout Chance) -> JSONValue {
        if chance.once(in: 4) { return JSONMutation.mutated(header, &chance) }
        // The text in the metadata is JSON itself.
        guard case .object(var entries) = header,
            let place = entries.firstIndex(where: { $0.key == "__metadata__" }),
            case .object(var texts) = entries[place].value, !texts.isEmpty,
            case .text(let text) = texts[0].value, let inner = JSONValue(Array(text.utf8))
        else {
            return JSONMutation.mutated(header, words: ["F32", "F16", "I8", "I32", "I64", "BOOL", "BF16"], &chance)
        }
        let mutated = JSONMutation.mutated(inner, words: NetworkGenerator.words, &chance)
        texts[0].value = .text(String(decoding: mutated.encoded, as: UTF8.self))
        entries[place].value = .object(texts)
        return .object(entries)
    }
}
