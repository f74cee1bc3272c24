import Execution
import Foundation
import Interchange
import Networks
import Quantization
import Torch
import Training

/// An imported network on tensors of its model's own form: layout, shape and type.
struct ImportedForward {
    /// What goes in and comes out.
    let interface: ModelInterface
    private let network: Network
    private let folder: String
    /// Samples that are computed at once.
    private static let together = 16

    /// Whether the path is that of a folder with an imported network whose model has a form of its own.
    static func isThere(_ folder: String) -> Bool { ModelInterface.isThere(in: folder) }

    /// Whether tensors are other than the network's own values.
    var hasFormOfItsOwn: Bool { !interface.isPlain }

    init(_ folder: String) throws {
        self.folder = folder
        network = try Network(jsonFile: RunFolder(folder).network)
        interface = try ModelInterface(folder: folder, of: network)
    }

    /// The answer to the tensor "input" of a file.
    ///
    /// - Parameters:
    ///   - isInt8: runs the int8 model as a device does; otherwise the network in real numbers.
    ///   - device: for real numbers.
    func answer(_ path: String, isInt8: Bool, device: Device) throws -> Safetensors {
        guard let data = try Safetensors(contentsOf: path)["input"] else {
            throw ExecutionError("\(path) has no tensor called \"input\"")
        }
        let count = try interface.input.sampleCount(of: data, "\"input\" in \(path)")
        let outputs = isInt8 ? try integers(data, count) : try reals(data, count, device)
        return Self.file(outputs)
    }

    /// Outputs under their names: one is `output`, several are `output.0`, `output.1` ….
    static func file(_ outputs: [TensorData]) -> Safetensors {
        var file = Safetensors()
        for (index, output) in outputs.enumerated() {
            file[outputName(index, of: outputs.count)] = output
        }
        return file
    }

    private func integers(_ data: TensorData, _ count: Int) throws -> [TensorData] {
        let model = try QuantizedModel(contentsOf: RunFolder(folder).int8)
        guard model.network.inputShape == network.inputShape, model.network.outputs.count == network.outputs.count
        else {
            throw ExecutionError("\(RunFolder(folder).int8) is of another network than the one beside it")
        }
        let program = try KernelProgram(model)
        let executor = HostExecutor(program)
        return try interface.tensors(data, count, of: program) { executor.run($0) }
    }

    private func reals(_ data: TensorData, _ count: Int, _ device: Device) throws -> [TensorData] {
        let run = RunFolder(folder)
        let parameters = try Parameters(of: network, seed: 0, device: device)
        let (state, path) = try TrainedModel.state(of: run, .model)
        try parameters.load(state, from: path)
        let model = Model(network, parameters: parameters)
        let shape = network.inputShape
        var values = [[Float]](repeating: [], count: network.outputs.count)
        for start in stride(from: 0, to: count, by: Self.together) {
            let samples = start..<min(count, start + Self.together)
            let images = try Tensor(
                TensorData(
                    interface.input.reals(samples, of: data, as: shape), shape: [samples.count] + shape.dimensions))
            let answers = try Torch.withoutGradients { try model.outputs(images) }
            for (index, answer) in answers.enumerated() { values[index] += try TensorData(answer).floats() }
        }
        return try zip(interface.outputs, values).enumerated().map { index, output in
            try output.0.tensor(reals: output.1, as: network[network.outputs[index]].shape)
        }
    }
}
