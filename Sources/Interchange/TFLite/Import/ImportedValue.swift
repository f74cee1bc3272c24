import Networks

/// An axis of a map.
package enum MapAxis: String, Sendable, Hashable, Codable {
    case height = "H"
    case width = "W"
    case channels = "C"

    /// How maps lie in a device's memory, and images in `.tflite` files.
    package static let memory: [MapAxis] = [.height, .width, .channels]

    /// For each number of a map in one order of its axes its place in another.
    ///
    /// - Parameter side: how many lines the map has along an axis.
    static func places(of axes: [MapAxis], in order: [MapAxis], _ side: (MapAxis) -> Int) -> [Int] {
        var (strides, stride): ([MapAxis: Int], Int) = ([:], 1)
        for axis in order.reversed() {
            strides[axis] = stride
            stride *= side(axis)
        }
        return axes.reduce([0]) { places, axis in
            places.flatMap { start in (0..<side(axis)).map { start + $0 * (strides[axis] ?? 0) } }
        }
    }
}

/// What the whole numbers of a value stand for: scale · (number − zero point). Numbers are int8; a uint8 is told as the number 128 less.
package struct ImportedQuantization: Sendable, Hashable {
    package let scale: Float
    package let zeroPoint: Int

    package init(scale: Float, zeroPoint: Int) { (self.scale, self.zeroPoint) = (scale, zeroPoint) }
}

/// The value of a tensor: a node of the network, and how the tensor's numbers run over its axes.
///
/// RESHAPE, SQUEEZE and their like leave numbers where they are, and TRANSPOSE renames axes. So none of them is an operation of the network:
/// they only change how later operators name the axes of a value, which `axes(of:)` finds out.
struct ImportedValue {
    let node: Node.ID
    /// Of the node.
    let shape: Shape
    /// The node's axes in the order in which the tensor's numbers run over them, slowest first.
    var order = MapAxis.memory
    /// What the node's numbers stand for; nil in float networks, and for an image of real numbers before its QUANTIZE.
    var quantization: ImportedQuantization?
    /// Behind a DEQUANTIZE: the tensor holds real numbers, and the node int8.
    var isReal = false
    /// Lines that a PAD in front of the one window that reads it has added.
    var padding: (before: Size, after: Size) = (0, 0)

    func side(_ axis: MapAxis) -> Int {
        switch axis {
        case .height: shape.height
        case .width: shape.width
        case .channels: shape.channels
        }
    }

    /// Whether its numbers run as those of another order do; axes of one element do not count.
    func runs(_ other: [MapAxis]) -> Bool {
        order.filter { side($0) > 1 } == other.filter { side($0) > 1 }
    }

    /// For each number of the map in another order its place in this one; nil where that is the same.
    func places(in other: [MapAxis]) -> [Int]? {
        runs(other) ? nil : MapAxis.places(of: other, in: order, side)
    }

    /// Whether it lies in memory as the tensor says.
    var isInMemoryOrder: Bool { runs(MapAxis.memory) }

    /// For each axis of a tensor of this value the axes of the map that it goes over; nil where the tensor cuts an axis of the map in parts.
    func axes(of stated: [Int]) -> [[MapAxis]]? {
        if stated.count == 4, stated[0] == 1, order.map(side) == Array(stated[1...]) {
            return [[]] + order.map { [$0] }
        }
        var left = order.filter { side($0) > 1 }[...]
        var axes: [[MapAxis]] = []
        for size in stated {
            var (product, axis): (Int, [MapAxis]) = (1, [])
            while product < size, let next = left.first {
                product *= side(next)
                axis.append(next)
                left = left.dropFirst()
            }
            guard product == size else { return nil }
            axes.append(axis)
        }
        guard left.isEmpty else { return nil }
        if side(.channels) == 1, let last = axes.indices.last, axes[last].isEmpty { axes[last] = [.channels] }
        return axes
    }

    /// Which axis of a tensor of this value is that of its channels, counted from the last, which is 0; nil where none is.
    func channelsFromLast(of stated: [Int]) -> Int? {
        guard let axes = axes(of: stated), let place = axes.lastIndex(of: [.channels]) else { return nil }
        return axes.count - 1 - place
    }
}
