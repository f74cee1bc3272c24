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
            for name in names {
                if let own = translate(name, network), network.names.contains(own) { result[name] = own }
            }
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

    /// Bytes and points of its longest names, with room for what other programs call them.
    private let longest: Int
    private let mostPoints: Int

    init(_ specifications: [ParameterSpecification]) {
        names = Set(specifications.map(\.name))
        longest = (names.map(\.utf8.count).max() ?? 0) + 64
        mostPoints = (names.map { Self.points($0.utf8) }.max() ?? 0) + 8
    }

    /// Whether a name is short enough to mean a parameter in any scheme, so that only such names are taken apart.
    ///
    /// - Parameter start: the bytes in front that are left out.
    func mayHave(_ name: String, from start: Int = 0) -> Bool {
        name.utf8.count - start <= longest && Self.points(name.utf8.dropFirst(start)) <= mostPoints
    }

    private static func points(_ name: some Sequence<UInt8>) -> Int {
        name.reduce(0) { $0 + ($1 == UInt8(ascii: ".") ? 1 : 0) }
    }

    /// The number of a MobileNetV2's block in its stage, counted from the stage's first; a pooling in front of a stage takes number 0.
    func mobileNetV2Block(stage: Int, _ block: Int) -> String {
        let isPooledBefore = !names.contains("net.features.\(stage).0.conv.0.weight")
        return "net.features.\(stage).\(block + (isPooledBefore ? 1 : 0)).conv"
    }
}

/// A name such as `features.3.conv.0.1.weight`, read from the left.
struct DottedName {
    /// What has not been read; nil behind the last part.
    private var left: Substring?

    init(_ name: String) { left = name[...] }

    /// The bytes of the first `count` parts of a name with their points, nil where nothing would be left behind them.
    static func prefixLength(of name: String, parts count: Int) -> Int? {
        var (left, length) = (count, 0)
        for byte in name.utf8 where left > 0 {
            length += 1
            if byte == UInt8(ascii: ".") { left -= 1 }
        }
        return left > 0 || length == name.utf8.count ? nil : length
    }

    /// What has not been read.
    var rest: String { left.map(String.init) ?? "" }

    /// Reads a part that has to be `text`.
    mutating func take(_ text: String) -> Bool {
        guard let part, part == text else { return false }
        passPart()
        return true
    }

    /// Reads a part that has to be a whole number, no larger than any network has layers.
    mutating func number() -> Int? {
        guard let number = part.flatMap({ Int($0) }), (0..<1 << 16).contains(number) else { return nil }
        passPart()
        return number
    }

    private var point: String.Index? { left?.utf8.firstIndex(of: UInt8(ascii: ".")) }

    /// The next part.
    private var part: Substring? { left.map { left in point.map { left[..<$0] } ?? left } }

    private mutating func passPart() {
        guard let point, let name = left else {
            left = nil
            return
        }
        left = name[name.utf8.index(after: point)...]
    }
}
