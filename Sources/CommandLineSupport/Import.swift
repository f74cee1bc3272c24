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

            An ONNX model (.onnx) brings its network with it, read operator by operator, with constants in files beside it. So does a \
            TensorFlow Lite model (.tflite). One in int8 (ONNX: in QDQ form) keeps its own scales, as int8.safetensors beside the rest, \
            unless --float makes real numbers of it. Documentation/Import.md and Documentation/Weights.md say which operators are read.

              sapool import mobilenet_v2.pth --network mobilenet-v2 --classes 1000
              sapool import resnet18.pth --network 'resnet18(stem=published)' \\
                  --classes 1000 --output resnet18
              sapool plan resnet18/network.json
              sapool import model.onnx --output model
              sapool import model.tflite --output model --class-names labels.txt

            What pixels such weights want is told by their family, by the model itself, by --normalization, or by photographs: --check takes a \
            folder of them with a folder for each class, called by its name or number, and says the scores of all candidates.

              sapool import model.onnx --output model --check photos

            To start a training from weights of other classes, give them to sapool train --weights.
            """)

    @Argument(help: ArgumentHelp("The file: safetensors, .pth, .pt, .onnx or .tflite.", valueName: "file"))
    package var file: String
    @Option(help: "The network that the weights are for: a name in either notation, or the path of its JSON form.")
    var network: String?
    @OptionGroup var details: NetworkDetails
    @Option(
        help: ArgumentHelp(
            "Which of several sets of weights in the file, such as state_dict (default: what fits best, of equals an average).",
            valueName: "key"))
    var weightsKey: String?
    @Option(help: ArgumentHelp("Where network.json and model.safetensors go.", valueName: "folder"))
    package var output: String?
    @Flag(name: .customLong("float"), help: "Of an int8 model (.tflite, .onnx) make a network of real numbers.")
    var asReals = false
    @OptionGroup var meaning: ImportedMeaning
    @Option(
        help: ArgumentHelp(
            "Score the weights on photographs of known classes under each normalisation that is usual, and propose the best; the output folder "
                + "then says it, where nothing else does.", valueName: "folder"))
    package var check: String?
    @Option(help: "How many of the photographs, evenly spread (default: 500).")
    package var checkImages: Int?
    @Flag(help: "Print the report as JSON.")
    package var json = false

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

    package func validate() throws {
        guard let checkImages else { return }
        guard (1...1_000_000).contains(checkImages) else {
            throw ValidationError("--check-images \(checkImages): use 1 to 1000000.")
        }
        guard check != nil else {
            throw ValidationError("--check-images says how many of --check: give --check too, or leave it out.")
        }
    }

    package func run() throws {
        let kind = file.lowercased()
        if kind.hasSuffix(".tflite") { return try takeOverTFLite() }
        if kind.hasSuffix(".onnx") { return try takeOverONNX() }
        guard !asReals else {
            throw ValidationError("--float is for int8 models (.tflite, .onnx): leave it out.")
        }
        guard let network else { throw ValidationError("Name the network that the weights are for with --network.") }
        let architecture = try details.network(named: network)
        let mapping = try WeightFile.read(contentsOf: file, for: architecture.parameters, key: weightsKey)
        let family = PixelFamily.of(scheme: mapping.scheme)
        let interface = try meaning.interface(
            of: architecture, source: file, classes: nil,
            pixels: family?.pixels.pixels(channels: architecture.inputShape.channels))
        if let output {
            try mapping.requireComplete(file)
            try write(architecture, mapping.matched.map { ($0.name, $0.tensor) }, interface, to: output)
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
            tell(interface, to: output, family: meaning.normalization == nil ? family : nil)
        }
    }

    /// What brings network and weights along is not told of them.
    private func checkBringsAll(_ what: String) throws {
        guard network == nil else {
            throw ValidationError("\(what) brings its network with it: leave --network out.")
        }
        if let option = details.given {
            throw ValidationError("\(what) brings its network with it: leave \(option) out.")
        }
        guard weightsKey == nil else {
            throw ValidationError("\(what) holds one set of weights: leave --weights-key out.")
        }
    }

    private func takeOverONNX() throws {
        try checkBringsAll("An ONNX model")
        let takeover = try ONNXTakeover(file, asReals: asReals, meaning)
        if let output { try takeover.write(to: output) }
        if json { try printJSON(takeover.summary) } else { print(takeover.text(output)) }
    }

    private func takeOverTFLite() throws {
        try checkBringsAll("A TensorFlow Lite model")
        let takeover = try TFLiteTakeover(file, asReals: asReals, meaning)
        if let output { try takeover.write(to: output) }
        if json {
            try printJSON(takeover.summary)
        } else {
            print(takeover.text)
            if let output { print("\(output): \(takeover.files.joined(separator: ", "))") }
        }
    }

    private func write(
        _ network: Network, _ tensors: [(name: String, tensor: TensorData)], _ interface: ModelInterface?,
        to folder: String
    ) throws {
        var model = ImportedModel(network: network, tensors: tensors)
        model.interface = interface
        try model.write(to: folder)
    }

    /// What is known of classes and pixels, and what was written.
    private func tell(_ interface: ModelInterface?, to output: String?, family: PixelFamily?) {
        for line in interface?.meaning ?? [] { print(line) }
        if let family, interface?.normalization != nil {
            print("  pixels are those that weights of \(family.name) want; --normalization says otherwise")
        }
        guard let output else { return }
        print(
            interface == nil
                ? "\(output): network.json and model.safetensors"
                : "\(output): network.json, model.safetensors, \(ModelInterface.fileName)")
    }
}
