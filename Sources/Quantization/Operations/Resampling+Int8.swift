import Networks

extension UpsampleBilinear: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var keepsScale: Bool { true }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }
    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) {}

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        return .upsample
    }

    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}

extension DepthToSpace: Int8Operation {
    var innerValues: [InnerValue] { [] }
    var keepsScale: Bool { true }
    var weightOperand: Int? { nil }
    func function(_ node: Node, _ float: FloatNetwork) -> ((Double) -> Double)? { nil }
    func quantize(_ node: Node, _ step: DeviceStep, _ quantizer: inout Quantizer) {}

    func kernel(
        _ place: KernelWriter.Place, _ limits: KernelWriter.Limits, _ writer: inout KernelWriter
    ) throws(QuantizationError) -> Kernel {
        try writer.requireSame(place)
        return .shuffle(factor: factor)
    }

    func addReal(_ integers: IntegerNode, to real: inout RealParameters) {}
}
