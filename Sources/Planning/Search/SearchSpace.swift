import Lowering
import Networks

/// The networks that a search looks at: every combination of its choices.
///
/// ```swift
/// var space = SearchSpace()
/// space.resolutions = [96, 128]
/// space.strides = try StridePattern("[124][12]22121").expanded
/// ```
public struct SearchSpace: Sendable, Hashable {
    /// Sides of the image.
    public var resolutions: [Int]
    /// Widths of a MobileNet V1 or V2; of other backbones the first alone counts, which has to be 1.
    public var widths: [Double]
    /// Pooling methods in the project's own notation; `strided` for strides in the backbone's convolutions.
    public var pools: [String]
    /// One string of digits each; where there are none, those of `StridePattern.standard` for the backbone.
    public var strides: [String]
    /// Where poolings of a MobileNet V1 or V2 stand: `inside` or `before`; strides in convolutions have no place of
    /// their own.
    public var placements: [PoolingPlacement]
    /// A backbone in the project's own notation.
    public var backbone: String
    /// Channels of the image.
    public var channels: Int
    /// Classes that are told apart.
    public var classes: Int

    /// Strides in convolutions, and the poolings that were worth the most in their kind.
    public static let pools = [
        "strided", "max", "blur", "lip", "self-attentive(patch=2, restoration=subpixel)", "glance(base=average)",
    ]

    /// MobileNetV2 for ten classes: about thirteen thousand networks.
    ///
    /// ```swift
    /// SearchSpace(resolutions: [96, 128, 160], pools: ["strided", "lip"], classes: 6)
    /// ```
    public init(
        resolutions: [Int] = [96, 128, 160, 192, 224], widths: [Double] = [0.25, 0.35, 0.5, 0.75, 1],
        pools: [String] = SearchSpace.pools, strides: [String] = [],
        placements: [PoolingPlacement] = [.inside, .before], backbone: String = "mobilenet-v2", channels: Int = 3,
        classes: Int = 10
    ) {
        self.resolutions = resolutions
        self.widths = widths
        self.pools = pools
        self.strides = strides
        self.placements = placements
        self.backbone = backbone
        self.channels = channels
        self.classes = classes
    }

    /// One network of the space.
    public struct Candidate: Sendable, Hashable, Codable {
        /// In the project's own notation.
        public let network: String
        /// Side of the image.
        public let resolution: Int
        /// The pooling method's notation.
        public let pool: String
        /// The width in `network`.
        public let width: Double
    }

    /// The strides that are looked at.
    private var patterns: [String] {
        guard strides.isEmpty else { return strides }
        // A backbone that does not exist is told of when it is built.
        let published = (try? OwnNotation.strides(of: backbone)) ?? [1]
        return StridePattern.standard(published).expanded
    }

    /// Every combination, in a fixed order.
    public var candidates: [Candidate] {
        let hasWidth = OwnNotation.comesInWidths(backbone)
        var candidates: [Candidate] = []
        let patterns = patterns
        for pool in pools {
            let places = pool == "strided" || !hasWidth ? [nil] : placements.map(Optional.some)
            for width in widths {
                for pattern in patterns {
                    for place in places {
                        var options: [String] = hasWidth ? ["width=\(width)"] : []
                        options.append("strides=\(pattern)")
                        if let place, place != .inside { options.append("placement=\(place.rawValue)") }
                        if pool != "strided" { options.append("pool=\(pool)") }
                        let name = "\(backbone)(\(options.joined(separator: ", ")))"
                        for resolution in resolutions {
                            candidates.append(
                                Candidate(network: name, resolution: resolution, pool: pool, width: width))
                        }
                    }
                }
            }
        }
        // What is named twice is one network.
        var known = Set<Candidate>()
        return candidates.filter { known.insert($0).inserted }
    }

    /// A candidate's network.
    ///
    /// - Throws: `NetworkError` where it cannot be built, for example because its maps vanish.
    public func network(_ candidate: Candidate) throws -> Network {
        try Network(
            notation: candidate.network, input: [channels, candidate.resolution, candidate.resolution],
            classes: classes)
    }
}

/// Strides with choices: `[124][12]22121` stands for six strings of seven digits.
public struct StridePattern: Sendable, Hashable {
    /// The digits that each place may have.
    public let choices: [[Character]]

    /// The strides that are searched where none are given: each halving of the backbone may be left out, and that of
    /// the first stage
    /// may as well be by 4 or come where the backbone has none.
    public static func standard(_ published: [Int]) -> StridePattern {
        StridePattern(
            choices: published.enumerated().map { stage, stride in
                stage == 0 ? ["1", "2", "4"] : stride == 1 ? ["1"] : ["1", Character("\(stride)")]
            })
    }

    private init(choices: [[Character]]) { self.choices = choices }

    /// Reads a pattern.
    ///
    /// - Throws: `PlanningError` that says how to write one.
    public init(_ text: String) throws(PlanningError) {
        let problem = PlanningError(
            "\(text) is no pattern of strides: write digits from 1 to 9, and choices in brackets, for example [124][12]22121"
        )
        var choices: [[Character]] = []
        var open: [Character]?
        for character in text {
            switch character {
            case "[" where open == nil: open = []
            case "]":
                guard let digits = open, !digits.isEmpty else { throw problem }
                choices.append(digits)
                open = nil
            case "1"..."9":
                if open == nil { choices.append([character]) } else { open?.append(character) }
            default: throw problem
            }
        }
        guard open == nil, !choices.isEmpty else { throw problem }
        self.choices = choices
    }

    /// Every string that it stands for.
    public var expanded: [String] {
        choices.reduce([""]) { prefixes, digits in prefixes.flatMap { prefix in digits.map { prefix + String($0) } } }
    }
}
