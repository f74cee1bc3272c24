import ArgumentParser
import Files
import Foundation
import Interchange
import Lowering
import Networks
import Planning
import Quantization
import Reporting

/// `sapool import model.tflite`: the network, and what is told of it.
struct TFLiteTakeover {
    private let file: String
    private let model: TFLiteImport
    private let interface: ModelInterface
    private let int8: QuantizedModel?

    /// Reads a model. An int8 model that this project has written with a note comes back as it was.
    ///
    /// - Throws: an error that names the file and all that has no counterpart.
    init(_ file: String, asReals: Bool, _ meaning: ImportedMeaning) throws {
        self.file = file
        let stated = try TFLiteModel(contentsOf: file)
        let (own, model) = try Self.own(stated, file) ?? (nil, TFLiteImport(stated, file: file, asReals: asReals))
        self.model = model
        let network = model.network
        var interface = model.interface
        let channels = network.inputShape.channels
        if let names = try meaning.names(count: network.outputShape.channels) { interface.classes = names }
        if interface.classes.count != network.outputShape.channels { interface.classes = [] }
        interface.normalization = try meaning.pixels(channels: channels) ?? interface.normalization
        self.interface = interface
        guard !asReals, own != nil || model.integers != nil else {
            int8 = nil
            return
        }
        var int8 = try QuantizedModel.imported(from: file) { try own ?? QuantizedModel(model) }
        int8.classNames = interface.classes
        self.int8 = int8
    }

    /// The model that a file of this project's was made of.
    private static func own(_ stated: TFLiteModel, _ file: String) throws -> (QuantizedModel?, TFLiteImport)? {
        guard let own = QuantizedModel(own: stated) else { return nil }
        do {
            let source = URL(fileURLWithPath: file).lastPathComponent
            let weights = try own.realParameters().tensors
            return (own, try TFLiteImport(own: own.network, weights: weights, of: stated, source: source))
        } catch let error as QuantizationError {
            throw InterchangeError("\(file) may be valid, but is not supported: \(error)")
        }
    }

    /// What `write` writes.
    var files: [String] {
        [RunFiles.network, RunFiles.model] + (int8 == nil ? [] : [RunFiles.int8]) + [RunFiles.interface]
    }

    /// Writes the folder.
    func write(to folder: String) throws {
        var files = ImportedModel(network: model.network, tensors: model.weights)
        (files.interface, files.int8) = (interface, int8)
        try files.write(to: folder)
    }

    // MARK: - Report

    /// As JSON.
    struct Summary: Encodable {
        let network: String
        let numbers: String
        let input: ModelInterface.Port
        let outputs: [ModelInterface.Port]
        let operators: [String: Int]
        let folded: [String: Int]
        let parameters: Int
        let multiplyAccumulates: Int
        let classes: [String]
        let normalization: ModelInterface.Pixels?
        let remarks: [String]
    }

    var summary: Summary {
        Summary(
            network: model.network.name, numbers: int8 == nil ? "float" : "int8", input: interface.input,
            outputs: interface.outputs, operators: model.operators, folded: model.folded,
            parameters: model.network.parameterCount, multiplyAccumulates: model.network.multiplyAccumulates,
            classes: interface.classes, normalization: interface.normalization, remarks: model.remarks)
    }

    /// For people.
    var text: String {
        let network = model.network
        var lines = [
            "\(file): \(network.name) in \(int8 == nil ? "float" : "int8"), image \(network.inputShape), output "
                + network.outputs.map { "\(network[$0].shape)" }.joined(separator: ", ") + ", "
                + "\(counted(network.parameterCount, "parameter")), "
                + counted(network.multiplyAccumulates, "multiply-accumulate"),
            "  operators: \(Self.told(model.operators))",
        ]
        if !model.folded.isEmpty {
            lines.append("  part of others, or of how numbers go in and out: \(Self.told(model.folded))")
        }
        lines.append("  takes \(interface.input.text)")
        lines += interface.outputs.map { "  gives \($0.text)" }
        lines += interface.meaning
        return (lines + model.remarks.map { "  \($0)" }).joined(separator: "\n")
    }

    private static func told(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(40).map { "\($0.key) \($0.value)" }.joined(
            separator: ", ")
    }
}

extension ModelInterface {
    /// Classes and pixels, for people.
    var meaning: [String] {
        var lines: [String] = []
        if !classes.isEmpty {
            let shown = classes.prefix(5).map(\.quoted).joined(separator: ", ")
            lines.append("  classes: \(shown)\(classes.count > 5 ? " …" : "")")
        }
        if let normalization { lines.append("  pixels: \(normalization.text)") }
        return lines
    }
}

extension ModelInterface.Port {
    /// For people.
    var text: String {
        let scale = scale.map { ", scale \($0), zero point \(zeroPoint ?? 0)" } ?? ""
        let inner = type == .float32 && self.scale != nil ? ", int8 inside" : ""
        let axes = axes == MapAxis.memory ? "" : ", axes \(axes.map(\.rawValue).joined())"
        let name = name.isEmpty ? "a tensor" : name.quoted
        return "\(name) \(type.rawValue) \(shape.shortened)\(axes)\(inner)\(scale)"
    }
}

extension QuantizedModel {
    /// An int8 model of a file of others.
    ///
    /// - Throws: `InterchangeError` that names the file, where no kernel computes what it says.
    static func imported(from file: String, _ read: () throws -> QuantizedModel) throws -> QuantizedModel {
        do {
            let int8 = try read()
            // Every kernel is asked whether it can be exact; where values lie does not matter to that.
            _ = try KernelProgram(int8, plan: MemoryPlan(int8.network, options: .separateBuffers))
            return int8
        } catch let error as QuantizationError {
            throw InterchangeError("\(file) may be valid, but is not supported: \(error)")
        } catch let error as PlanningError {
            throw InterchangeError("\(file) may be valid, but is not supported: \(error)")
        }
    }
}

extension ModelInterface.Pixels {
    /// A formula, or one for each channel.
    package var text: String {
        let all = zip(mean, deviation).prefix(4).map { "(pixel / 255 − \($0)) / \($1)" }
        return Set(all).count == 1 ? all[0] : all.joined(separator: ", ")
    }
}
