import Interchange
import Networks

// Where windows lie, and sums over them in int32.

extension TFLiteTranslation {
    /// The lines in front of and behind a map that windows reach, which may be fewer than the network states.
    func margins(_ window: Window, of map: Shape, to output: Shape) -> (before: Size, after: Size) {
        func behind(_ side: Int, _ count: Int, _ stride: Int, _ extent: Int, _ before: Int) -> Int {
            max(0, (count - 1) * stride + extent - side - before)
        }
        return (
            window.before,
            Size(
                behind(map.height, output.height, window.stride.height, window.extent.height, window.before.height),
                behind(map.width, output.width, window.stride.width, window.extent.width, window.before.width))
        )
    }

    /// Whether LiteRT's padding SAME puts a window where it stands.
    func isSame(_ window: Window, of map: Shape, to output: Shape) -> Bool {
        var same = window
        same.padToSame(map.size)
        let stride = window.stride
        return same.before == window.before
            && output.height == (map.height + stride.height - 1) / stride.height
            && output.width == (map.width + stride.width - 1) / stride.width
    }

    /// An image for a convolution: as it is where VALID or SAME say its padding, otherwise with zeros around it.
    mutating func framed(_ call: TFLiteCall, _ window: Window) throws -> (tensor: Int, isSame: Bool) {
        let input = call.inputs[0]
        let (before, after) = margins(window, of: input.shape, to: call.shape)
        if before == 0, after == 0 { return (input.tensor, false) }
        if isSame(window, of: input.shape, to: call.shape) { return (input.tensor, true) }
        let quantization = input.quantization
        return (padded(input, before, after, with: quantization.zeroPoint, as: quantization), false)
    }

    /// An image with its own lines around it, as far as windows reach.
    mutating func mirrored(_ call: TFLiteCall, _ window: Window) throws -> Int {
        let input = call.inputs[0]
        let (before, after) = margins(window, of: input.shape, to: call.shape)
        guard before != 0 || after != 0 else { return input.tensor }
        let map = input.shape.size
        guard max(before.height, after.height) < map.height, max(before.width, after.width) < map.width else {
            throw TFLiteRefusal("a filter that reaches over the whole of a mirrored map")
        }
        let sides = input.sides
        let margins = constant([0, 0, before.height, after.height, before.width, after.width, 0, 0], [4, 2])
        let output = tensor(
            int8: [
                1, sides[1] + before.height + after.height, sides[2] + before.width + after.width, sides[3],
            ], input.quantization)
        return emit(.mirrorPad, [input.tensor, margins], output)
    }

    /// A map with lines of a number around it.
    ///
    /// - Parameter quantization: what the numbers stand for then.
    mutating func padded(
        _ value: TFLiteValue, _ before: Size, _ after: Size, with number: Int, as quantization: AffineQuantization
    ) -> Int {
        let sides = value.sides
        let output = tensor(
            int8: [
                1, sides[1] + before.height + after.height, sides[2] + before.width + after.width, sides[3],
            ], quantization)
        let margins = constant([0, 0, before.height, after.height, before.width, after.width, 0, 0], [4, 2])
        guard number != quantization.zeroPoint else { return emit(.pad, [value.tensor, margins], output) }
        let filling = constant([Int8(truncatingIfNeeded: number)], [], quantization)
        return emit(.padWithValue, [value.tensor, margins, filling], output)
    }

    /// What lies under each tap of a window, one tensor a tap. Padding is part of the map already.
    ///
    /// - Parameter output: makes a tensor to write.
    mutating func taps(
        _ tensor: Int, _ window: Window, to shape: Shape, _ output: (inout TFLiteTranslation) -> TFLiteContent.Tensor
    ) -> [Int] {
        var all: [Int] = []
        for row in 0..<window.kernel.height {
            for column in 0..<window.kernel.width {
                let (top, left) = (row * window.dilation.height, column * window.dilation.width)
                let begin = constant([0, top, left, 0])
                let end = constant([
                    1, top + (shape.height - 1) * window.stride.height + 1,
                    left + (shape.width - 1) * window.stride.width + 1, shape.channels,
                ])
                let strides = constant([1, window.stride.height, window.stride.width, 1])
                all.append(emit(.stridedSlice, [tensor, begin, end, strides], output(&self)))
            }
        }
        return all
    }

    /// The sum over each window of a map of int32; what lies around the map counts 0.
    mutating func windowSum(_ tensor: Int, of map: Shape, _ window: Window, to shape: Shape) -> Int {
        let (before, after) = margins(window, of: map, to: shape)
        var source = tensor
        if before != 0 || after != 0 {
            let margins = constant([0, 0, before.height, after.height, before.width, after.width, 0, 0], [4, 2])
            source = emit(
                .pad, [tensor, margins],
                self.tensor(int32: [
                    1, map.height + before.height + after.height, map.width + before.width + after.width, map.channels,
                ]))
        }
        let sides = TFLiteValue.sides(shape)
        let parts = taps(source, window, to: shape) { $0.tensor(int32: sides) }
        return parts.count == 1 ? parts[0] : emit(.addAll, parts, self.tensor(int32: sides))
    }

    /// How many taps of each window lie on a map, row by row.
    func tapCounts(_ window: Window, on map: Shape, to shape: Shape) -> [Int] {
        func counts(_ side: Int, _ outputs: Int, _ taps: Int, _ line: (Int, Int) -> Int) -> [Int] {
            (0..<outputs).map { index in (0..<taps).count { (0..<side).contains(line($0, index)) } }
        }
        let rows = counts(map.height, shape.height, window.kernel.height) { window.line($0, of: $1) }
        let columns = counts(map.width, shape.width, window.kernel.width) { window.column($0, of: $1) }
        return rows.flatMap { row in columns.map { row * $0 } }
    }
}
