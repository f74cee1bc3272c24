import Interchange
import Networks

// Numbers that move, and maps of another size.

extension TFLiteTranslation {
    /// Lines of a map, by their places: rows, then columns.
    mutating func picked(
        _ value: TFLiteValue, rows: [Int], columns: [Int], quantization: AffineQuantization
    ) -> Int {
        var (tensor, sides) = (value.tensor, value.sides)
        for (axis, lines) in [(1, rows), (2, columns)] where lines != Array(0..<sides[axis]) {
            sides[axis] = lines.count
            tensor = emit(
                .gather(axis: axis), [tensor, constant(lines)], self.tensor(int8: sides, quantization))
        }
        return tensor
    }

    /// Nearest-neighbour resampling. LiteRT computes places in single precision; where none of its three ways copies the same lines, GATHER does.
    mutating func resample(
        _ call: TFLiteCall, _ rows: UpsampleNearest.LineCopies, _ columns: UpsampleNearest.LineCopies
    ) throws -> Int {
        let (input, map, shape) = (call.inputs[0], call.inputs[0].shape, call.shape)
        let lines = ((0..<shape.height).map { rows($0) }, (0..<shape.width).map { columns($0) })
        for (alignsCorners, isCentred) in [(false, true), (false, false), (true, false)] {
            let alignment: UpsampleNearest.Alignment =
                alignsCorners ? .corners : isCentred ? .centers : .edges
            guard UpsampleNearest.litertLines(from: map.height, to: shape.height, alignment) == lines.0,
                UpsampleNearest.litertLines(from: map.width, to: shape.width, alignment) == lines.1
            else { continue }
            return emit(
                .resizeNearest(alignsCorners: alignsCorners, hasHalfPixelCentres: isCentred),
                [input.tensor, constant([shape.height, shape.width])], try output(of: call))
        }
        _ = try output(of: call)
        return picked(input, rows: lines.0, columns: lines.1, quantization: call.output)
    }

    /// Bilinear resizing as LiteRT rounds it.
    mutating func resize(_ call: TFLiteCall) throws -> Int {
        emit(
            .resizeBilinear, [call.inputs[0].tensor, constant([call.shape.height, call.shape.width])],
            try output(of: call))
    }

    /// Bilinear upsampling with eleven bits, rounded once, halves up: between columns, then between rows.
    mutating func upsample(_ call: TFLiteCall) throws -> Int {
        let (input, shape) = (call.inputs[0], call.shape)
        var (numbers, sides) = (wide(input.tensor, input.sides), input.sides)
        for (axis, count) in [(2, shape.width), (1, shape.height)] {
            let places = (0..<count).map { BilinearPlace($0, from: sides[axis], to: count) }
            sides[axis] = count
            var along = [1, 1, 1, 1]
            along[axis] = count
            let first = emit(
                .gather(axis: axis), [numbers, constant(places.map(\.first))], tensor(int32: sides))
            let second = emit(
                .gather(axis: axis), [numbers, constant(places.map(\.second))], tensor(int32: sides))
            let shares = (
                constant(places.map { 2048 - $0.fraction }, along), constant(places.map(\.fraction), along)
            )
            numbers = integers(
                .add(.none), integers(.multiply(.none), first, and: shares.0, sides),
                and: integers(.multiply(.none), second, and: shares.1, sides), sides)
        }
        let rounded = integers(.floorDivide, integers(.add(.none), numbers, 1 << 21, sides), 1 << 22, sides)
        return emit(.cast(.int32, .int8), [rounded], try output(of: call))
    }

    /// PyTorch's pixel shuffle has a channel's cell side by side, DEPTH_TO_SPACE the channels of a place in it.
    mutating func shuffle(_ call: TFLiteCall, _ factor: Int) throws -> Int {
        let (input, map, shape) = (call.inputs[0], call.inputs[0].shape, call.shape)
        let (channels, area) = (shape.channels, factor * factor)
        var tensor = input.tensor
        if channels > 1, area > 1 {
            let order = (0..<area).flatMap { place in (0..<channels).map { $0 * area + place } }
            tensor = emit(
                .gather(axis: 3), [tensor, constant(order)], self.tensor(int8: input.sides, input.quantization))
        }
        let whole = Shape(channels, Size(map.height * factor, map.width * factor))
        if factor > 1 {
            tensor = emit(
                .depthToSpace(block: factor), [tensor], self.tensor(int8: TFLiteValue.sides(whole), call.output))
        }
        // Beyond the last cell the border is copied.
        return picked(
            TFLiteValue(tensor: tensor, shape: whole, quantization: call.output),
            rows: (0..<shape.height).map { min($0, whole.height - 1) },
            columns: (0..<shape.width).map { min($0, whole.width - 1) }, quantization: call.output)
    }

    /// Cells of pixels as channels: SPACE_TO_DEPTH has the channels of a place side by side, PyTorch's pixel unshuffle
    /// a channel's cell.
    mutating func gather(_ call: TFLiteCall, _ factor: Int) throws -> Int {
        let (input, shape) = (call.inputs[0], call.shape)
        let (channels, area) = (input.shape.channels, factor * factor)
        guard factor > 1 else { return input.tensor }
        // Lines behind the last whole cell are left out.
        let whole = picked(
            input, rows: Array(0..<shape.height * factor), columns: Array(0..<shape.width * factor),
            quantization: call.output)
        guard channels > 1 else { return emit(.spaceToDepth(block: factor), [whole], try output(of: call)) }
        let places = emit(
            .spaceToDepth(block: factor), [whole], self.tensor(int8: TFLiteValue.sides(shape), call.output))
        let order = (0..<channels).flatMap { channel in (0..<area).map { $0 * channels + channel } }
        return emit(.gather(axis: 3), [places, constant(order)], try output(of: call))
    }

    /// CONCATENATION wants parts of its own scale.
    mutating func concatenate(_ call: TFLiteCall, _ tables: [ConstantID?]) throws -> Int {
        var parts: [Int] = []
        for (input, table) in zip(call.inputs, tables) {
            guard let table else {
                parts.append(input.tensor)
                continue
            }
            let numbers = try int8s(table)
            let output = tensor(int8: input.sides, call.output)
            if case .quantize? = operation(numbers, from: input.quantization, to: call.output) {
                parts.append(emit(.quantize, [input.tensor], output))
            } else {
                parts.append(lookUp(input, numbers, output))
            }
        }
        return emit(.concatenation(axis: 3), parts, try output(of: call))
    }

    mutating func slice(_ call: TFLiteCall, from start: Int) throws -> Int {
        let (input, shape) = (call.inputs[0], call.shape)
        return emit(
            .stridedSlice,
            [
                input.tensor, constant([0, 0, 0, start]),
                constant([1, shape.height, shape.width, start + shape.channels]), constant([1, 1, 1, 1]),
            ], try output(of: call))
    }

    mutating func pad(_ call: TFLiteCall, before: Size, _ value: Int) throws -> Int {
        let (input, shape) = (call.inputs[0], call.shape)
        let after = Size(
            shape.height - input.shape.height - before.height, shape.width - input.shape.width - before.width)
        _ = try output(of: call)
        return padded(input, before, after, with: value, as: call.output)
    }
}

/// The two lines of the source that a line of a bilinear upsampling lies between, and how far from the first, in 1/2048: as
/// `DeviceRuntime.upsampleRow` has it.
private struct BilinearPlace {
    let first: Int
    let second: Int
    let fraction: Int

    init(_ index: Int, from source: Int, to destination: Int) {
        let (position, pitch) = (max(0, (2 * index + 1) * source - destination), 2 * destination)
        first = position / pitch
        second = min(first + 1, source - 1)
        fraction = (2048 * (position % pitch) + destination) / pitch
    }
}
