import Foundation

/// Student's distribution.
package enum Student {
    /// The probability that |T| is at least `t`, for whole degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4).
    ///
    /// - Parameter t: 0 or more; may be infinite.
    package static func twoSided(_ t: Double, degrees: Int) -> Double {
        let angle = atan(t / Double(degrees).squareRoot())
        let (sine, cosine) = (sin(angle), cos(angle))
        // Of the odd or the even series, whose last power of the cosine is degrees − 2.
        var (sum, term) = (0.0, degrees.isMultiple(of: 2) ? 1.0 : cosine)
        var power = degrees.isMultiple(of: 2) ? 0 : 1
        while power <= degrees - 2 {
            sum += term
            term *= cosine * cosine * Double(power + 1) / Double(power + 2)
            power += 2
        }
        let inside = degrees.isMultiple(of: 2) ? sine * sum : 2 / Double.pi * (angle + sine * sum)
        return min(1, max(0, 1 - inside))
    }
}

/// Holm's correction of several tests at once (“A simple sequentially rejective multiple test procedure”, 1979).
///
/// With each corrected value compared with 5 %, the chance of one false finding or more among all of them is at most 5 %.
///
/// - Returns: the corrected values, in the order given.
public func holmCorrected(_ pValues: [Double]) -> [Double] {
    var corrected = pValues
    var largest = 0.0
    for (rank, index) in pValues.indices.sorted(by: { pValues[$0] < pValues[$1] }).enumerated() {
        largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
        corrected[index] = largest
    }
    return corrected
}
