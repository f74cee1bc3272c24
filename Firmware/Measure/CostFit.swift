import Lowering
import Planning

/// Instructions of a core by kind of work, from what an emulator counted.
struct CostFit {
    private var coefficients: [DeviceKernel: [Double]] = [:]

    /// - Parameter samples: networks whose steps were counted. A step with one call tells of its kernel; others are taken less what is
    ///   known of their other calls.
    init(_ samples: [Measurement]) {
        // Kernels that always come with others behind them are fitted after those.
        for pass in 0..<2 {
            for kernel in DeviceKernel.allCases {
                var (rows, values): ([[Double]], [Double]) = ([], [])
                for sample in samples {
                    for (step, counted) in zip(sample.steps, sample.instructions) where counted > 0 {
                        let own = step.filter { $0.kernel == kernel }
                        guard own.count == 1, let call = own.first, pass > 0 || step.count == 1 else { continue }
                        let rest = step.filter { $0.kernel != kernel }
                        guard rest.allSatisfy({ $0.kernel.map { coefficients[$0] != nil } ?? false }) else { continue }
                        rows.append(call.work)
                        values.append(Double(counted) - rest.reduce(0) { $0 + instructions($1) })
                    }
                }
                guard !rows.isEmpty else { continue }
                // Relative errors count; those of little layers less, as loops around them weigh there.
                let weights = values.map { 1 / max($0, 20_000) }
                coefficients[kernel] = NonNegativeFit(rows, values, weights: weights).coefficients
            }
        }
    }

    /// Of a network what was counted, and what is estimated.
    func total(_ sample: Measurement) -> (counted: Int, estimated: Int) {
        (
            sample.instructions.prefix(sample.steps.count).reduce(0, +),
            Int(sample.steps.joined().reduce(0) { $0 + instructions($1) })
        )
    }

    private func instructions(_ call: DeviceCall) -> Double {
        guard let kernel = call.kernel, let own = coefficients[kernel] else { return 0 }
        return zip(own, call.work).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// As Swift.
    func source(_ core: Core) -> String {
        let lines = DeviceKernel.allCases.compactMap { kernel in
            coefficients[kernel].map { own in
                "            .\(kernel.rawValue): [\(own.map { "\(($0 * 10_000).rounded() / 10_000)" }.joined(separator: ", "))],\n"
            }
        }.joined()
        return "    static let \(core) = CostModel([\n\(lines)        ])\n"
    }
}
