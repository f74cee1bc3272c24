import Networks

/// A way in which other programs name the tensors of an architecture that we have too.
struct NamingScheme: Sendable {
    /// For reports.
    let name: String
    /// What is added to the variance in batch normalisation where these weights come from; nil where it is what it is here.
    var epsilon: Double?
    /// What a user should know about weights with these names.
    var note: String?

    /// Translates names of a file to those of a network; names that mean nothing are left out.
    let translate: @Sendable (_ names: [String], _ network: NetworkNames) -> [String: String]

    /// A scheme in which each name can be translated by itself.
    init(_ name: String, eachName translate: @escaping @Sendable (String, NetworkNames) -> String?) {
        self.name = name
        self.translate = { names, network in
            var result: [String: String] = [:]
            for name in names { result[name] = translate(name, network) }
            return result
        }
    }

    /// A scheme in which a name's meaning depends on what other names there are.
    init(_ name: String, allNames translate: @escaping @Sendable ([String], NetworkNames) -> [String: String]) {
        self.name = name
        self.translate = translate
    }

    /// The networks' own names, which are the authors' and, of EfficientNet-Lite0, timm's.
    static let own = NamingScheme("our own", eachName: { name, _ in name })

    /// Every scheme, the networks' own first.
    static let all = [
        own,
        // The authors' networks lie under "net."; without it, their ResNets are named as torchvision's and timm's are.
        NamingScheme("torchvision or timm (ResNet)", eachName: { name, _ in "net.\(name)" }),
        torchvisionMobileNetV2, timmMobileNetV2, torchvisionMobileNetV3, timmMobileNetV3, efficientNetPyTorch,
    ]
}

/// What schemes ask of the network that weights are wanted for.
struct NetworkNames: Sendable {
    /// Of its parameters and buffers.
    let names: Set<String>

    init(_ specifications: [ParameterSpecification]) { names = Set(specifications.map(\.name)) }

    /// The number of a MobileNetV2's block in its stage, counted from the stage's first; a pooling in front of a stage takes number 0.
    func mobileNetV2Block(stage: Int, _ block: Int) -> String {
        let isPooledBefore = !names.contains("net.features.\(stage).0.conv.0.weight")
        return "net.features.\(stage).\(block + (isPooledBefore ? 1 : 0)).conv"
    }
}

/// A name such as `features.3.conv.0.1.weight`, read from the left.
struct DottedName {
    private(set) var parts: ArraySlice<Substring>

    init(_ name: String) { parts = name.split(separator: ".", omittingEmptySubsequences: false)[...] }

    /// The first `count` parts of a name with their points, nil where nothing would be left behind them.
    static func prefix(of name: String, parts count: Int) -> String? {
        var (left, place) = (count, name.startIndex)
        let bytes = name.utf8
        while left > 0 {
            guard let point = bytes[place...].firstIndex(of: UInt8(ascii: ".")) else { return nil }
            place = bytes.index(after: point)
            left -= 1
        }
        return place == name.endIndex ? nil : String(name[..<place])
    }

    /// What has not been read.
    var rest: String { parts.joined(separator: ".") }

    /// Reads a part that has to be `text`.
    mutating func take(_ text: String) -> Bool {
        guard parts.first.map({ $0 == text }) ?? false else { return false }
        parts.removeFirst()
        return true
    }

    /// Reads a part that has to be a whole number, no larger than any network has layers.
    mutating func number() -> Int? {
        guard let number = parts.first.flatMap({ Int($0) }), (0..<1 << 16).contains(number) else { return nil }
        parts.removeFirst()
        return number
    }

    /// Reads any part.
    mutating func word() -> String? { parts.popFirst().map(String.init) }
}
