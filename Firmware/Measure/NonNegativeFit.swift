/// Least squares with coefficients of 0 or more: min ‖w·(A·x − b)‖, by going through the coefficients one at a time.
struct NonNegativeFit {
    private(set) var coefficients: [Double]

    /// - Parameters:
    ///   - rows: of A.
    ///   - values: b.
    ///   - weights: of each row.
    init(_ rows: [[Double]], _ values: [Double], weights: [Double], sweeps: Int = 20_000) {
        let count = rows.first?.count ?? 0
        coefficients = [Double](repeating: 0, count: count)
        guard count > 0 else { return }
        // Normal equations, scaled so that no column weighs more than another.
        var products = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        var targets = [Double](repeating: 0, count: count)
        for (row, (value, weight)) in zip(rows, zip(values, weights)) {
            for i in 0..<count where row[i] != 0 {
                targets[i] += weight * weight * row[i] * value
                for j in 0..<count { products[i][j] += weight * weight * row[i] * row[j] }
            }
        }
        let scales = (0..<count).map { products[$0][$0] > 0 ? products[$0][$0].squareRoot() : 1 }
        for i in 0..<count {
            targets[i] /= scales[i]
            for j in 0..<count { products[i][j] /= scales[i] * scales[j] }
        }
        for _ in 0..<sweeps {
            var change = 0.0
            for i in 0..<count where products[i][i] > 0 {
                let sum = zip(products[i], coefficients).reduce(0) { $0 + $1.0 * $1.1 }
                let next = max(0, coefficients[i] + (targets[i] - sum) / products[i][i])
                change = max(change, abs(next - coefficients[i]))
                coefficients[i] = next
            }
            if change < 1e-12 * (coefficients.max() ?? 1) { break }
        }
        for i in 0..<count { coefficients[i] /= scales[i] }
    }
}
