import Networks
import Planning
import Reporting

/// The networks that compete: a dozen that keep to the budget and differ in backbone, pooling, width and size of the
/// image.
///
/// MobileNetV2s come from `NetworkSearch`, the others are few enough to plan all. No formula says what a pooling method
/// is worth, so every method of every backbone sends the same number of networks into the competition, as far as there
/// are any.
public struct CandidateList: Sendable, Equatable, Codable {
    public var candidates: [FitCandidate]
    /// By a candidate's name networks of its backbone and pooling method that take less work, the largest first: one of them competes in
    /// its place where it trains too slowly.
    public var smaller: [String: [FitCandidate]]
    /// Networks that were looked at.
    public var considered: Int
    /// Those that keep to the budget.
    public var fitting: Int

    /// What is told of a list once the schedule stands; lists of earlier versions have it too.
    package struct Counts: Decodable {
        package let considered: Int
        package let fitting: Int
    }

    /// How many compete where there is time for all.
    package static let most = 12

    /// Looks for candidates.
    ///
    /// - Parameters:
    ///   - side: median longer side of the images.
    ///   - channels: 1 or 3.
    ///   - progress: told what is done.
    /// - Throws: `PlanningError` that names the smallest network where none keeps to the budget.
    public init(
        _ budget: FitBudget, side: Int, channels: Int, classes: Int, progress: @Sendable (String) -> Void = { _ in }
    ) throws {
        let resolutions = Self.resolutions(side: side)
        var all: [FitCandidate] = []
        considered = 0
        var failure: (any Error)?
        do {
            let report = try Self.mobileNets(budget, resolutions, channels, classes).run { state in
                switch state {
                case .counted(let done, let all): progress("counting networks: \(done) of \(all)")
                case .planned(let done, let all): progress("planning the best: \(done) of \(all)")
                }
            }
            considered += report.candidates
            all += Self.evaluate(
                report.front.map { Description($0.candidate.network, $0.candidate.resolution, $0.candidate.pool) },
                budget, channels, classes)
        } catch {
            failure = error
        }
        let others = Self.others(resolutions)
        progress("planning \(others.count) networks of other backbones")
        considered += others.count
        all += Self.evaluate(others, budget, channels, classes)
        let nearest = all.min { $0.share(of: budget) < $1.share(of: budget) }
        all = all.filter { $0.excess(of: budget) == nil }
        fitting = all.count
        candidates = Self.chosen(all, Self.most)
        smaller = Self.smaller(all, than: candidates)
        try check(budget, nearest, failure)
    }

    /// Detectors on MobileNetV2, with anchors as large as the objects are; and on a backbone whose weights are at hand.
    ///
    /// - Parameter pretrained: that backbone's notation; nil for none.
    /// - Throws: `FittingError` that names the nearest where none keeps to the budget.
    package init(detectorsFor budget: FitBudget, _ survey: DataSurvey, pretrained: String?) throws {
        let scales = survey.anchorScales.map { String(format: "%.3f", $0) }.joined(separator: "-")
        var descriptions: [Description] = []
        let sides = [96, 128, 160, 192, 224, 256, 320].filter { $0 <= survey.medianSide + survey.medianSide / 8 }
        if let pretrained {
            // Its last stages have most of the weights, and no room in flash: it ends before them where it must.
            for side in sides {
                for ends in ["extra=1", "last-stride=16, extra=2"] {
                    descriptions.append(
                        Description(
                            "ssdlite(backbone=\(pretrained), first-stride=8, \(ends), pyramid=64, scales=\(scales))",
                            side,
                            "strided", .pretrained))
                }
            }
        }
        for pool in Self.detectorPools {
            for side in sides {
                for width in ["0.25", "0.35", "0.5", "0.75"] {
                    let method = pool == "strided" ? "" : ", pool=\(pool)"
                    descriptions.append(
                        Description(
                            "ssdlite(backbone=mobilenet-v2(width=\(width)\(method)), first-stride=8, extra=1, pyramid=64, "
                                + "scales=\(scales))", side, pool))
                }
            }
        }
        let found = Self.evaluate(descriptions, budget, 3, survey.classNames.count)
        let all = found.filter { $0.excess(of: budget) == nil }
        (considered, fitting) = (descriptions.count, all.count)
        candidates = Self.chosen(all, Self.mostDetectors)
        smaller = Self.smaller(all, than: candidates)
        try check(budget, found.min { $0.share(of: budget) < $1.share(of: budget) }, nil)
    }

    /// Poolings of detectors that compete, and how many networks: a detector trains slowly.
    private static let detectorPools = ["strided", "average", "self-attentive(patch=4, restoration=subpixel)"]
    private static let mostDetectors = 6

    private func check(_ budget: FitBudget, _ nearest: FitCandidate?, _ failure: (any Error)?) throws {
        guard candidates.isEmpty else { return }
        guard let nearest, let excess = nearest.excess(of: budget) else {
            throw failure ?? FittingError("no network keeps to \(budget.text): give more with --sram and --flash")
        }
        throw FittingError(
            "no network keeps to \(budget.text): the nearest, \(nearest.network) at \(nearest.resolution) pixels, takes \(excess); give more, "
                + "or let it see smaller images")
    }

    /// Sides of the image that are tried: none above what the photographs have, and small images as they are.
    package static func resolutions(side: Int) -> [Int] {
        guard side > 64 else { return side >= 48 ? [side, side / 2] : [max(16, side)] }
        return Array([64, 96, 128, 160, 192, 224].filter { $0 <= side + side / 8 }.suffix(5))
    }

    private static func mobileNets(
        _ budget: FitBudget, _ resolutions: [Int], _ channels: Int, _ classes: Int
    ) throws -> NetworkSearch {
        var space = SearchSpace(resolutions: resolutions, channels: channels, classes: classes)
        let isSmall = (resolutions.max() ?? 0) <= 64
        space.strides = try StridePattern(isSmall ? "1[12][12]2111" : "[12][12]22121").expanded
        return NetworkSearch(
            space,
            limits: SearchLimits(budget: budget.planning, multiplyAccumulates: budget.multiplyAccumulates),
            core: budget.core)
    }

    private struct Description: Sendable {
        let network: String
        let resolution: Int
        let pool: String
        let origin: FitCandidate.Origin

        init(_ network: String, _ resolution: Int, _ pool: String, _ origin: FitCandidate.Origin = .searched) {
            (self.network, self.resolution, self.pool, self.origin) = (network, resolution, pool, origin)
        }
    }

    /// Backbones that are not searched but tried in a few sizes.
    private static func others(_ resolutions: [Int]) -> [Description] {
        let sizes = ["8-16-32", "16-32-64", "24-48-96", "32-64-128", "16-32-64-128", "24-48-96-192", "32-64-128-256"]
        var found: [Description] = []
        for pool in SearchSpace.pools {
            let method = pool == "strided" ? "" : "pool=\(pool)"
            for resolution in resolutions {
                for channels in sizes {
                    let options = ["channels=\(channels)"] + (method.isEmpty ? [] : [method])
                    found.append(Description("plain-cnn(\(options.joined(separator: ", ")))", resolution, pool))
                }
                for backbone in ["mobilenet-v3-small", "efficientnet-lite0"] {
                    found.append(Description(method.isEmpty ? backbone : "\(backbone)(\(method))", resolution, pool))
                }
            }
        }
        return found
    }

    private static func evaluate(
        _ descriptions: [Description], _ budget: FitBudget, _ channels: Int, _ classes: Int
    ) -> [FitCandidate] {
        inParallel(descriptions) { one -> FitCandidate? in
            let input: Shape = [channels, one.resolution, one.resolution]
            guard let network = try? Network(notation: one.network, input: input, classes: classes) else { return nil }
            return FitCandidate(
                network, name: "", network: one.network, origin: one.origin, pool: one.pool, budget)
        }.compactMap { $0 }
    }

    // MARK: - Who competes

    /// Takes turns among the backbones' pooling methods: of each the largest network, then the largest of at most
    /// half its work, and so on.
    package static func chosen(_ all: [FitCandidate], _ most: Int) -> [FitCandidate] {
        let ladders = ladders(all)
        var chosen: [FitCandidate] = []
        for step in 0..<(ladders.map(\.count).max() ?? 0) {
            for ladder in ladders where step < ladder.count && chosen.count < most {
                var one = ladder[step]
                one.name = name(one, number: chosen.count + 1)
                chosen.append(one)
            }
        }
        return chosen
    }

    /// For each candidate, by its name, the smaller networks of its kind that do not compete, under the names that they would have in its
    /// place.
    package static func smaller(_ all: [FitCandidate], than candidates: [FitCandidate]) -> [String: [FitCandidate]] {
        var smaller: [String: [FitCandidate]] = [:]
        for ladder in ladders(all) {
            let members = candidates.filter { $0.kind == ladder[0].kind }
            for one in members {
                smaller[one.name] = ladder.dropFirst(members.count).map { quicker in
                    var quicker = quicker
                    quicker.name = String(one.name.prefix { $0 != "-" }) + name(quicker, number: 1).dropFirst(2)
                    return quicker
                }
            }
        }
        return smaller
    }

    /// Of each kind of network the largest, then the largest of at most half its work, and so on.
    private static func ladders(_ all: [FitCandidate]) -> [[FitCandidate]] {
        var order: [String] = []
        var groups: [String: [FitCandidate]] = [:]
        for candidate in all {
            if groups[candidate.kind] == nil { order.append(candidate.kind) }
            groups[candidate.kind, default: []].append(candidate)
        }
        return order.map { kind in
            var ladder: [FitCandidate] = []
            while true {
                let left = (groups[kind] ?? []).filter { one in
                    ladder.last.map { one.multiplyAccumulates <= $0.multiplyAccumulates / 2 } ?? true
                }
                let best = left.max { $0.size == $1.size ? $1.isCheaper(than: $0) : $0.size < $1.size }
                guard let best else { return ladder }
                ladder.append(best)
            }
        }
    }

    package static func backbone(_ network: String) -> String { String(network.prefix { $0 != "(" }) }

    /// A folder's name that people can read: `03-mobilenet-v2-max-96`.
    private static func name(_ candidate: FitCandidate, number: Int) -> String {
        let pool = backbone(candidate.pool)
        let digits = number < 10 ? "0\(number)" : "\(number)"
        return "\(digits)-\(backbone(candidate.network))-\(pool)-\(candidate.resolution)"
    }
}
