import Lowering
import Planning

/// Instructions of a core by kind of work, or estimated cycles, from what an emulator counted.
struct CostFit {
    private let counts: KeyPath<Measurement, [Int]>
    private var coefficients: [DeviceKernel: [Double]] = [:]

    /// - Parameters:
    ///   - samples: networks whose steps were counted. A step with one call tells of its kernel; others are taken less
    ///     what is known of their other calls.
    ///   - counts: what is fitted: of each step its instructions, or its estimated cycles.
    init(_ samples: [Measurement], _ counts: KeyPath<Measurement, [Int]>) {
        self.counts = counts
        // Kernels that always come with others behind them are fitted after those.
        for pass in 0..<2 {
            for kernel in DeviceKernel.allCases {
                var (rows, values): ([[Double]], [Double]) = ([], [])
                for sample in samples {
                    for (step, counted) in zip(sample.steps, sample[keyPath: counts]) where counted > 0 {
                        let own = step.filter { $0.kernel == kernel }
                        guard own.count == 1, let call = own.first, pass > 0 || step.count == 1 else { continue }
                        let rest = step.filter { $0.kernel != kernel }
                        guard rest.allSatisfy({ $0.kernel.map { coefficients[$0] != nil } ?? false }) else { continue }
                        rows.append(call.work)
                        values.append(Double(counted) - rest.reduce(0) { $0 + cost($1) })
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
            sample[keyPath: counts].prefix(sample.steps.count).reduce(0, +),
            Int(sample.steps.joined().reduce(0) { $0 + cost($1) })
        )
    }

    private func cost(_ call: DeviceCall) -> Double {
        guard let kernel = call.kernel, let own = coefficients[kernel] else { return 0 }
        return zip(own, call.work).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// As Swift, a line a kernel.
    func source() -> String {
        DeviceKernel.allCases.compactMap { kernel in
            coefficients[kernel].map { own in
                "            .\(kernel.rawValue): [\(own.map { "\(($0 * 10_000).rounded() / 10_000)" }.joined(separator: ", "))],\n"
            }
        }.joined()
    }
}
