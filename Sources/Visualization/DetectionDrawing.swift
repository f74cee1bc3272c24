import Datasets
import Detection
import Reporting

/// An image with boxes around what was found, each with its class and score.
public struct DetectionDrawing {
    private var canvas: Canvas
    private let line: Int
    private let letter: Int

    /// Draws detections on an image.
    ///
    /// - Parameters:
    ///   - detections: boxes in pixels of the image. The surest is drawn last, on top.
    ///   - classNames: by label; one that has no name is called by its number.
    public init(_ image: Image, detections: [Detection], classNames: [String]) {
        canvas = Canvas(image)
        let side = min(image.width, image.height)
        line = max(1, side / 200)
        letter = max(1, side / 240)
        for detection in detections.sorted(by: { $0.score < $1.score }) where detection.box.isProper {
            let name = classNames.indices.contains(detection.label) ? classNames[detection.label] : "\(detection.label)"
            let hundredths = Int((max(0, min(1, detection.score)) * 100).rounded())
            draw(detection.box, Palette.color(detection.label), "\(name) \(hundredths)%")
        }
    }

    /// The picture.
    public func image() throws -> Image { try canvas.image() }

    private mutating func draw(_ box: Box, _ color: String, _ text: String) {
        let inside = box.intersection(
            Box(left: 0, top: 0, right: Double(canvas.width), bottom: Double(canvas.height)))
        guard inside.isProper else { return }
        let (left, top) = (Int(inside.left.rounded()), Int(inside.top.rounded()))
        let (right, bottom) = (Int(inside.right.rounded()), Int(inside.bottom.rounded()))
        canvas.fill(left..<right, top..<top + line, color)
        canvas.fill(left..<right, bottom - line..<bottom, color)
        canvas.fill(left..<left + line, top..<bottom, color)
        canvas.fill(right - line..<right, top..<bottom, color)
        let width = (text.count * BitmapFont.advance + 1) * letter
        let height = (BitmapFont.height + 2) * letter
        // Above the box, or inside where there is no room; never over the right border.
        let x = max(0, min(left, canvas.width - width))
        let y = top >= height ? top - height : top
        canvas.fill(x..<x + width, y..<y + height, color)
        canvas.write(text, x: x + letter, y: y + letter, scale: letter, Palette.ink(on: color))
    }
}

/// Pixels that can be painted; what lies outside is left out.
private struct Canvas {
    let width: Int
    let height: Int
    private var pixels: [UInt8]

    init(_ image: Image) {
        width = image.width
        height = image.height
        pixels = image.rgb().pixels
    }

    func image() throws -> Image { try Image(width: width, height: height, channels: 3, pixels: pixels) }

    /// A rectangle in a colour given as `#RRGGBB`.
    mutating func fill(_ columns: Range<Int>, _ rows: Range<Int>, _ color: String) {
        let value = UInt32(color.dropFirst(), radix: 16) ?? 0
        let channels = [16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
        for y in rows.clamped(to: 0..<height) {
            for x in columns.clamped(to: 0..<width) {
                for c in 0..<3 { pixels[(y * width + x) * 3 + c] = channels[c] }
            }
        }
    }

    mutating func write(_ text: String, x: Int, y: Int, scale: Int, _ color: String) {
        for (number, character) in text.enumerated() {
            let left = x + number * BitmapFont.advance * scale
            for (row, bits) in BitmapFont.rows(of: character).enumerated() {
                for column in 0..<BitmapFont.width where bits >> UInt8(BitmapFont.width - 1 - column) & 1 == 1 {
                    let (start, top) = (left + column * scale, y + row * scale)
                    fill(start..<start + scale, top..<top + scale, color)
                }
            }
        }
    }
}
