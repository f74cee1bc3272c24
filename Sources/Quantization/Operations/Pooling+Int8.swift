import Networks

extension MaxPool: PlainInt8Operation {
    var outputRange: OutputRange { .operand }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        return .maxPool(window: window)
    }
}

extension AveragePool: PlainInt8Operation {
    var outputRange: OutputRange { .operand }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        try writer.requireBounded(place.name, Double(window.kernel.area) * 255)
        return .averagePool(window: window, countsPadding: countsPadding, zero: try writer.zeroPoint(place, 0))
    }
}

extension GlobalAveragePool: PlainInt8Operation {
    var outputRange: OutputRange { .calibrated }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let area = place.shapes[0].size.area / max(1, place.shape.size.area)
        let scale =
            switch writer.model.arithmetic {
            case .sapool: FixedPointScale(place.inputs[0].scale / (place.output.scale * Double(area)))
            case .liteRT: FixedPointScale(place.inputs[0].scale / place.output.scale, over: area)
            }
        try writer.requireBounded(place.name, Double(area) * 255, scale)
        return .globalAverage(zero: try writer.zeroPoint(place, 0), writer.scaled(scale, place.output, limits))
    }
}

extension GlobalMaxPool: PlainInt8Operation {
    var outputRange: OutputRange { .operand }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        return .globalMax
    }
}

extension LocalDeviation: PlainInt8Operation {
    var outputRange: OutputRange { .calibrated }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let area = Double(window.kernel.area)
        guard window.kernel.area <= 256 else {
            throw QuantizationError(
                "\(place.name): its window \(window.kernel) is larger than int8 kernels take: use at most 256 pixels"
            )
        }
        let scale = FixedPointScale(place.inputs[0].scale / (256 * place.output.scale * area))
        try writer.requireBounded(place.name, 16_777_216, scale)
        return .deviation(
            window: window, zero: try writer.zeroPoint(place, 0), writer.scaled(scale, place.output, limits))
    }
}

extension WindowPool: PlainInt8Operation {
    var outputRange: OutputRange { isNormalised ? .operand : .calibrated }
    var weightOperand: Int? { 1 }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        let (map, weights) = (place.shapes[0], place.shapes[1])
        let vertical = NearestUpsampling(from: weights.height, to: map.height)
        let horizontal = NearestUpsampling(from: weights.width, to: map.width)
        let zero = try writer.zeroPoint(place, 0)
        let offset = -place.inputs[1].zeroPoint
        guard offset >= 128 else {
            throw QuantizationError(
                "\(place.name): its weights may be below 0 in int8 (zero point \(-offset)): they need one of −128 or less"
            )
        }
        guard max(map.height, map.width) <= 65_536 else {
            throw QuantizationError("\(place.name): its map \(map) is beyond int8 kernels: use sides of at most 65536")
        }
        let area = Double(window.kernel.area)
        let rowOf = (0..<map.height).map { UInt16(vertical.sourceLine($0)) }
        let columnOf = (0..<map.width).map { UInt16(horizontal.sourceLine($0)) }
        let rows = writer.add(place.name, "rows", [map.height], .uint16(rowOf))
        let columns = writer.add(place.name, "columns", [map.width], .uint16(columnOf))
        let most = area * 255 * Double(offset + 127)
        if isNormalised {
            try writer.requireSame(place)
            try writer.requireBounded(place.name, most)
            return .poolNormalised(window: window, zero: zero, offset: offset, rowOf: rows, columnOf: columns)
        }
        let scale = FixedPointScale(place.inputs[0].scale * place.inputs[1].scale / (place.output.scale * area))
        try writer.requireBounded(place.name, most, scale)
        return .poolWeighted(
            window: window, zero: zero, offset: offset, rowOf: rows, columnOf: columns,
            writer.scaled(scale, place.output, limits))
    }
}
