import Lowering
import Planning

/// Code sizes of a core, from what was linked for it.
struct CodeFit {
    private let fixed: Int
    private let pieces: [(bytes: Int, kernels: [DeviceKernel])]
    private let coefficients: [Double]
    private var margin = 0

    private static let calls = DeviceKernel.allCases

    /// - Parameter probes: how many of the first networks have hardly more than a kernel each.
    init(_ all: [Measurement], probes count: Int) {
        let probes = all.prefix(count)
        var sizes: [String: Int] = [:]
        for one in all { for (name, size) in one.image.shared { sizes[name] = max(size, sizes[name] ?? 0) } }
        var fixed = 0
        var groups: [[DeviceKernel]: Int] = [:]
        for (name, size) in sizes.sorted(by: { $0.key < $1.key }) {
            let users = probes.filter { $0.image.shared[name] != nil }
            guard users.count < probes.count else {
                fixed += size
                continue
            }
            // Kernels without which it is never there, then those that are needed to tell why it is.
            let absent = probes.filter { $0.image.shared[name] == nil }.reduce(into: Set<DeviceKernel>()) {
                $0.formUnion($1.kernels)
            }
            let kernels = DeviceKernel.allCases.filter { kernel in
                !absent.contains(kernel) && users.contains { $0.kernels.contains(kernel) }
            }
            groups[kernels, default: 0] += size
        }
        self.fixed = fixed
        let pieces = groups.filter { !$0.key.isEmpty }.map { (bytes: $0.value, kernels: $0.key) }.sorted {
            $0.kernels.map(\.rawValue).joined() < $1.kernels.map(\.rawValue).joined()
        }
        self.pieces = pieces
        let own = all.map { one in Double(Self.own(one, fixed, pieces)) }
        coefficients =
            NonNegativeFit(
                all.map(Self.features), own, weights: all.map { 1024 / Self.tolerance($0) }
            ).coefficients
        // Beside the share that every footprint adds. Small networks are held to a kilobyte, so the last half per cent is left to chance.
        margin = max(
            0,
            all.map { residual($0) - $0.image.flashBytes / Footprint.shareOfScatter - $0.image.flashBytes / 200 }.max()
                ?? 0)
    }

    /// How far a plan may be off: 2 % of the flash, or a kilobyte where that is more.
    private static func tolerance(_ one: Measurement) -> Double { max(1024, Double(one.image.flashBytes) / 50) }

    /// Code beside start-up and the kernels' pieces.
    private static func own(_ one: Measurement, _ fixed: Int, _ pieces: [(bytes: Int, kernels: [DeviceKernel])]) -> Int
    {
        one.image.flashBytes - one.weightsBytes - fixed
            - pieces.filter { !one.kernels.isDisjoint(with: $0.kernels) }.reduce(0) { $0 + $1.bytes }
    }

    /// How far a network's code is off, in bytes: measured less fitted.
    func residual(_ one: Measurement) -> Int {
        let fitted = zip(Self.features(one), coefficients).reduce(0) { $0 + $1.0 * $1.1 }
        return Self.own(one, fixed, pieces) - Int(fitted.rounded())
    }

    /// Interface, rows pushed, steps alone, stripes, steps in stripes, calls of each kernel.
    private static func features(_ one: Measurement) -> [Double] {
        let shape = one.shape
        let head = [1, shape.pushesRows ? 1 : 0, Double(shape.alone), Double(shape.stripes), Double(shape.striped)]
        let kernels = one.steps.joined().compactMap(\.kernel)
        return head + calls.map { kernel in Double(kernels.count { $0 == kernel }) }
    }

    /// As Swift.
    func source(_ core: Core) -> String {
        func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
        let pieces = pieces.map { piece in
            "            Piece(\(piece.bytes)\(piece.kernels.map { ", .\($0.rawValue)" }.joined())),\n"
        }.joined()
        let calls = zip(Self.calls, coefficients.dropFirst(5)).map { kernel, bytes in
            "            .\(kernel.rawValue): \(number(bytes)),\n"
        }.joined()
        return """
                static let \(core) = CodeSizes(
                    fixed: \(fixed),
                    pieces: [
            \(pieces)        ],
                    calls: [
            \(calls)        ],
                    interface: \(number(coefficients[0])), pushing: \(number(coefficients[1])), alone: \(number(coefficients[2])), stripe: \(number(coefficients[3])),
                    striped: \(number(coefficients[4])), margin: \(margin))

            """
    }
}
