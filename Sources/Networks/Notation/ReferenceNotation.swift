/// The notation of the paper's authors, `[prepool-POOL-S-]NET-POOL-STRIDES`, for example
/// `mobilenet_v2-nlp_headfix2-1222121`.
///
/// It reproduces their networks exactly, settings included that are no more than average pooling; `Documentation/Notation.md`
/// explains each part.
public struct ReferenceNotation: Sendable {
    /// The network it names, without input shape and classes.
    public let backbone: any Backbone

    private static let backbones = [
        "mobilenet", "mobilenet_v2", "mobilenetv3_small", "mobilenetv3_large", "resnet18", "resnet18_v2", "resnet50",
        "resnet50_v2", "resnext",
    ]
    private static let pools = [
        "skip", "maxp", "avgp", "lip", "gaussian_pool", "attnpool", "nlp", "nlpnoexp", "nlpnosigmoid", "nlpnope",
        "nlpnobn1",
        "nlpnobn2",
    ]
    private static let suffixes = ["headfix2", "nowin", "reduced", "reduced0211", "reduced0842"]
    private static let unsupported: [String: String] = [
        "dfmnlp": "deformable pooling", "mixp": "mixed pooling", "dfmixp": "deformable mixed pooling",
        "dy": "dynamic convolution",
    ]

    /// Whether `text` looks like this notation rather than the project's own.
    public static func matches(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, !text.contains("(") else { return false }
        return parts[0] == "prepool" || parts.last?.allSatisfy(\.isNumber) == true
    }

    /// Reads a name.
    ///
    /// - Parameter width: of a MobileNetV2; other networks have one width.
    /// - Throws: `NetworkError` that says which part is unknown, and what is known.
    public init(_ text: String, width: Double = 1) throws {
        var parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        var prepool: (pool: Pool, stride: Int)?
        if parts.first == "prepool" {
            guard parts.count == 6 || parts.count == 7 else { throw Self.malformed(text) }
            guard let stride = Int(parts[2]), (1...64).contains(stride) else {
                throw NetworkError(
                    "\"\(parts[2])\" in \"\(text)\" is no stride for the pre-pooling: use a number such as 2 or 4")
            }
            prepool = (try Pool(parts[1], in: text), stride)
            parts.removeFirst(3)
        }
        if parts.first == "dy" { throw Self.notSupported("dy", text) }
        guard parts.count == 3 else { throw Self.malformed(text) }
        let (net, digits) = (parts[0], parts[2])
        guard Self.backbones.contains(net) else {
            let question = Suggestion.question(for: net, among: Self.backbones)
            throw NetworkError(
                "unknown network \"\(net)\"\(question) in \"\(text)\": known are \(Self.backbones.joined(separator: ", "))"
            )
        }
        let pool = try Pool(parts[1], in: text)
        let stages = try Self.strides(digits, net: net, text: text)
        guard width == 1 || net.hasPrefix("mobilenet_v2") || net == "mobilenet" else {
            throw NetworkError("only MobileNets V1 and V2 come in widths, and \(net) is none: leave the width out")
        }
        let family: Family =
            net.hasPrefix("mobilenetv3") ? .mobileNetV3 : net.hasPrefix("mobilenet") ? .mobileNetV2 : .resNet
        let downsamplings = try stages.enumerated().map { index, stride in
            Downsampling(
                stride: stride,
                pooling: stride == 1 ? nil : try pool.method(stage: index, stride: stride, family: family, text: text))
        }
        let stem = try prepool.map { try $0.pool.stem(stride: $0.stride, family: family) } ?? .standard
        switch net {
        case "mobilenet", "mobilenet_v2":
            backbone = MobileNetV2(
                width: width, stages: downsamplings, placement: net == "mobilenet" ? .before : .inside, stem: stem)
        case "mobilenetv3_small": backbone = MobileNetV3(.small, blocks: downsamplings, stem: stem)
        case "mobilenetv3_large": backbone = MobileNetV3(.large, blocks: downsamplings, stem: stem)
        // The authors' ResNeXt does not look at the pre-pooling.
        case "resnext": backbone = ResNet(.resnext18, stages: downsamplings, placement: .inside)
        default:
            backbone = ResNet(
                net.hasPrefix("resnet18") ? .resnet18 : .resnet50, stages: downsamplings,
                placement: net.hasSuffix("_v2") ? .inside : .after, stem: stem)
        }
    }

    private static func strides(_ digits: String, net: String, text: String) throws -> [Int] {
        let count =
            switch net {
            case "mobilenet", "mobilenet_v2": 7
            case "mobilenetv3_small": 11
            case "mobilenetv3_large": 15
            default: 4
            }
        let strides = digits.compactMap { $0.isASCII ? $0.wholeNumberValue : nil }
        guard strides.count == digits.count, !strides.contains(0), !digits.isEmpty else {
            throw NetworkError("\"\(digits)\" in \"\(text)\" are no strides: use one digit of 1 to 9 a stage")
        }
        guard strides.count == count else {
            throw NetworkError(
                "\(net) takes \(count) stride digits, and \"\(digits)\" in \"\(text)\" has \(strides.count)")
        }
        return strides
    }

    private static func malformed(_ text: String) -> NetworkError {
        NetworkError(
            "\"\(text)\" is not [prepool-POOL-S-]NET-POOL-STRIDES: write a name such as mobilenet_v2-nlp_headfix2-1222121"
        )
    }

    private static func notSupported(_ part: String, _ text: String) -> NetworkError {
        NetworkError("\"\(part)\" in \"\(text)\" (\(unsupported[part] ?? part)) is not supported")
    }

    enum Family {
        case mobileNetV2, mobileNetV3, resNet
    }

    /// POOL with its suffixes.
    struct Pool {
        let kind: String
        let suffixes: Set<String>

        init(_ text: String, in name: String) throws {
            // "gaussian_pool" has an underscore of its own.
            let isGaussian = text == "gaussian_pool"
            let parts =
                isGaussian ? [text] : text.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
            kind = parts[0]
            if ReferenceNotation.unsupported[kind] != nil { throw ReferenceNotation.notSupported(kind, name) }
            guard ReferenceNotation.pools.contains(kind) else {
                let question = Suggestion.question(for: kind, among: ReferenceNotation.pools)
                throw NetworkError(
                    "unknown pooling \"\(kind)\"\(question) in \"\(name)\": known are \(ReferenceNotation.pools.joined(separator: ", "))"
                )
            }
            suffixes = Set(parts.dropFirst())
            for suffix in parts.dropFirst() {
                guard ReferenceNotation.suffixes.contains(suffix) else {
                    let question = Suggestion.question(for: suffix, among: ReferenceNotation.suffixes)
                    throw NetworkError(
                        "unknown suffix \"\(suffix)\"\(question) in \"\(name)\": known are "
                            + ReferenceNotation.suffixes.joined(separator: ", "))
                }
                guard kind.hasPrefix("nlp") else {
                    throw NetworkError(
                        "the suffix \"\(suffix)\" in \"\(name)\" belongs to nlp poolings, and \"\(kind)\" is none")
                }
            }
        }

        /// The layer of a stage, counted from 0; nil for a strided convolution.
        func method(stage: Int, stride: Int, family: Family, text: String) throws -> (any PoolingMethod)? {
            switch kind {
            case "skip": return nil
            case "maxp": return MaxPooling()
            case "avgp": return AveragePooling()
            case "lip": return LocalImportancePooling()
            case "gaussian_pool": return GaussianPooling()
            case "attnpool": return AttentionPooling(heads: 2)
            default:
                let heads = family == .resNet ? 4 << stage : min(128, 2 << min(stage, 16))
                return selfAttentive(
                    patch: try patch(stage: stage, family: family, text: text), ratio: 1,
                    heads: suffixes.contains("headfix2") ? 2 : heads, isWindowNormalised: !suffixes.contains("nowin"))
            }
        }

        /// What follows the stem's convolution.
        func stem(stride: Int, family: Family) throws -> Stem {
            switch kind {
            // In a ResNet the authors' code then does not down-sample at all.
            case "skip": return .strided(family == .resNet ? 1 : stride)
            case "maxp": return .pooled(MaxPooling(), stride: stride)
            case "avgp": return .pooled(AveragePooling(), stride: stride)
            case "lip": return .pooled(LocalImportancePooling(), stride: stride)
            case "gaussian_pool": return .pooled(GaussianPooling(), stride: stride)
            case "attnpool": return .pooled(AttentionPooling(heads: 2), stride: stride)
            default:
                let isReduced = suffixes.contains { $0.hasPrefix("reduced") }
                let method = selfAttentive(
                    patch: isReduced ? stride : 2, ratio: isReduced ? 0.25 : 1,
                    heads: suffixes.contains("headfix2") ? 2 : 8,
                    isWindowNormalised: true)
                return .pooled(method, stride: stride)
            }
        }

        private func selfAttentive(patch: Int, ratio: Double, heads: Int, isWindowNormalised: Bool)
            -> SelfAttentivePooling
        {
            SelfAttentivePooling(
                patch: patch, ratio: ratio, heads: heads, isWindowNormalised: isWindowNormalised,
                position: kind == "nlpnope" ? .none : .learned,
                weighting: kind == "nlpnoexp"
                    ? .sigmoid : kind == "nlpnosigmoid" ? .exponential : .exponentialOfSigmoid,
                normalisesEmbedding: kind != "nlpnobn1", normalisesRestoration: kind != "nlpnobn2",
                allowsDegenerate: true)
        }

        private func patch(stage: Int, family: Family, text: String) throws -> Int {
            let named = suffixes.filter { $0.hasPrefix("reduced") }.sorted()
            guard let suffix = named.first else { return 1 }
            guard named.count == 1 else {
                throw NetworkError("\"\(text)\" has the suffixes \(named.joined(separator: " and ")): use one of them")
            }
            if suffix == "reduced" {
                switch family {
                case .mobileNetV3: return 1
                case .mobileNetV2: return [4, 4, 4, 2, 2, 1, 1][stage]
                case .resNet: return [4, 2, 1, 1][stage]
                }
            }
            guard family == .resNet else {
                throw NetworkError("the suffix \"\(suffix)\" in \"\(text)\" is for networks of four stages")
            }
            guard stage > 0 else {
                throw NetworkError(
                    "the suffix \"\(suffix)\" in \"\(text)\" has no patch for the first stage: use 1 as first digit")
            }
            return (suffix == "reduced0211" ? [1, 2, 1, 1] : [1, 8, 4, 2])[stage]
        }
    }
}
