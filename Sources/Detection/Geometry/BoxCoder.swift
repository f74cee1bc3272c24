import Foundation

/// Boxes as offsets from anchors, with variances (Girshick et al., 2014, appendix C; Liu et al., *SSD*, 2016):
/// tx = (x − xa) / (wa · σxy), tw = ln(w / wa) / σwh, and so for y and h.
public struct BoxCoder: Sendable, Hashable {
    /// σ of the centre and of the size.
    public var centerVariance: Double
    public var sizeVariance: Double

    /// Largest ln(w / wa) that is decoded: a wild network must not give infinite boxes.
    public static let largestLogarithm = log(1000.0 / 16)

    /// A coder by its variances; the defaults are SSD's.
    public init(centerVariance: Double = 0.1, sizeVariance: Double = 0.2) {
        self.centerVariance = centerVariance
        self.sizeVariance = sizeVariance
    }

    /// What the network has to say of an anchor: tx, ty, tw, th. Both boxes have to be proper.
    public func encode(_ box: Box, anchor: Box) -> [Double] {
        [
            (box.centerX - anchor.centerX) / (anchor.width * centerVariance),
            (box.centerY - anchor.centerY) / (anchor.height * centerVariance),
            log(box.width / anchor.width) / sizeVariance,
            log(box.height / anchor.height) / sizeVariance,
        ]
    }

    /// The box that tx, ty, tw, th name.
    public func decode(_ offsets: some Collection<Double>, anchor: Box) -> Box {
        var values = [0.0, 0, 0, 0]
        for (index, offset) in zip(0..<4, offsets) { values[index] = offset }
        func side(_ offset: Double, _ length: Double) -> Double {
            exp(min(offset * sizeVariance, Self.largestLogarithm)) * length
        }
        return Box(
            centerX: anchor.centerX + values[0] * centerVariance * anchor.width,
            centerY: anchor.centerY + values[1] * centerVariance * anchor.height,
            width: side(values[2], anchor.width), height: side(values[3], anchor.height))
    }
}
