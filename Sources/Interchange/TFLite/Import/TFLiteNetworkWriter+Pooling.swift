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
        let side: GlobalAveragePool.Side? = rows && columns ? nil : rows ? .height : .width
        let output = try add(.globalAveragePool(GlobalAveragePool(over: side)), [value], name: node, quantization)
        values[step.outputs[0]] = side == nil ? output : output.with(value.order)
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
