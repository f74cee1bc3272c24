import Networks
import Planning
import Quantization

/// Many cases as branches of one network, so that a device's program runs them all: each case reads pixels and channels of one image,
/// and all of them come out side by side, byte for byte as alone.
///
/// An output of a case that is a map lies in the upper left corner of its channels; vectors follow one another.
package struct CaseBatch: Sendable {
    /// Small letters.
    package let name: String
    package let cases: [KernelCase]
    package let arithmetic: IntegerArithmetic
    package let network: Network
    /// The output of each case alone.
    private let shapes: [Shape]
    /// Where its channels begin.
    private let starts: [Int]

    /// All cases of maps in this project's arithmetic, those of LiteRT's, and all of vectors in LiteRT's: one network has one arithmetic and
    /// puts out one value.
    package static func all() throws -> [CaseBatch] {
        let outputs = try KernelCase.all.map { (one: $0, shape: try $0.network().outputShape) }
        func batch(_ name: String, _ arithmetic: IntegerArithmetic, isOfMaps: Bool) throws -> CaseBatch {
            try CaseBatch(
                name,
                outputs.filter { $0.shape.isMap == isOfMaps && $0.one.arithmetics.contains(arithmetic) }.map(\.one),
                arithmetic)
        }
        return [
            try batch("maps", .sapool, isOfMaps: true), try batch("mapslitert", .liteRT, isOfMaps: true),
            try batch("vectorslitert", .liteRT, isOfMaps: false),
        ]
    }

    private init(_ name: String, _ cases: [KernelCase], _ arithmetic: IntegerArithmetic) throws {
        let builder = NetworkBuilder("cases: \(name)")
        let largest = cases.map(\.input)
        let image = Shape(
            largest.map(\.channels).max() ?? 1, Size(largest.map(\.height).max() ?? 1, largest.map(\.width).max() ?? 1))
        let input = try builder.input(image)
        var operands: [Shape: Node.ID] = [image: input]
        var outputs: [Node.ID] = []
        for one in cases {
            let x = try operands[one.input] ?? Self.part(of: input, one.input, builder)
            operands[one.input] = x
            outputs.append(try one.build(builder, on: x))
        }
        shapes = outputs.map { builder.shape(of: $0) }
        let side = Size(shapes.map(\.height).max() ?? 1, shapes.map(\.width).max() ?? 1)
        var (starts, channels): ([Int], Int) = ([], 0)
        var parts: [Node.ID] = []
        for (index, output) in outputs.enumerated() {
            let shape = shapes[index]
            starts.append(channels)
            channels += shape.channels
            let room = Size(side.height - shape.height, side.width - shape.width)
            parts.append(
                shape.isMap
                    ? try builder.add(.pad(Pad(before: 0, after: room)), [output], name: "part\(index)")
                    : try builder.slice(output, from: 0, count: shape.channels, name: "part\(index)"))
        }
        // More than a concatenation joins at once.
        let most = Concatenation.mostInputs
        let joined = try stride(from: 0, to: parts.count, by: most).map { first in
            try builder.concatenate(Array(parts[first..<min(parts.count, first + most)]), name: "joined\(first)")
        }
        let output = joined.count == 1 ? joined[0] : try builder.concatenate(joined, name: "joined")
        (self.name, self.cases, self.arithmetic, self.starts) = (name, cases, arithmetic, starts)
        network = try builder.network(output: output)
    }

    /// The first channels of every few pixels.
    private static func part(of x: Node.ID, _ wanted: Shape, _ builder: NetworkBuilder) throws -> Node.ID {
        let whole = builder.shape(of: x)
        func step(_ from: Int, _ to: Int) throws -> Int {
            guard let step = (1...from).first(where: { (from - 1) / $0 + 1 == to }) else {
                throw NetworkError("no step takes \(to) of \(from) lines: give the case other sides")
            }
            return step
        }
        var x = x
        let stride = Size(try step(whole.height, wanted.height), try step(whole.width, wanted.width))
        let name = "input" + wanted.dimensions.map { "_\($0)" }.joined()
        if stride != 1 {
            x = try builder.add(.maxPool(MaxPool(kernel: 1, stride: stride)), [x], name: "\(name).pixels")
        }
        guard wanted.channels < whole.channels else { return x }
        return try builder.slice(x, from: 0, count: wanted.channels, name: name)
    }

    /// In int8. Nothing is searched for in its plan, which takes time in a network of so many branches.
    package func model() throws -> QuantizedModel {
        var options = PlanOptions(stripes: .off, reordersBranches: false)
        options.layoutRounds = 0
        return try CaseModel(network, of: cases, arithmetic: arithmetic, options: options).model
    }

    /// The bytes of a case among those of the network's output.
    package func output(of index: Int, in bytes: [Int8]) -> [Int8] {
        let (shape, whole) = (shapes[index], network.outputShape)
        return (0..<shape.size.area).flatMap { pixel in
            let place = (pixel / shape.width * whole.width + pixel % shape.width) * whole.channels + starts[index]
            return bytes[place..<place + shape.channels]
        }
    }

    /// The bytes of the image that a case alone reads.
    package func image(of index: Int, in pixels: [UInt8]) -> [UInt8] {
        let (shape, whole) = (cases[index].input, network.inputShape)
        let down = (1...whole.height).first { (whole.height - 1) / $0 + 1 == shape.height } ?? 1
        let across = (1...whole.width).first { (whole.width - 1) / $0 + 1 == shape.width } ?? 1
        return (0..<shape.size.area).flatMap { pixel in
            let place = (pixel / shape.width * down * whole.width + pixel % shape.width * across) * whole.channels
            return pixels[place..<place + shape.channels]
        }
    }
}
