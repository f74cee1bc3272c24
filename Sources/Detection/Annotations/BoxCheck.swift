/// Makes boxes of annotations usable, and says of those that are not why.
///
/// Real data holds boxes without area, upside down, or outside their image. A box that sticks out is cut at the border.
struct BoxCheck {
    private(set) var dropped: [DroppedBox] = []

    /// Leaves out what is no box at all.
    mutating func drop(_ reason: String, file: String) { dropped.append(DroppedBox(file: file, reason: reason)) }

    /// The box cut to its image, or nil where nothing sensible is left.
    mutating func check(_ box: Box, width: Int, height: Int, label: String, file: String) -> Box? {
        let numbers = [box.left, box.top, box.right, box.bottom]
        func drop(_ reason: String) -> Box? {
            let corners = numbers.map(Self.text).joined(separator: " ")
            dropped.append(DroppedBox(file: file, reason: "a box of \(label) (\(corners)) \(reason)"))
            return nil
        }
        guard numbers.allSatisfy(\.isFinite) else { return drop("has a corner that is no number") }
        guard box.width >= 0, box.height >= 0 else { return drop("is inverted") }
        guard box.area > 0 else { return drop("has no area") }
        let inside = box.intersection(Box(left: 0, top: 0, right: Double(width), bottom: Double(height)))
        guard inside.isProper else { return drop("lies outside its \(width)×\(height) image") }
        return inside
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}
