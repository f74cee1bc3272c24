/// What all feature maps of a detector have in common.
public struct DetectorHead {
    /// How channels of an anchor are meant.
    public enum Style {
        /// Logits of background and of each class in one map; tx, ty, tw, th in another.
        case ssd
        /// tx, ty, tw, th, logits of "an object" and of each class in one map.
        case yolo
    }

    let style: Style
    /// Kinds of objects, background not counted.
    let classes: Int
    /// Sides of the input image in sixteenths of a pixel.
    let width: Int32
    let height: Int32

    /// A head of an image of `width` by `height` pixels, each below 4096.
    @inline(__always)
    public init(_ style: Style, classes: Int, width: Int32, height: Int32) {
        self.style = style
        self.classes = classes
        self.width = width &* 16
        self.height = height &* 16
    }

    /// Channels of an anchor in the map that holds its box.
    @inline(__always)
    var boxChannels: Int { style == .ssd ? 4 : classes &+ 5 }
}

/// One feature map of a detector: what its heads have put out, and the tables that make boxes and scores of it.
///
/// Everything is fixed point, so that every core computes the same numbers: places and sizes in 1/4096 pixel, probabilities in 1/65 536.
public struct DetectorGrid {
    let rows: Int
    let columns: Int
    /// Anchors of a cell.
    let anchors: Int
    /// `[rows][columns][anchors][channels]`: logits; of YOLO everything.
    let scores: UnsafePointer<Int8>
    /// The map that holds boxes: `[rows][columns][anchors][4]`; of YOLO the same as `scores`.
    let offsets: UnsafePointer<Int8>
    /// Zero point of boxes.
    let zero: Int32
    /// SSD: e^−(scale · d) for a logit that is d steps below the largest, 0 … 255. YOLO: the sigmoid of the numbers −128 … 127.
    let probabilities: UnsafePointer<UInt16>
    /// By how much tw or th stretches an anchor, in 1/65 536, for −128 … 127.
    let stretches: UnsafePointer<Int32>
    /// Four numbers an anchor of a cell: its width and height; how far one step of tx and of ty moves its centre.
    let shapes: UnsafePointer<Int32>
    /// A cell's sides.
    let cellWidth: Int32
    let cellHeight: Int32

    @inline(__always)
    public init(
        rows: Int, columns: Int, anchors: Int, scores: UnsafePointer<Int8>, offsets: UnsafePointer<Int8>, zero: Int32,
        probabilities: UnsafePointer<UInt16>, stretches: UnsafePointer<Int32>, shapes: UnsafePointer<Int32>,
        cellWidth: Int32, cellHeight: Int32
    ) {
        self.rows = rows
        self.columns = columns
        self.anchors = anchors
        self.scores = scores
        self.offsets = offsets
        self.zero = zero
        self.probabilities = probabilities
        self.stretches = stretches
        self.shapes = shapes
        self.cellWidth = cellWidth
        self.cellHeight = cellHeight
    }

    /// Anchors of all cells.
    @inline(__always)
    var count: Int { rows &* columns &* anchors }

    /// The box that the network tells of an anchor, cut at the image's border.
    func box(_ anchor: Int, _ head: DetectorHead) -> DetectedBox {
        let told = offsets + anchor &* head.boxChannels
        let cell = anchor / anchors
        let shape = shapes + (anchor &- cell &* anchors) &* 4
        let row = cell / columns
        let column = cell &- row &* columns
        let x = centre(column, cellWidth, told[0], step: shape[2], head)
        let y = centre(row, cellHeight, told[1], step: shape[3], head)
        let (halfWidth, halfHeight) = (stretched(shape[0], told[2]) &>> 1, stretched(shape[1], told[3]) &>> 1)
        return DetectedBox(
            left: Self.sixteenths(x &- halfWidth, most: head.width),
            top: Self.sixteenths(y &- halfHeight, most: head.height),
            right: Self.sixteenths(x &+ halfWidth, most: head.width),
            bottom: Self.sixteenths(y &+ halfHeight, most: head.height))
    }

    /// A centre's coordinate: SSD moves it from the cell's middle, YOLO places it inside the cell.
    @inline(__always)
    private func centre(_ index: Int, _ cell: Int32, _ told: Int8, step: Int32, _ head: DetectorHead) -> Int32 {
        let place = Int32(truncatingIfNeeded: index)
        switch head.style {
        case .ssd: return ((2 &* place &+ 1) &* cell) &>> 1 &+ (Int32(told) &- zero) &* step
        case .yolo:
            let share = UInt64(probabilities[Int(told) &+ 128])
            return place &* cell &+ Int32(truncatingIfNeeded: (share &* UInt64(UInt32(bitPattern: cell))) &>> 16)
        }
    }

    /// An anchor's side as the network wants it; no longer than 2²⁸, which is far outside of every image.
    @inline(__always)
    private func stretched(_ side: Int32, _ told: Int8) -> Int32 {
        let product =
            (UInt64(UInt32(bitPattern: side)) &* UInt64(UInt32(bitPattern: stretches[Int(told) &+ 128]))) &>> 16
        return product > 1 &<< 28 ? 1 &<< 28 : Int32(truncatingIfNeeded: product)
    }

    /// From 1/4096 to 1/16 pixel, to the nearest, kept within the image.
    @inline(__always)
    private static func sixteenths(_ place: Int32, most: Int32) -> Int32 {
        let rounded = (place &+ 128) &>> 8
        return rounded < 0 ? 0 : rounded > most ? most : rounded
    }
}

/// A box by its corners, in sixteenths of a pixel of the input image.
struct DetectedBox {
    let left: Int32
    let top: Int32
    let right: Int32
    let bottom: Int32

    /// Of a box that is not inverted.
    @inline(__always)
    var area: UInt64 { UInt64(UInt32(bitPattern: right &- left)) &* UInt64(UInt32(bitPattern: bottom &- top)) }

    /// Whether intersection over union is above `threshold` / 65 536.
    func overlaps(_ other: DetectedBox, by threshold: UInt64) -> Bool {
        let (x, y) = (left > other.left ? left : other.left, top > other.top ? top : other.top)
        let width = (right < other.right ? right : other.right) &- x
        let height = (bottom < other.bottom ? bottom : other.bottom) &- y
        guard width > 0, height > 0 else { return false }
        let shared = UInt64(UInt32(bitPattern: width)) &* UInt64(UInt32(bitPattern: height))
        return shared &<< 16 > threshold &* (area &+ other.area &- shared)
    }
}
