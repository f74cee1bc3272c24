import Networks

/// A value of a graph: a node of the network, and the sides that the graph's tensor has for one image.
///
/// Reshape, Squeeze and their like only change the sides, Transpose the order of the axes; what reads the numbers behind them finds out by
/// `ImportedValue.axes(of:)` what its axes are.
struct ONNXValue {
    var imported: ImportedValue
    /// The tensor's, the batch first and taken for 1.
    var sides: [Int]
    /// Whether the tensor holds whole numbers: it stands between QuantizeLinear and DequantizeLinear.
    var isWhole = false
    /// What to call a flattening, where a node of the graph has asked for one.
    var flattening: String?
    /// For each channel of the tensor the node's channel that it is; nil where these are the same.
    var shuffle: [Int]?

    /// The result of a node whose tensor lies as the network's map does.
    init(_ imported: ImportedValue) {
        self.imported = imported.with(ModelInterface.Port.channelsFirst)
        sides = [1] + imported.shape.dimensions
    }

    var node: Node.ID { imported.node }
    var shape: Shape { imported.shape }

    /// How many numbers there are for an image.
    var count: Int { shape.count }

    /// Which axes of the map each axis of the tensor goes over; nil where the tensor cuts an axis of the map in parts.
    var axes: [[MapAxis]]? { imported.axes(of: sides) }

    /// Whether an axis of the tensor is the channels, counted from the last where it is negative.
    func isOfChannels(_ axis: Int) -> Bool {
        let place = axis < 0 ? axis &+ sides.count : axis
        guard let axes, axes.indices.contains(place) else { return false }
        return axes[place] == [.channels]
    }

    /// Whether the tensor is a batch of maps, channels first.
    var isMap: Bool {
        sides == [1, shape.channels, shape.height, shape.width] && imported.runs(ModelInterface.Port.channelsFirst)
    }
}

/// A constant of a graph.
struct ONNXConstant {
    /// Its elements; real ones where they were whole ones behind a DequantizeLinear.
    var tensor: TensorData
    /// The whole ones.
    var integers: Integers?
    /// Whether it was computed of a value's shape, so that the batch in it was taken for what it is not.
    var isOfShape = false

    init(_ tensor: TensorData, integers: Integers? = nil, isOfShape: Bool = false) {
        (self.tensor, self.integers, self.isOfShape) = (tensor, integers, isOfShape)
    }

    /// Whole numbers and what they stand for: scale · (number − zero point).
    struct Integers {
        /// In the constant's shape.
        var numbers: [Int32]
        let type: ElementType
        /// One for all, or one for each line of an axis.
        let scales: [Float]
        let zeroPoints: [Int32]
        var axis: Int

        /// Numbers of uint8 as int8: 128 less.
        var offset: Int32 { type == .uint8 ? 128 : 0 }
    }

    /// The same with its axes in another order, which has to be one of them.
    func transposed(_ order: [Int]) throws -> ONNXConstant {
        let places = Self.places(tensor.shape, order)
        let shape = order.map { tensor.shape[$0] }
        let size = tensor.type.byteCount
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tensor.bytes.count)
        for place in places { bytes += tensor.bytes[place * size..<(place + 1) * size] }
        var other = self
        other.tensor = try TensorData(type: tensor.type, shape: shape, bytes: bytes)
        if var integers {
            integers.numbers = places.map { integers.numbers[$0] }
            integers.axis = order.firstIndex(of: integers.axis) ?? 0
            other.integers = integers
        }
        return other
    }

    /// For each element in the new order its place in the old one.
    private static func places(_ shape: [Int], _ order: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
        return order.reduce([0]) { places, axis in
            places.flatMap { start in (0..<shape[axis]).map { start + $0 * strides[axis] } }
        }
    }

    /// The same with other lines of an axis in the place of its own, each of which has to be one of them.
    func picking(_ lines: [Int], along axis: Int) throws -> ONNXConstant {
        let shape = tensor.shape
        let (count, run) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
        let blocks = tensor.count / max(1, count * run)
        let size = tensor.type.byteCount
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tensor.bytes.count)
        var numbers: [Int32] = []
        for block in 0..<blocks {
            for line in lines {
                let start = (block * count + line) * run
                bytes += tensor.bytes[start * size..<(start + run) * size]
                if let integers { numbers += integers.numbers[start..<start + run] }
            }
        }
        var sides = shape
        sides[axis] = lines.count
        var other = self
        other.tensor = try TensorData(type: tensor.type, shape: sides, bytes: bytes)
        if let integers {
            let isAlong = integers.scales.count > 1 && integers.axis == axis
            other.integers = Integers(
                numbers: numbers, type: integers.type,
                scales: isAlong ? lines.map { integers.scales[$0] } : integers.scales,
                zeroPoints: isAlong ? lines.map { integers.zeroPoints[$0] } : integers.zeroPoints, axis: integers.axis)
        }
        return other
    }

    /// The same numbers under other sides.
    func reshaped(to shape: [Int]) throws -> ONNXConstant {
        var other = self
        other.tensor = try tensor.reshaped(to: shape)
        guard let integers, integers.scales.count > 1 else { return other }
        // Lines of one scale stay lines where sides of 1 come and go.
        let lines = shape.indices.filter { shape[$0] > 1 }
        let before = tensor.shape.indices.filter { tensor.shape[$0] > 1 }
        guard lines.map({ shape[$0] }) == before.map({ tensor.shape[$0] }),
            let place = before.firstIndex(of: integers.axis)
        else {
            other.integers = nil
            return other
        }
        other.integers?.axis = lines[place]
        return other
    }
}
