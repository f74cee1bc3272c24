import Foundation

/// What a network's JSON has to be beyond what decoders ask for: every field is read, and none stands twice.
extension Network {
    /// Decodes a network, and says where a number is that does not fit its field: decoders only say that there is one.
    static func decoded(_ json: Data) throws -> Network {
        func decode(_ json: Data) throws -> Network { try JSONDecoder().decode(Network.self, from: json) }
        func isOfNoPlace(_ bytes: some Sequence<UInt8>) -> Bool {
            do {
                _ = try decode(Data(bytes))
                return false
            } catch DecodingError.dataCorrupted(let context) {
                return context.codingPath.isEmpty
            } catch {
                return false
            }
        }
        do {
            return try decode(json)
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            let bytes = [UInt8](json)
            let numbers = JSONOutline(bytes).numbers
            // With the first `count` of them replaced.
            func replaced(_ count: Int) -> [UInt8] {
                var copy = bytes
                for number in numbers.prefix(count) {
                    for place in number.range { copy[place] = UInt8(ascii: " ") }
                    copy[number.range.lowerBound] = UInt8(ascii: "1")
                }
                return copy
            }
            guard !numbers.isEmpty, !isOfNoPlace(replaced(numbers.count)) else {
                throw DecodingError.dataCorrupted(context)
            }
            // The last that does not fit: with all up to it replaced, and not before, the text can be decoded.
            var (low, high) = (0, numbers.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if isOfNoPlace(replaced(middle)) { low = middle } else { high = middle }
            }
            let number = numbers[high - 1]
            let text = String(decoding: bytes[number.range], as: UTF8.self)
            throw NetworkError(
                "the JSON is not a network: \(text.shortened) at \(number.place) is not a number that fits there")
        }
    }

    /// Refuses fields that nothing has read, where a misspelt one would leave what it means at its default, and fields that stand twice, of
    /// which one would be dropped.
    func checkFields(_ json: Data) throws {
        if let (name, place) = JSONOutline([UInt8](json)).repeated {
            throw NetworkError(
                "the JSON is not a network: \"\(name.shortened)\" stands twice \(place.isEmpty ? "at the top" : "at \(place)")"
            )
        }
        guard let given = try? JSONSerialization.jsonObject(with: json) as? [String: Any],
            var known = try JSONSerialization.jsonObject(with: self.json()) as? [String: Any]
        else { return }
        // What is written only where it is set may be stated all the same.
        let written = known["nodes"] as? [[String: Any]] ?? []
        known["nodes"] = zip(nodes, written).map { node, fields in
            let optional = Mirror(reflecting: node.operation.details).children.compactMap { child in
                child.label.map { $0.hasPrefix("_") ? String($0.dropFirst()) : $0 }
            }
            return (["inputs"] + type(of: node.operation.details).optionalMembers + optional)
                .filter { $0 != "window" }.reduce(into: fields) { fields, name in
                    if fields[name] == nil { fields[name] = NSNull() }
                }
        }
        if known["detector"] == nil { known["detector"] = NSNull() }
        guard let (path, name, names) = Self.unknownField(given, known) else { return }
        var place = path.isEmpty ? "it" : path
        if let index = Int(path.dropFirst("nodes[".count).prefix { $0.isNumber }), nodes.indices.contains(index),
            path.hasPrefix("nodes[")
        {
            place = "the node \"\(nodes[index].name.shortened)\""
        }
        throw NetworkError(
            "the JSON is not a network: \(place) has an unknown field \"\(name.shortened)\""
                + "\(Suggestion.question(for: name, among: names)): known are \(names.joined(separator: ", "))")
    }

    /// The first field of a value that another value does not have, and the fields that its place has.
    private static func unknownField(_ given: Any, _ known: Any, at place: String = "") -> (String, String, [String])? {
        if let given = given as? [String: Any], let known = known as? [String: Any] {
            for name in given.keys.sorted() {
                guard let value = given[name], let other = known[name] else {
                    return (place, name, known.keys.sorted())
                }
                let inner = place.isEmpty ? name : "\(place).\(name)"
                if let found = unknownField(value, other, at: inner) { return found }
            }
        }
        if let given = given as? [Any], let known = known as? [Any] {
            for (index, (value, other)) in zip(given, known).enumerated() {
                if let found = unknownField(value, other, at: "\(place)[\(index)]") { return found }
            }
        }
        return nil
    }
}
