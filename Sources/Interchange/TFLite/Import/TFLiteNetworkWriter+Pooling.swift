import Networks

// Poolings, means and other sizes.

extension TFLiteNetworkWriter {
    func pool(_ step: TFLiteModel.Operator, _ details: TFLiteModel.Pool, isAverage: Bool) throws {
        let image = try map(step, 0)
        let node = name(step)
        // LiteRT moves or averages the bytes, whatever scales the model states.
        let output: ImportedValue
        if isAverage, !isInteger, details.window == image.shape.size, details.padding == .valid {
            output = try add(.globalAveragePool(GlobalAveragePool()), [image], name: node, nil)
        } else {
            var window = Window(kernel: details.window, stride: details.stride)
            pad(&window, details.padding, of: image)
            output = try add(
                isAverage
                    ? .averagePool(AveragePool(window, countsPadding: false)) : .maxPool(MaxPool(window)),
                [image], name: node, image.quantization)
        }
        try check(step, output)
        try finish(step, output, details.activation, node)
    }

    /// Means of whole maps, of rows and of columns.
    func mean(_ step: TFLiteModel.Operator) throws {
        let value = try pixel(operand(step, 0))
        let reduced = try reducedAxes(step, value)
        let quantization = try outputQuantization(step)
        let node = name(step)
        let rows = reduced.contains(.height) || value.shape.height == 1
        let columns = reduced.contains(.width) || value.shape.width == 1
        if rows && columns {
            values[step.outputs[0]] = try add(
                .globalAveragePool(GlobalAveragePool()), [value], name: node, quantization)
            return
        }
        let kernel = Size(
            reduced.contains(.height) ? value.shape.height : 1, reduced.contains(.width) ? value.shape.width : 1)
        // An average pooling takes less than a kernel that keeps sums, and is not in int8 what a mean is.
        if isInteger, value.quantization != quantization || kernel.area >= 128 || !Self.meansAgree(kernel.area) {
            values[step.outputs[0]] = try add(
                .globalAveragePool(GlobalAveragePool(over: rows ? .height : .width)), [value], name: node, quantization
            ).with(value.order)
            return
        }
        values[step.outputs[0]] = try add(
            .averagePool(AveragePool(Window(kernel: kernel, stride: kernel))), [value], name: node, value.quantization
        ).with(value.order)
    }

    /// Whether LiteRT's MEAN of so many numbers, at one scale before and behind, rounds as its average pooling for every sum.
    private static func meansAgree(_ count: Int) -> Bool {
        // MEAN: a multiplier of 1, 2³⁰ with a shift of 1, divided by the count with as many bits more as do not overflow.
        let bits = min(Int.bitWidth - 1 - count.leadingZeroBitCount, 32)
        let (multiplier, shift) = ((1 << (30 + bits)) / count, 1 - bits)
        func rounded(_ sum: Int) -> Int {
            let product = sum << max(0, shift) * multiplier
            let high = (product + (product >= 0 ? 1 << 30 : 1 - 1 << 30)) / (1 << 31)
            let right = max(0, -shift)
            let (mask, remainder) = (1 << right - 1, high & (1 << right - 1))
            return high >> right + (remainder > mask >> 1 + (high < 0 ? 1 : 0) ? 1 : 0)
        }
        // The numbers themselves are averaged, and a zero point is a number of them: any zero point gives a shift of whole means, so
        // rounding of halves away from 0 has to be the same on both sides.
        guard count % 2 == 1 else { return false }
        return (-255 * count...255 * count).allSatisfy { sum in
            let half = sum > 0 ? sum + count / 2 : sum - count / 2
            return rounded(sum) == half / count
        }
    }

    func reduceMax(_ step: TFLiteModel.Operator) throws {
        let value = try pixel(operand(step, 0))
        let reduced = try reducedAxes(step, value)
        guard reduced.contains(.height) || value.shape.height == 1,
            reduced.contains(.width) || value.shape.width == 1
        else { throw TFLiteRefusal("REDUCE_MAX over one side of an image") }
        values[step.outputs[0]] = try add(
            .globalMaxPool(GlobalMaxPool()), [value], name: name(step), value.quantization)
    }

    /// The axes of the map that an operator reduces; never channels.
    private func reducedAxes(_ step: TFLiteModel.Operator, _ value: ImportedValue) throws -> Set<MapAxis> {
        let stated = model.tensors[try tensor(step, 0)].shape
        let places = try model.list(step, 1).map { $0 < 0 ? $0 + stated.count : $0 }
        guard places.allSatisfy(stated.indices.contains) else {
            throw FileProblem("\(step.kind.name) reduces axes that its tensor \(stated.shortened) does not have")
        }
        let refusal = TFLiteRefusal("\(step.kind.name) over other axes than height and width")
        guard value.padding == (0, 0), let axes = value.axes(of: stated) else { throw refusal }
        let reduced = Set(places.flatMap { axes[$0] })
        guard !reduced.contains(.channels), !reduced.isEmpty || value.shape.size == 1 else { throw refusal }
        return reduced
    }

    // MARK: - Sizes

    func resizeNearest(_ step: TFLiteModel.Operator, _ details: TFLiteModel.Resize) throws {
        let image = try map(step, 0)
        guard !(details.alignsCorners && details.hasHalfPixelCentres) else {
            throw TFLiteRefusal("RESIZE_NEAREST_NEIGHBOR that aligns both corners and centres")
        }
        let alignment: UpsampleNearest.Alignment =
            details.alignsCorners ? .corners : details.hasHalfPixelCentres ? .centers : .edges
        let operation = UpsampleNearest(size: try newSize(step), alignment: alignment)
        let output = try add(.upsampleNearest(operation), [image], name: name(step), image.quantization)
        try check(step, output)
        values[step.outputs[0]] = output
    }

    func resizeBilinear(_ step: TFLiteModel.Operator, _ details: TFLiteModel.Resize) throws {
        let image = try map(step, 0)
        let size = try newSize(step)
        guard details.hasHalfPixelCentres, !details.alignsCorners else {
            throw TFLiteRefusal("RESIZE_BILINEAR without half_pixel_centers")
        }
        guard size.height >= image.shape.height, size.width >= image.shape.width else {
            throw TFLiteRefusal("RESIZE_BILINEAR to a smaller image")
        }
        let output = try add(
            .upsampleBilinear(UpsampleBilinear(size: size)), [image], name: name(step), image.quantization)
        try check(step, output)
        values[step.outputs[0]] = output
    }

    private func newSize(_ step: TFLiteModel.Operator) throws -> Size {
        let sides = try model.list(step, 1)
        guard sides.count == 2, sides.allSatisfy({ (1...65_536).contains($0) }) else {
            throw FileProblem("\(step.kind.name) makes an image of the sides \(sides.shortened)")
        }
        return Size(sides[0], sides[1])
    }
}
