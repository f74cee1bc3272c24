import ArgumentParser
import CommandLineSupport
import Execution
import Files
import Foundation
import Interchange
import Networks
import Torch
import Training

struct Forward: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a network on raw tensors, for checking against anything else.",
        usage: "sapool forward [<options>] --network <net> --input <file> --output <file>",
        discussion: """
            Reads the tensor "input" ([B, C, H, W]) of one safetensors file and weights of another file (safetensors, or .pth; under the network's \
            state-dict names or torchvision's or timm's), and writes the tensor "output", or "output.0", "output.1" … of a network with several outputs. \
            Double-precision input is computed in double precision.

              sapool forward --network mobilenet_v2-skip-1222121 --width 0.35 \\
                  --weights w.safetensors --input x.safetensors \\
                  --output y.safetensors --mode train

            A folder of sapool import brings its weights. One of a TensorFlow Lite model takes and gives tensors in that model's own layout, shape \
            and type, [samples, 1, height, width, channels] of int8 for many; --int8 computes them as a device does.

              sapool forward --network vww --int8 --input x.safetensors \\
                  --output y.safetensors
            """)

    enum Mode: String, ExpressibleByArgument, CaseIterable { case evaluate, train }
    enum Precision: String, ExpressibleByArgument, CaseIterable {
        case float32, float64

        var type: ScalarType { self == .float32 ? .float32 : .float64 }
    }

    @Option(help: "The network: a name in either notation, the path of its JSON form, or the folder of sapool import.")
    var network: String
    @Option(help: "Width of a MobileNet V1 or V2 (default: 1).")
    var width: Double?
    @Option(help: "Classes that the network tells apart (default: 10).")
    var classes: Int?
    @Option(
        help: ArgumentHelp(
            "Weights: safetensors, or a state dict of PyTorch's (default: those of the network's folder).",
            valueName: "file"))
    var weights: String?
    @Option(
        help: ArgumentHelp(
            "Which of several sets of weights in the file, such as state_dict (default: what fits best, of equals an average).",
            valueName: "key"))
    var weightsKey: String?
    @Option(help: ArgumentHelp("A file with the tensor \"input\".", valueName: "safetensors"))
    var input: String
    @Option(
        help: ArgumentHelp("Where the tensor \"output\" goes, or those of several outputs.", valueName: "safetensors"))
    var output: String
    @Option(help: "evaluate, or train: normalise by the batch's own statistics.")
    var mode = Mode.evaluate
    @Option(help: "float32 or float64 (default: that of the input).")
    var precision: Precision?
    @Flag(help: "Compute in int8 as a device does, where the folder has an int8 model.")
    var int8 = false
    @OptionGroup var machine: MachineOptions
    @Flag(help: "Print the shape and the path of the output as JSON.")
    var json = false

    private struct Summary: Encodable {
        let network: String
        let mode: String
        let shape: [Int]
        let output: String
    }

    func run() throws {
        try RunFiles.checkOutput(output)
        guard ![input, weights].contains(output) else {
            throw ValidationError("--output \(output) is what is read: choose another file.")
        }
        if Network.isJSONFile(network) || folderWeights != nil {
            for (option, isGiven) in [("--width", width != nil), ("--classes", classes != nil)] where isGiven {
                throw ValidationError("\(option) is for networks by name, and \(network) says its own: leave it out.")
            }
        }
        if weights == nil, weightsKey != nil {
            throw ValidationError("--weights-key says what of --weights to take: give --weights too, or leave it out.")
        }
        let device = try machine.apply()
        if weights == nil, ImportedForward.isThere(network), try int8 || ImportedForward(network).hasFormOfItsOwn {
            return try runImported(device)
        }
        guard !int8 else {
            throw ValidationError(
                "--int8 is for the folder of an imported model that has a form of its own: leave it out.")
        }
        guard let weights = weights ?? folderWeights else {
            throw ValidationError("Give weights with --weights, or a folder of sapool import with --network.")
        }
        guard let data = try Safetensors(contentsOf: input)["input"] else {
            throw ExecutionError("\(input) has no tensor called \"input\"")
        }
        guard data.shape.count == 4, !data.shape.contains(0) else {
            throw ExecutionError("\"input\" in \(input) has shape \(data.shape): images are [B, C, H, W]")
        }
        let shape = Shape(Array(data.shape.dropFirst()))
        let architecture =
            Network.isJSONFile(network)
            ? try Network(jsonFile: network)
            : folderWeights != nil
                ? try Network(jsonFile: RunFolder(network).network)
                : try Network(notation: network, input: shape, classes: classes ?? 10, width: width ?? 1)
        for warning in architecture.warnings { note("warning: \(warning)") }
        let type = precision?.type ?? (data.type == .float64 ? .float64 : .float32)
        let parameters = try Parameters(of: architecture, seed: 0, type: type, device: device)
        let mapping = try WeightFile.read(contentsOf: weights, for: parameters.specifications, key: weightsKey)
        try mapping.requireComplete(weights)
        try parameters.load(mapping)
        if let remark = mapping.remark(source: weights) { note(remark) }
        let model = Model(architecture, parameters: parameters)
        let results = try Torch.withoutGradients { try model.outputs(Tensor(data), training: mode == .train) }
        var file = Safetensors()
        for (index, result) in results.enumerated() {
            file[outputName(index, of: results.count)] = try TensorData(result)
        }
        try write(file)
    }

    private func write(_ file: Safetensors) throws {
        try file.write(to: output)
        guard json else {
            return print("\(output): " + file.tensors.map { "\($0.name) \($0.tensor.shape)" }.joined(separator: ", "))
        }
        let summaries = file.tensors.map {
            Summary(network: network, mode: int8 ? "int8" : mode.rawValue, shape: $0.tensor.shape, output: output)
        }
        if summaries.count == 1 { try printJSON(summaries[0]) } else { try printJSON(summaries) }
    }

    /// The weights of a folder with a network; nil where `network` names none.
    private var folderWeights: String? {
        let folder = RunFolder(network)
        let isThere = [folder.network, folder.model].allSatisfy { FileManager.default.fileExists(atPath: $0) }
        return isThere ? folder.model : nil
    }

    private func runImported(_ device: Device) throws {
        guard mode == .evaluate, precision == nil else {
            throw ValidationError("--mode and --precision are for networks with --weights: leave them out.")
        }
        try write(ImportedForward(network).answer(input, isInt8: int8, device: device))
    }
}
