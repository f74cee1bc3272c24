import Networks

extension Concatenation: PlainInt8Operation {
    var outputRange: OutputRange { .calibrated }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        var tables: [ConstantID?] = []
        for (index, input) in place.inputs.enumerated() {
            let numbers =
                input == place.output ? nil : (Int8.min...Int8.max).map { place.output.number(of: input.real(of: $0)) }
            tables.append(numbers.map { writer.add(place.name, "table\(index)", [256], .int8($0)) })
        }
        return .concatenate(tables: tables)
    }
}

extension Networks.Slice: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var outputRange: OutputRange { .operand }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }
    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) {}

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        return .slice(start: start)
    }

    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension Pad: PlainInt8Operation {
    var outputRange: OutputRange { .operand }

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        let number = place.output.number(of: value)
        guard abs(place.output.real(of: number) - value) <= place.output.scale else {
            throw QuantizationError(
                "\(place.name): it pads with \(value), and the int8 numbers of its map reach from \(place.output.range.lowerBound) to "
                    + "\(place.output.range.upperBound): pad with a number that the map has")
        }
        return .pad(before: before, value: Int(number))
    }
}
