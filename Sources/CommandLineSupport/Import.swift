import ArgumentParser
import Foundation
import Interchange
import Networks
import Reporting

/// `sapool import`: what others have made, as a network and weights of ours.
package struct Import: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Takes over networks and weights from elsewhere, and says what fits.",
        discussion: """
            Reads safetensors and PyTorch state dicts (.pth, .pt; nothing in them is run), under our names, the authors', torchvision's, \
            timm's or EfficientNet-PyTorch's, and reports which tensors find their place in the network. Of several sets of weights in a file \
            the one that fits best is taken, and of equals an average over the training; --weights-key names another. With --output it writes \
            a folder with network.json and model.safetensors, provided that nothing is missing. A folder with a training's run is left alone.

            An ONNX model (.onnx) brings its network with it, read operator by operator.

              sapool import mobilenet_v2.pth --network mobilenet-v2 --classes 1000
              sapool import resnet18.pth --network 'resnet18(stem=published)' \\
                  --classes 1000 --output resnet18
              sapool plan resnet18/network.json
              sapool import model.onnx --output model

            To start a training from weights of other classes, give them to sapool train --weights.
            """)

    @Argument(help: ArgumentHelp("The file: safetensors, .pth, .pt or .onnx.", valueName: "file"))
    var file: String
    @Option(help: "The network that the weights are for: a name in either notation, or the path of its JSON form.")
    var network: String?
    @OptionGroup var details: NetworkDetails
    @Option(
        help: ArgumentHelp(
            "Which of several sets of weights in the file, such as state_dict (default: what fits best, of equals an average).",
            valueName: "key"))
    var weightsKey: String?
    @Option(help: ArgumentHelp("Where network.json and model.safetensors go.", valueName: "folder"))
    var output: String?
    @Flag(help: "Print the report as JSON.")
    var json = false

    package init() {}

    private struct Report: Encodable {
        struct Change: Encodable {
            let name: String
            let file: [Int]
            let network: [Int]

            init(_ change: WeightMapping.ShapeChange) { (name, file, network) = (change.name, change.from, change.to) }
        }

        let names: String
        let key: String
        let prefix: String
        let alternatives: [String]
        let notes: [String]
        let matched: [String: String]
        let reshaped: [Change]
        let mismatched: [Change]
        let missing: [String]
        let extra: [String]
    }

    package func run() throws {
        if file.lowercased().hasSuffix(".onnx") { return try takeOverONNX() }
        guard let network else { throw ValidationError("Name the network that the weights are for with --network.") }
        let architecture = try details.network(named: network)
        let mapping = try WeightFile.read(contentsOf: file, for: architecture.parameters, key: weightsKey)
        if let output {
            try mapping.requireComplete(file)
            try write(architecture, mapping, to: output)
        }
        if json {
            try printJSON(
                Report(
                    names: mapping.scheme, key: mapping.key, prefix: mapping.prefix,
                    alternatives: mapping.alternatives, notes: mapping.notes,
                    matched: Dictionary(mapping.matched.map { ($0.name, $0.source) }) { first, _ in first },
                    reshaped: mapping.reshaped.map(Report.Change.init),
                    mismatched: mapping.mismatched.map(Report.Change.init),
                    missing: mapping.missing.map(\.name), extra: mapping.extra))
        } else {
            print(mapping.report(source: file))
            if let output { print("\(output): network.json and model.safetensors") }
        }
    }

    private func takeOverONNX() throws {
        guard network == nil else {
            throw ValidationError("An ONNX model brings its network with it: leave --network out.")
        }
        guard weightsKey == nil else {
            throw ValidationError("An ONNX model holds one set of weights: leave --weights-key out.")
        }
        let model = try ONNXImport(contentsOf: file)
        let network = model.network
        if let output { try ImportedModel(network: network, tensors: model.weights.tensors).write(to: output) }
        if json {
            try printJSON(
                Model(
                    network: network.name, input: network.inputShape.dimensions, output: network.outputShape.dimensions,
                    parameters: network.parameterCount, multiplyAccumulates: network.multiplyAccumulates))
        } else {
            print(
                "\(file): \(network.name), image \(network.inputShape), output \(network.outputShape), "
                    + "\(counted(network.parameterCount, "parameter")), "
                    + counted(network.multiplyAccumulates, "multiply-accumulate")
            )
            if let output { print("\(output): network.json and model.safetensors") }
        }
    }

    private struct Model: Encodable {
        let network: String
        let input: [Int]
        let output: [Int]
        let parameters: Int
        let multiplyAccumulates: Int
    }

    private func write(_ network: Network, _ mapping: WeightMapping, to folder: String) throws {
        try ImportedModel(network: network, tensors: mapping.matched.map { ($0.name, $0.tensor) }).write(to: folder)
    }
}

/// A network and its weights as files that every verb takes.
package struct ImportedModel {
    let network: Network
    let tensors: [(name: String, tensor: TensorData)]

    /// A network and its weights.
    package init(network: Network, tensors: [(name: String, tensor: TensorData)]) {
        (self.network, self.tensors) = (network, tensors)
    }

    /// Files that tell that a folder holds a training, or what was made of one.
    private static let filesOfRuns = [
        "config.json", "metrics.jsonl", "last.safetensors", "best.safetensors", "int8.safetensors",
    ]

    /// Signs weights that were written here.
    private static let writer = "sapool import"

    /// Refuses a folder whose weights are not those of an import before, so that nothing trained is ever replaced.
    private static func check(_ folder: String) throws {
        func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder + "/" + name) }
        if let file = filesOfRuns.first(where: holds) {
            throw InterchangeError(
                "\(folder) holds a run or what was made of one (\(file)), which is not replaced: choose another output folder"
            )
        }
        guard holds("model.safetensors"), !holds("network.json") || holds("recipe.yaml") else { return }
        // Weights come first; where the end came before the network was written, they tell by themselves whose they are.
        guard Safetensors.isSigned(by: writer, folder + "/model.safetensors") else {
            throw InterchangeError(
                "\(folder) holds a model.safetensors that neither sapool import nor sapool prune has written, which is not replaced: "
                    + "choose another output folder")
        }
    }

    /// Writes network.json and model.safetensors.
    ///
    /// - Throws: `InterchangeError` where the folder holds other weights than those of an import, and nothing is changed.
    package func write(to folder: String) throws {
        try Self.check(folder)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw ValidationError("The output folder \(folder) cannot be made: choose a place that you may write to.")
        }
        var weights = Safetensors(tensors, metadata: ["format": "pt"])
        weights.sign(by: Self.writer)
        try weights.write(to: folder + "/model.safetensors")
        try AtomicFile.replace(folder + "/network.json") { try $0.append([UInt8](network.json())) }
    }
}
