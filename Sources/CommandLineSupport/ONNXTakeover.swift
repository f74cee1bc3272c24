import ArgumentParser
import Files
import Foundation
import Interchange
import Networks
import Quantization
import Reporting

/// `sapool import model.onnx`: the network, and what is told of it.
struct ONNXTakeover {
    private let file: String
    private let network: Network
    private let weights: [(name: String, tensor: TensorData)]
    private let interface: ModelInterface?
    private let int8: QuantizedModel?

    /// Reads a model. An int8 model that this project has written comes back as it was.
    ///
    /// - Throws: an error that names the file and all that has no counterpart.
    init(_ file: String, asReals: Bool, _ meaning: ImportedMeaning) throws {
        let onnx = try ONNXFile(contentsOf: file)
        if let own = QuantizedModel(own: onnx) {
            // The model itself takes numbers where it was an imported one; the file says what pixels become.
            let pixels =
                ONNXProperties(onnx.properties).pixels(channels: own.network.inputShape.channels)
                ?? ModelInterface.Pixels(mean: own.pixels.mean, deviation: own.pixels.deviation)
            try self.init(
                file, own.network, own.realParameters().tensors, asReals ? nil : own, nil, own.classNames, pixels,
                meaning)
            return
        }
        let model = try ONNXImport(onnx, asReals: asReals)
        let int8 = try model.integers.map { _ in try QuantizedModel.imported(from: file) { try QuantizedModel(model) } }
        try self.init(
            file, model.network, model.weights.tensors, int8, model.interface, model.classes, model.pixels, meaning)
    }

    private init(
        _ file: String, _ network: Network, _ weights: [(name: String, tensor: TensorData)], _ int8: QuantizedModel?,
        _ ports: ModelInterface?, _ classes: [String]?, _ pixels: ModelInterface.Pixels?, _ meaning: ImportedMeaning
    ) throws {
        (self.file, self.network, self.weights) = (file, network, weights)
        let said = try meaning.interface(of: network, source: file, classes: classes, pixels: pixels)
        // Of an int8 model it always says how tensors go in and come out.
        let source = URL(fileURLWithPath: file).lastPathComponent
        var interface = ports ?? said ?? (int8 == nil ? nil : ModelInterface(source: source, of: network))
        if ports != nil {
            interface?.classes = said?.classes ?? []
            interface?.normalization = said?.normalization
        }
        self.interface = interface
        var named = int8
        if let said, !said.classes.isEmpty { named?.classNames = said.classes }
        self.int8 = named
    }

    /// Writes the folder.
    func write(to folder: String) throws {
        var files = ImportedModel(network: network, tensors: weights)
        (files.interface, files.int8) = (interface, int8)
        try files.write(to: folder)
    }

    // MARK: - Report

    /// As JSON.
    struct Summary: Encodable {
        let network: String
        let numbers: String
        let input: [Int]
        let output: [Int]
        let parameters: Int
        let multiplyAccumulates: Int
        let interface: ModelInterface?
    }

    var summary: Summary {
        Summary(
            network: network.name, numbers: int8 == nil ? "float" : "int8", input: network.inputShape.dimensions,
            output: network.outputShape.dimensions, parameters: network.parameterCount,
            multiplyAccumulates: network.multiplyAccumulates, interface: interface)
    }

    /// For people.
    ///
    /// - Parameter folder: where it was written to; nil where it was not.
    func text(_ folder: String?) -> String {
        var lines = [
            "\(file): \(network.name)\(int8 == nil ? "" : " in int8"), image \(network.inputShape), "
                + "output \(network.outputs.map { "\(network[$0].shape)" }.joined(separator: ", ")), "
                + "\(counted(network.parameterCount, "parameter")), "
                + counted(network.multiplyAccumulates, "multiply-accumulate")
        ]
        if let interface, !interface.isPlain || interface.outputs.count > 1 {
            lines.append("  takes \(interface.input.text)")
            lines += interface.outputs.map { "  gives \($0.text)" }
        }
        lines += interface?.meaning ?? []
        guard let folder else { return lines.joined(separator: "\n") }
        let extra = (int8 == nil ? [] : [RunFiles.int8]) + (interface == nil ? [] : [RunFiles.interface])
        let files = [RunFiles.network, RunFiles.model] + extra
        lines.append("\(folder): " + files.joined(separator: extra.isEmpty ? " and " : ", "))
        return lines.joined(separator: "\n")
    }
}
