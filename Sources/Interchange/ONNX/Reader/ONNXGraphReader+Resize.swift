import Networks

/// Resampling to another size, which ONNX can round in a dozen ways.
extension ONNXGraphReader {
    /// The longest side: each of its lines is compared.
    private static let longestSide = 4096

    mutating func resize(_ node: ONNXNodeProto) throws {
        let x = try map(node)
        let map = x.shape
        let size = try resizedSize(node, map)
        guard try node.integer("antialias", default: 0) == 0 else {
            throw ONNXNodeProblem.unsupported("smooths what it makes smaller (antialias is 1), which is not supported")
        }
        // Version 10 had one way.
        let way = operatorSet < 11 ? "asymmetric" : try node.text("coordinate_transformation_mode") ?? "half_pixel"
        switch try node.text("mode") ?? "nearest" {
        case "nearest":
            let rounding = operatorSet < 11 ? "floor" : try node.text("nearest_mode") ?? "round_prefer_floor"
            try finish(node, .upsampleNearest(try Self.nearest(map.size, size, way, rounding)), [x])
            try keepNumbers(node, of: x)
        case "linear":
            guard ["half_pixel", "pytorch_half_pixel", "half_pixel_symmetric"].contains(way),
                size.height >= map.height, size.width >= map.width
            else {
                throw ONNXNodeProblem.unsupported(
                    "resizes linearly from \(map.size) to \(size) by \(way.quoted); only larger maps whose pixels' centres meet (half_pixel) are known"
                )
            }
            try finish(node, .upsampleBilinear(UpsampleBilinear(size: size)), [x])
            try keepNumbers(node, of: x)
        case let mode: throw ONNXNodeProblem.unsupported("resizes by the mode \(mode.quoted), which is not supported")
        }
    }

    /// The size that a node asks for, as sides or as factors of all axes or of some.
    private func resizedSize(_ node: ONNXNodeProto, _ map: Shape) throws -> Size {
        let axes = try node.integers("axes")?.map { $0 < 0 ? $0 &+ 4 : $0 } ?? [0, 1, 2, 3]
        guard Set(axes).count == axes.count, axes.allSatisfy((0..<4).contains) else {
            throw ONNXNodeProblem.broken("has the axes \(axes.shortened), which are none of a map")
        }
        let policy = try node.text("keep_aspect_ratio_policy") ?? "stretch"
        guard policy == "stretch" else {
            throw ONNXNodeProblem.unsupported("keeps a map's proportions (\(policy.quoted)), which is not supported")
        }
        var sides = [Int(batch ?? 1)] + map.dimensions
        if let given = try operatorSet < 11 ? nil : wholeNumbers(node, 3) {
            guard given.count == axes.count else {
                throw ONNXNodeProblem.broken("has \(given.count) sides for \(axes.count) axes")
            }
            for (axis, side) in zip(axes, given) { sides[axis] = Int(side) }
        } else {
            guard let scales = try constant(node, operatorSet < 11 ? 1 : 2)?.tensor.doubles(),
                scales.count == axes.count
            else {
                throw ONNXNodeProblem.broken("has neither sides nor factors for \(axes.count) axes")
            }
            for (axis, scale) in zip(axes, scales) {
                let side = Double(sides[axis]) * scale
                // Between whole lines the factor that is used is another than that of the sides.
                guard side.isFinite, abs(side - side.rounded()) < 1e-3, abs(side) < Double(1 << 31) else {
                    throw ONNXNodeProblem.unsupported(
                        "resizes \(sides[axis]) lines by \(scale), which makes no whole lines")
                }
                sides[axis] = Int(side.rounded())
            }
        }
        guard sides[0] == Int(batch ?? 1), sides[1] == map.channels,
            sides[2...].allSatisfy((1...Self.longestSide).contains), max(map.height, map.width) <= Self.longestSide
        else {
            throw ONNXNodeProblem.unsupported(
                "resizes \(map) to \(sides.shortened); only rows and columns can change, to sides of 1 to \(Self.longestSide)"
            )
        }
        return Size(sides[2], sides[3])
    }

    /// The resampling of ours that copies the same lines.
    private static func nearest(_ from: Size, _ to: Size, _ way: String, _ rounding: String) throws -> UpsampleNearest {
        let sides = [(from.height, to.height), (from.width, to.width)]
        let wanted = try sides.map { try copiedLines($0, $1, way, rounding) }
        for alignment in UpsampleNearest.Alignment.allCases {
            let resampling = UpsampleNearest(size: to, alignment: alignment)
            let isSame = zip(sides, wanted).allSatisfy { sides, wanted in
                let line = resampling.lines(from: sides.0, to: sides.1)
                return wanted.enumerated().allSatisfy { line($0) == $1 }
            }
            if isSame { return resampling }
        }
        throw ONNXNodeProblem.unsupported(
            "copies lines of \(from) to \(to) by \(way.quoted) and \(rounding.quoted), as no resampling here does")
    }

    /// For each line of the output the line that it copies: of its place p = a / b, which is a fraction of whole numbers, the rounded one.
    private static func copiedLines(
        _ source: Int, _ destination: Int, _ way: String, _ rounding: String
    ) throws -> [Int] {
        /// Of the line y: a, and b.
        let place: (Int) -> (Int, Int)
        switch way {
        case "asymmetric": place = { ($0 * source, destination) }
        case "pytorch_half_pixel" where destination == 1, "align_corners" where destination == 1:
            place = { _ in (0, 1) }
        case "half_pixel", "pytorch_half_pixel", "half_pixel_symmetric":
            place = { ((2 * $0 + 1) * source - destination, 2 * destination) }
        case "tf_half_pixel_for_nn": place = { ((2 * $0 + 1) * source, 2 * destination) }
        case "align_corners": place = { ($0 * (source - 1), destination - 1) }
        default: throw ONNXNodeProblem.unsupported("finds lines by \(way.quoted), which is not supported")
        }
        func floor(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((b - 1 - a) / b) }
        let rounded: (Int, Int) -> Int
        switch rounding {
        case "floor": rounded = floor
        case "ceil": rounded = { -floor(-$0, $1) }
        case "round_prefer_ceil": rounded = { floor(2 * $0 + $1, 2 * $1) }
        case "round_prefer_floor": rounded = { -floor($1 - 2 * $0, 2 * $1) }
        default: throw ONNXNodeProblem.broken("has the nearest_mode \(rounding.quoted)")
        }
        return (0..<destination).map { line in
            let (a, b) = place(line)
            return min(max(0, rounded(a, b)), source - 1)
        }
    }
}
