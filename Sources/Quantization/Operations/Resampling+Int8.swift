import Networks

extension UpsampleBilinear: PlainInt8Operation {
    var outputRange: OutputRange { .operand }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        let (source, target) = (place.shapes[0], place.shape)
        guard writer.model.arithmetic == .liteRT else {
            for (source, target) in [(source.height, target.height), (source.width, target.width)] {
                // A device computes places in 32 bits: in half pixels of both maps, and between two lines in 1/2048.
                guard target <= Int(Int32.max) / 4097, 2 * source * target <= Int(Int32.max) else {
                    throw place.isBeyondResampling
                }
            }
            return .upsample
        }
        let rows = TenBitResizing(source: source.height, destination: target.height)
        let columns = TenBitResizing(source: source.width, destination: target.width)
        guard [source, target].allSatisfy({ max($0.height, $0.width) <= 65_536 }), rows.readsWhatIsThere,
            columns.staysOnMap
        else {
            throw QuantizationError(
                "\(place.name): LiteRT resizes from \(source.size) to \(target.size) with ten bits, which is off by whole lines here: import the model's float form and quantise it here"
            )
        }
        return .resize
    }
}

extension KernelWriter.Place {
    /// That a resampling's places leave the 32 bits that a device has for them.
    fileprivate var isBeyondResampling: QuantizationError {
        QuantizationError(
            "\(name): resampling from \(shapes[0].size) to \(shape.size) is beyond int8 kernels: use smaller maps")
    }
}

extension UpsampleNearest: PlainInt8Operation {
    var outputRange: OutputRange { .operand }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        let (source, target) = (place.shapes[0], place.shape)
        let sides = [(source.height, target.height), (source.width, target.width)]
        let copies = sides.map { lines(from: $0.0, to: $0.1) }
        for (rule, side) in zip(copies, sides) {
            // A device computes places in 32 bits.
            guard side.0 <= 65_536, rule.factor * (side.1 - 1) + rule.offset <= Int(Int32.max) else {
                throw place.isBeyondResampling
            }
            guard writer.model.arithmetic == .sapool || copiesLikeLiteRT(from: side.0, to: side.1) else {
                throw QuantizationError(
                    "\(place.name): from \(source.size) to \(target.size) LiteRT copies other lines, for it computes places in single precision: import the model's float form and quantise it here"
                )
            }
        }
        return .upsampleNearest(rows: copies[0], columns: copies[1])
    }
}

extension DepthToSpace: PlainInt8Operation {
    var outputRange: OutputRange { .operand }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        return .shuffle(factor: factor, toDepth: false)
    }
}

extension SpaceToDepth: PlainInt8Operation {
    var outputRange: OutputRange { .operand }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        return .shuffle(factor: factor, toDepth: true)
    }
}
