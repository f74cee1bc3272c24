import Networks
import Planning
import Quantization

/// Pieces of generated calls.
enum CallText {
    static func size(_ shape: Shape) -> String {
        "MapSize(height: \(shape.height), width: \(shape.width), channels: \(shape.channels))"
    }

    /// Row `y` of a buffer that holds a value of this shape.
    static func row(_ buffer: Buffer, _ shape: Shape) -> String {
        let offset = number(buffer.offset)
        if shape.height == 1 { return "at(\(offset))" }
        if buffer.rows == shape.height {
            return "at(\(buffer.offset == 0 ? "" : offset + " + ")y * \(buffer.rowBytes))"
        }
        return "row(y, \(offset), \(buffer.rows), of: \(buffer.rowBytes))"
    }

    static func window(_ window: Window) -> String {
        let (kernel, stride, padding) = (window.kernel, window.stride, window.before)
        guard kernel.height == kernel.width, stride.height == stride.width, padding.height == padding.width else {
            return "SlidingWindow(height: \(kernel.height), width: \(kernel.width), verticalStride: \(stride.height), "
                + "horizontalStride: \(stride.width), top: \(padding.height), left: \(padding.width))"
        }
        return "SlidingWindow(\(kernel.height)" + (stride.height == 1 ? "" : ", stride: \(stride.height)")
            + (padding.height == 0 ? "" : ", padding: \(padding.height)") + ")"
    }

    static func dilation(_ dilation: Size) -> String {
        "Dilation(vertical: \(dilation.height), horizontal: \(dilation.width))"
    }

    static func multiplier(_ scale: FixedPointScale) -> String {
        "Multiplier(\(number(scale.multiplier)), shift: \(scale.shift))"
    }

    static func addend(_ addend: AddendScaling) -> String {
        "Addend(zero: \(addend.zero), multiplier: \(number(addend.scale.multiplier)), shift: \(addend.scale.shift))"
    }

    static func output(_ output: OutputScaling) -> String {
        "ScaledOutput(multiplier: \(number(output.scale.multiplier)), shift: \(output.scale.shift), zero: \(output.zero)"
            + limits(output.low, output.high) + ")"
    }

    static func limits(_ low: Int, _ high: Int) -> String {
        (low == -128 ? "" : ", low: \(low)") + (high == 127 ? "" : ", high: \(high)")
    }

    /// `24_576`.
    static func number(_ value: some BinaryInteger) -> String {
        var digits = String(value.magnitude)
        guard digits.count > 4 else { return "\(value)" }
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return (value < 0 ? "-" : "") + ([digits] + groups).joined(separator: "_")
    }
}
