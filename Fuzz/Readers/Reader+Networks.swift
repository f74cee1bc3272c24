import Deployment
import Foundation
import Interchange
import Networks
import Planning
import Quantization

/// Networks, their weights, and what becomes of them.
extension Reader {
    /// Names and shapes of a small network that weights are looked up for.
    private static let parameters =
        (try? Network(notation: "plain-cnn(channels=4)", input: [3, 8, 8], classes: 2))?.parameters ?? []

    static func map(_ weights: Safetensors) throws {
        require(weights.tensors.count == weights.count, "tensors without a value")
        _ = WeightMapping(weights, to: parameters)
    }

    static func readONNX(_ bytes: [UInt8]) throws {
        let file = try ONNXFile(bytes: bytes, name: "this data")
        let own = QuantizedModel(own: file)
        for asReals in [false, true] {
            let model = try ONNXImport(file, asReals: asReals)
            require(
                own == nil || asReals || model.integers != nil, "an int8 model of ours whose graph is of real numbers")
            require(!asReals || model.integers == nil, "real numbers that are whole")
            try use(model.network)
            _ = WeightMapping(model.weights, to: model.network.parameters)
            guard model.integers != nil, let int8 = try? QuantizedModel(model) else { continue }
            _ = try? KernelProgram(int8, plan: MemoryPlan(int8.network, options: .separateBuffers))
        }
    }

    static func readTFLite(_ bytes: [UInt8]) throws {
        let model = try TFLiteModel(bytes: bytes)
        for model in [model, model.foldingConstants()] {
            for tensor in model.tensors {
                let bytes = tensor.type.byteCount(shape: tensor.shape)
                require(tensor.data.map { $0.count == bytes } ?? true, "a constant of another size than its shape")
                let scales = tensor.quantization?.scales.count ?? 1
                require(scales == 1 || tensor.shape.contains(scales), "scales for elements that are not there")
            }
            var written = Set(model.inputs + model.tensors.indices.filter { model.tensors[$0].isConstant })
            for step in model.operators {
                require(step.inputs.allSatisfy { $0.map(written.contains) ?? true }, "an operand that nothing wrote")
                written.formUnion(step.outputs)
            }
            require(model.outputs.allSatisfy(written.contains), "an output that nothing wrote")
        }
        if let own = QuantizedModel(own: model) {
            require(own.network.outputs.count == model.outputs.count, "a note of a model with other outputs")
        }
        try model.foldingConstants().checkOperators(named: "it")
    }

    static func readNetwork(_ bytes: [UInt8]) throws {
        let network = try Network(json: Data(bytes))
        try use(network)
        // Planning may take long where a network is large; what has to hold for every file holds for small ones too.
        guard network.nodes.count <= 64, network.nodes.allSatisfy({ $0.shape.count <= 1 << 20 }) else { return }
        _ = try network.lowered()
        _ = try PlanReport(network).text()
    }

    static func readNotation(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        try use(Network(notation: text, input: [3, 32, 32], classes: 10))
    }

    /// What every verb asks of a network, and that its JSON form gives the same network again.
    private static func use(_ network: Network) throws {
        _ = (network.multiplyAccumulates, network.parameterCount, network.classCount, network.warnings)
        require(try Network(json: network.json()) == network, "a network that its JSON form changes")
    }

    static func readInt8(_ bytes: [UInt8]) throws {
        let folder = Scratch.folder("int8")
        Scratch.write(bytes, to: "\(folder)/model.safetensors")
        let program = try KernelProgram(QuantizedModel(contentsOf: "\(folder)/model.safetensors"))
        guard program.model.network.multiplyAccumulates < 1 << 22, program.arenaBytes < 1 << 24 else { return }
        _ = HostExecutor(program).run([UInt8](repeating: 200, count: program.imageBytes))
    }

    static func readFirmware(_ bytes: [UInt8]) throws {
        let folder = Scratch.folder("firmware")
        Scratch.write(bytes, to: "\(folder)/firmware.json")
        _ = try FirmwarePackage(folder).description
    }
}
