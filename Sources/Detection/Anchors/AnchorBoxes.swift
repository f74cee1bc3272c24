import Networks

extension AnchorGrid {
    /// Anchors as shares of the image, cell after cell, row after row: the order of a head whose output is `[rows, columns, anchors]`.
    public var anchors: [Box] {
        var boxes: [Box] = []
        boxes.reserveCapacity(rows * columns * sizes.count)
        for row in 0..<rows {
            for column in 0..<columns {
                let (x, y) = ((Double(column) + 0.5) / Double(columns), (Double(row) + 0.5) / Double(rows))
                for size in sizes { boxes.append(Box(centerX: x, centerY: y, width: size.width, height: size.height)) }
            }
        }
        return boxes
    }
}
