/// What a network of ours cannot do that a graph asks for, gathered so that all of it is told in one message.
struct ONNXRefusals {
    private struct Group {
        var count = 0
        /// The first few.
        var places: [String] = []
    }

    /// In the order of the graph, and how often and where.
    private var order: [String] = []
    private var groups: [String: Group] = [:]
    private var unknownOrder: [String] = []
    private var unknown: [String: Group] = [:]
    private static let mostGroups = 12
    private static let mostPlaces = 3

    var isEmpty: Bool { order.isEmpty && unknownOrder.isEmpty }

    /// Notes an operator that is not read.
    mutating func add(unknown node: ONNXNodeProto) {
        let name = (node.isStandard ? node.opType : "\(node.domain).\(node.opType)").shortened
        if unknown[name] == nil { unknownOrder.append(name) }
        Self.add(node.place, to: &unknown[name, default: Group()])
    }

    /// Notes what a node asks for.
    mutating func add(_ text: String, at node: ONNXNodeProto) {
        note("(\(node.opType.shortened)) \(text)", node.place)
    }

    /// Notes what is said of no node.
    mutating func add(_ text: String) { note(text, nil) }

    private mutating func note(_ text: String, _ place: String?) {
        if groups[text] == nil { order.append(text) }
        if let place {
            Self.add(place, to: &groups[text, default: Group()])
        } else {
            groups[text, default: Group()].count += 1
        }
    }

    private static func add(_ place: String, to group: inout Group) {
        group.count += 1
        if group.places.count < mostPlaces { group.places.append(place) }
    }

    /// - Throws: `UnsupportedProblem` where there is anything to tell.
    func tell() throws {
        guard !isEmpty else { return }
        var sentences: [String] = []
        if !unknownOrder.isEmpty {
            let told = unknownOrder.prefix(20).map { name in
                "\(name) (\(unknown[name]?.count ?? 0)×\(Self.places(unknown[name], ": ")))"
            }
            let rest = unknownOrder.count > 20 ? " and \(unknownOrder.count - 20) more" : ""
            sentences.append("it has operators that are not read, \(told.joined(separator: ", "))\(rest)")
        }
        sentences += order.prefix(Self.mostGroups).map { text in
            let places = Self.places(groups[text], "")
            return places.isEmpty ? text : "\(places) \(text)"
        }
        if order.count > Self.mostGroups { sentences.append("and \(order.count - Self.mostGroups) more") }
        if !unknownOrder.isEmpty {
            sentences.append("known are \(ONNXGraphReader.operators.keys.sorted().joined(separator: ", "))")
        }
        throw UnsupportedProblem(sentences.joined(separator: "; "))
    }

    private static func places(_ group: Group?, _ start: String) -> String {
        guard let group, !group.places.isEmpty else { return "" }
        let rest = group.count > group.places.count ? " and \(group.count - group.places.count) more" : ""
        return start + group.places.joined(separator: ", ") + rest
    }
}
