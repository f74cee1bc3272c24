/// The project's own notation: every backbone, pooling method and option by name (`Documentation/Notation.md`), for example
/// `mobilenet-v2(width=0.35, strides=4222121, pool=self-attentive(patch=2, restoration=subpixel))`.
public struct OwnNotation: Sendable {
    /// The network it names, without input shape and classes.
    public let family: any NetworkFamily

    private typealias Reader = @Sendable (inout NotationOptions, Double) throws -> any Backbone

    private static let readers: [(name: String, hasWidth: Bool, read: Reader)] = [
        (
            "mobilenet-v2", true,
            { options, width in
                MobileNetV2(
                    width: try options.number("width", default: width),
                    stages: try stages(&options, default: MobileNetV2.publishedStrides),
                    placement: try options.choice("placement", default: .inside), stem: try stem(&options),
                    head: try head(&options))
            }
        ),
        (
            "mobilenet-v1", true,
            { options, width in
                MobileNetV1(
                    width: try options.number("width", default: width),
                    stages: try stages(&options, default: MobileNetV1.publishedStrides),
                    placement: try options.choice("placement", default: .inside), stem: try stem(&options),
                    head: try head(&options), activation: try options.choice("activation", default: .relu))
            }
        ),
        (
            "efficientnet-lite0", false,
            { options, _ in
                EfficientNetLite(
                    stages: try stages(&options, default: EfficientNetLite.publishedStrides),
                    placement: try options.choice("placement", default: .inside), stem: try stem(&options),
                    head: try head(&options))
            }
        ),
        ("mobilenet-v3-small", false, { options, _ in try mobileNetV3(.small, &options) }),
        ("mobilenet-v3-large", false, { options, _ in try mobileNetV3(.large, &options) }),
        ("resnet18", false, { options, _ in try resNet(.resnet18, &options) }),
        ("resnet34", false, { options, _ in try resNet(.resnet34, &options) }),
        ("resnet50", false, { options, _ in try resNet(.resnet50, &options) }),
        ("resnext18", false, { options, _ in try resNet(.resnext18, &options) }),
        ("resnet8", false, { options, _ in try smallResNet(blocks: 1, &options) }),
        ("resnet20", false, { options, _ in try smallResNet(blocks: 3, &options) }),
        ("resnet32", false, { options, _ in try smallResNet(blocks: 5, &options) }),
        ("resnet56", false, { options, _ in try smallResNet(blocks: 9, &options) }),
        (
            "ds-cnn", false,
            { options, _ in
                DSCNN(
                    channels: try options.integer("channels", default: 64), kernel: try kernel(&options),
                    stages: try stages(&options, default: DSCNN.publishedStrides), head: try head(&options))
            }
        ),
        (
            "darknet53", false,
            { options, _ in
                Darknet53(
                    stages: try stages(&options, default: Darknet53.publishedStrides), head: try head(&options))
            }
        ),
        (
            "plain-cnn", false,
            { options, _ in
                let channels = try options.integers("channels", default: [16, 32, 64])
                return PlainCNN(
                    channels: channels,
                    stages: try stages(&options, default: [Int](repeating: 2, count: channels.count)),
                    head: try head(&options))
            }
        ),
    ]

    /// Names of the detectors.
    public static var detectorNames: [String] { DetectorNotation.names }

    /// Names of the backbones.
    public static var backboneNames: [String] { readers.map(\.name) }

    /// Names of the pooling methods.
    public static var poolingNames: [String] { PoolingNotation.names }

    /// Reads a name.
    ///
    /// - Parameter width: of a MobileNet V1 or V2 whose notation does not give one.
    /// - Throws: `NetworkError` that says which part is unknown, and what is known.
    public init(_ text: String, width: Double = 1) throws {
        let call = try NotationParser.parse(text)
        family =
            try DetectorNotation.detector(call, width: width)
            ?? Self.backbone(call, width: width, others: DetectorNotation.names)
    }

    /// Whether a backbone comes in widths.
    package static func comesInWidths(_ backbone: String) -> Bool {
        readers.contains { $0.name == backbone && $0.hasWidth }
    }

    /// The strides of a backbone where its name does not give any: one number a stage, as published.
    ///
    /// - Throws: `NetworkError` where the name is no backbone's.
    public static func strides(of backbone: String) throws -> [Int] {
        try Self.backbone(try NotationParser.parse(backbone), width: 1).stages.map(\.stride)
    }

    /// The backbone of a call.
    ///
    /// - Parameter others: names of what else may stand in this place.
    static func backbone(_ call: NotationCall, width: Double, others: [String] = []) throws -> any Backbone {
        guard let reader = readers.first(where: { $0.name == call.name }) else {
            let names = backboneNames + others
            let known =
                "known are \(names.joined(separator: ", ")), and names of the reference notation such as "
                + "mobilenet_v2-nlp_headfix2-1222121"
            guard !detectorNames.contains(call.name) else {
                throw NetworkError("\(call.name) is a detector, and a backbone is wanted here: \(known)")
            }
            let question = Suggestion.question(for: call.name, among: names)
            throw NetworkError("unknown network \"\(call.name)\"\(question): \(known)")
        }
        guard width == 1 || reader.hasWidth else {
            throw NetworkError(
                "only MobileNets V1 and V2 come in widths, and \(call.name) is none: leave the width out")
        }
        var options = NotationOptions(call)
        var backbone = try reader.read(&options, width)
        backbone.conventions = try conventions(&options, default: backbone.conventions)
        try options.finish()
        return backbone
    }

    private static func mobileNetV3(_ variant: MobileNetV3.Variant, _ options: inout NotationOptions) throws
        -> MobileNetV3
    {
        MobileNetV3(
            variant, blocks: try stages(&options, default: MobileNetV3.publishedStrides(variant)),
            stem: try stem(&options),
            head: try head(&options))
    }

    private static func resNet(_ variant: ResNet.Variant, _ options: inout NotationOptions) throws -> ResNet {
        ResNet(
            variant, stages: try stages(&options, default: ResNet.publishedStrides),
            placement: try options.choice("placement", default: .after), stem: try resNetStem(&options),
            head: try head(&options))
    }

    private static func smallResNet(blocks: Int, _ options: inout NotationOptions) throws -> SmallResNet {
        SmallResNet(
            blocks: blocks, channels: try options.integers("channels", default: SmallResNet.publishedChannels),
            stages: try stages(&options, default: SmallResNet.publishedStrides),
            placement: try options.choice("placement", default: .after), stem: try stem(&options),
            head: try head(&options))
    }

    /// `kernel=10-4`: rows and columns of a DS-CNN's first convolution.
    private static func kernel(_ options: inout NotationOptions) throws -> Size {
        let sides = try options.integers("kernel", default: [10, 4])
        guard sides.count == 2, sides.allSatisfy({ (1...1024).contains($0) }) else {
            throw NetworkError("kernel of ds-cnn: use rows and columns of 1 to 1024, such as 10-4")
        }
        return Size(sides[0], sides[1])
    }

    /// `padding=same`, `epsilon=0.001` and `momentum=0.01`, of any backbone.
    private static func conventions(
        _ options: inout NotationOptions, default fallback: LayerConventions
    ) throws -> LayerConventions {
        LayerConventions(
            padding: try options.choice("padding", default: fallback.padding),
            epsilon: try options.number("epsilon", default: fallback.epsilon),
            momentum: try options.number("momentum", default: fallback.momentum))
    }

    private enum ResNetStem: String, CaseIterable { case authors, published }

    /// `stem=published`, or what any stem has.
    private static func resNetStem(_ options: inout NotationOptions) throws -> Stem {
        let form = try options.choice("stem", default: ResNetStem.authors)
        let stem = try stem(&options)
        guard form == .published else { return stem }
        guard case .standard = stem else {
            throw NetworkError(
                "stem=published has a stride and a pooling of its own: leave stem-stride and stem-pool out")
        }
        return .published
    }

    /// `strides=1222121`, `pool=METHOD` for every stage and `pool.2=METHOD` for one (counted from 1).
    private static func stages(_ options: inout NotationOptions, default strides: [Int]) throws -> [Downsampling] {
        let strides = try options.digits("strides", default: strides)
        let common = try options.call("pool").flatMap(PoolingNotation.method)
        return try strides.enumerated().map { index, stride in
            let own = options.call("pool.\(index + 1)")
            return Downsampling(stride: stride, pooling: try own.map(PoolingNotation.method) ?? common)
        }
    }

    /// `head=average` or `head=attention(heads=8)`.
    private static func head(_ options: inout NotationOptions) throws -> Head {
        guard let call = options.call("head") else { return .average }
        var inner = NotationOptions(call)
        let head: Head =
            switch call.name {
            case "average": .average
            case "attention": .attention(heads: try inner.integer("heads", default: 8))
            default:
                let question = Suggestion.question(for: call.name, among: ["average", "attention"])
                throw NetworkError("unknown head \"\(call.name)\"\(question): known are average, attention")
            }
        try inner.finish()
        return head
    }

    /// `stem-stride=4` and `stem-pool=METHOD`.
    private static func stem(_ options: inout NotationOptions) throws -> Stem {
        let stride = try options.integer("stem-stride", default: 0)
        guard let call = options.call("stem-pool") else {
            guard stride != 0 else { return .standard }
            guard (1...64).contains(stride) else { throw NetworkError("stem-stride=\(stride): use 1 to 64") }
            return .strided(stride)
        }
        let factor = stride == 0 ? 2 : stride
        guard (1...64).contains(factor) else { throw NetworkError("stem-stride=\(stride): use 1 to 64") }
        guard let method = try PoolingNotation.method(call) else { return .strided(factor) }
        return .pooled(method, stride: factor)
    }
}

extension Network {
    /// A network by name, in the reference notation or the project's own.
    ///
    /// - Parameters:
    ///   - notation: for example `mobilenet_v2-nlp_headfix2-1222121` or `plain-cnn(pool=self-attentive)`.
    ///   - input: shape of an image, `[C, H, W]`.
    ///   - classes: how many classes the classifier tells apart, or kinds of objects a detector finds.
    ///   - width: of a MobileNet V1 or V2.
    /// - Throws: `NetworkError` that says which part is unknown or does not fit.
    public init(notation: String, input: Shape, classes: Int, width: Double = 1) throws {
        let family: any NetworkFamily =
            ReferenceNotation.matches(notation)
            ? try ReferenceNotation(notation, width: width).backbone : try OwnNotation(notation, width: width).family
        self = try family.network(named: notation, input: input, classes: classes)
    }
}
