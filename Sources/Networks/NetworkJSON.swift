import Foundation

/// The JSON form of a network (`Documentation/NetworkFormat.md`): nodes refer to their inputs by name, and shapes are not
/// stored because they follow.
extension Network: Codable {
    /// What its JSON form says it is.
    package static let format = "sapool-network"
    private static let version = 1

    private enum CodingKeys: String, CodingKey { case format, version, name, nodes, outputs, detector }

    private struct StoredNode: Codable {
        let name: String
        let operation: Operation
        let inputs: [String]

        private enum CodingKeys: String, CodingKey { case name, inputs }

        init(name: String, operation: Operation, inputs: [String]) {
            self.name = name
            self.operation = operation
            self.inputs = inputs
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decode(String.self, forKey: .name)
            inputs = try container.decodeIfPresent([String].self, forKey: .inputs) ?? []
            operation = try Operation(from: decoder)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .name)
            try operation.encode(to: encoder)
            if !inputs.isEmpty { try container.encode(inputs, forKey: .inputs) }
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard try container.decode(String.self, forKey: .format) == Self.format else {
            throw NetworkError("its \"format\" is not \"\(Self.format)\"")
        }
        let version = try container.decode(Int.self, forKey: .version)
        guard version == Self.version else {
            throw NetworkError("its version is \(version), and this program reads version \(Self.version)")
        }
        let builder = NetworkBuilder(try container.decode(String.self, forKey: .name))
        var ids: [String: Node.ID] = [:]
        func resolve(_ name: String, for reader: String) throws -> Node.ID {
            guard let id = ids[name] else {
                throw NetworkError("\(reader) takes \"\(name)\", which is no node in front of it")
            }
            return id
        }
        for node in try container.decode([StoredNode].self, forKey: .nodes) {
            let inputs = try node.inputs.map { try resolve($0, for: node.name) }
            ids[node.name] = try builder.add(node.operation, inputs, name: node.name)
        }
        let outputs = try container.decode([String].self, forKey: .outputs)
        self = try builder.network(
            outputs: outputs.map { try resolve($0, for: "the output") },
            detector: container.decodeIfPresent(DetectorLayout.self, forKey: .detector))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.format, forKey: .format)
        try container.encode(Self.version, forKey: .version)
        try container.encode(name, forKey: .name)
        try container.encode(
            nodes.map { StoredNode(name: $0.name, operation: $0.operation, inputs: $0.inputs.map { self[$0].name }) },
            forKey: .nodes)
        try container.encode(outputs.map { self[$0].name }, forKey: .outputs)
        try container.encodeIfPresent(detector, forKey: .detector)
    }

    /// Whether the name of a network is the path of its JSON form: it ends with `.json`, in capitals or not.
    public static func isJSONFile(_ name: String) -> Bool { name.lowercased().hasSuffix(".json") }

    /// Reads a network from its JSON form.
    ///
    /// - Throws: `NetworkError`, one sentence that says which part is wrong.
    public init(json: Data) throws {
        do {
            self = try Self.decoded(json)
            try checkFields(json)
        } catch let error as NetworkError {
            throw error
        } catch let error as DecodingError {
            throw NetworkError("the JSON is not a network: \(error.sentence(of: json))")
        }
    }

    /// Reads a network's JSON file.
    ///
    /// - Throws: `NetworkError`, one sentence that names the file and which part is wrong.
    public init(jsonFile path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw NetworkError("\(path) cannot be read: give the path of a network's JSON form")
        }
        do {
            self = try Network(json: data)
        } catch let error as NetworkError {
            throw NetworkError("\(path): \(error)")
        }
    }

    /// The JSON form, readable and with a stable order of keys.
    public func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

extension DecodingError {
    /// What is wrong and where, in a sentence; where the text is no JSON for a word in it, which word that is.
    ///
    /// - Parameter json: the text that was decoded.
    package func sentence(of json: Data) -> String {
        guard case .dataCorrupted(let context) = self, context.codingPath.isEmpty,
            let (word, place) = JSONOutline([UInt8](json)).foreignWord
        else { return sentence }
        let location = place.isEmpty ? "at the top" : "at \(place)"
        return "\(word.shortened) \(location) is no value of JSON: write a number, or a text in quotes"
    }

    /// What is wrong and where, in a sentence.
    package var sentence: String {
        func place(_ path: [any CodingKey]) -> String {
            let text = path.map { key in key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)" }.joined()
            return text.isEmpty ? "at the top" : "at \(text.hasPrefix(".") ? String(text.dropFirst()) : text)"
        }
        switch self {
        case .keyNotFound(let key, let context):
            return "\"\(key.stringValue)\" is missing \(place(context.codingPath))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return "the value \(place(context.codingPath)) is of the wrong type"
        case .dataCorrupted(let context):
            return "\(context.debugDescription) (\(place(context.codingPath)))"
        @unknown default:
            return "it cannot be read"
        }
    }
}
