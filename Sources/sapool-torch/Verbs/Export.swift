import ArgumentParser
import CommandLineSupport
import Datasets
import Deployment
import Files
import Foundation
import Interchange
import Networks
import Planning
import Quantization
import Reporting
import Training

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a trained network for other programs.",
        discussion: """
            safetensors: the weights under the authors' names. onnx: the network in evaluation mode, in standard operators (opset 18) and with \
            any batch size; input "input" ([batch, C, H, W], normalised as in training), output "output" (logits). Classes and normalisation are \
            in the metadata of both. onnx-qdq: the int8 model that sapool quantize made, as float operators between QuantizeLinear and DequantizeLinear.

              sapool export runs/a --format onnx --output a.onnx
              sapool export runs/a --format onnx-qdq --output a-int8.onnx
              sapool export runs/a --weights best --format safetensors \\
                  --output best.safetensors

            tflite: the same int8 model in the operators of TensorFlow Lite (LiteRT), whose reference kernels give its bytes. Input and outputs are \
            int8; what pixels become and the names of classes are in the metadata. Documentation/Quantization.md says what becomes of what.

              sapool export runs/a --format tflite --output a.tflite

            A folder that sapool import has written does as well as a run. Documentation/Weights.md says more.

            firmware: a Swift package that runs the network on Cortex-M, of a run that sapool quantize has quantised. Give the device's memory, and \
            an image that does not fit will not link. Documentation/Firmware.md says more.

              sapool export runs/a --format firmware --output firmware \\
                  --core m4 --sram 64K
              sapool export runs/a --format firmware --output firmware --push-rows

            library: the same compiled for C, a header and an archive for each core, as a package of make, CMake, Arduino, PlatformIO and Zephyr. \
            Whoever links it needs no Swift. Documentation/Library.md says more.

              sapool export runs/a --format library --target m4-hard --output lib
              sapool export runs/a --format library --target m0plus,m33-hard --output lib
              sapool export runs/a --format library --target m4 --camera 320x240 \\
                  --output lib
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case safetensors, onnx
        case onnxQDQ = "onnx-qdq"
        case tflite
        case firmware, library
    }

    @Argument(help: ArgumentHelp("The run's folder, or an imported network's.", valueName: "folder"))
    var folder: String
    @Option(help: "safetensors, onnx, onnx-qdq, tflite, firmware or library.")
    var format: Format
    @Option(help: ArgumentHelp("The file to write, or the package's folder.", valueName: "path"))
    var output: String
    @OptionGroup var chosen: WeightsOptions
    @OptionGroup(title: "Firmware and library") var package: DevicePackageOptions
    @OptionGroup(title: "Firmware") var firmware: FirmwareExportOptions
    @OptionGroup(title: "Library") var library: LibraryExportOptions

    func validate() throws {
        if format != .firmware, format != .library, let option = package.given {
            throw ValidationError("\(option) is for --format firmware and library: leave it out.")
        }
        if format == .library, let option = firmware.given {
            throw ValidationError(
                "\(option) is for --format firmware: leave it out, the library's cores are its --target.")
        }
        if format != .firmware, let option = firmware.given {
            throw ValidationError("\(option) is for --format firmware: leave it out.")
        }
        if format != .library, let option = library.given {
            throw ValidationError("\(option) is for --format library: leave it out.")
        }
        if chosen.named != nil, format != .safetensors, format != .onnx {
            throw ValidationError(
                "--weights is for --format safetensors and onnx, and \(format.rawValue) is made of the int8 model: leave it out, and give it to sapool quantize."
            )
        }
        if format == .library, library.target == nil {
            throw ValidationError(
                "--format library compiles for cores: name them by --target (m4-hard, or several with commas between, or all)."
            )
        }
    }

    func run() throws {
        if format == .firmware { return try exportFirmware() }
        if format == .library { return try exportLibrary() }
        let (network, meaning) = try description()
        let metadata = try meaning.metadata()
        try checkOutput()
        if format == .onnxQDQ { return try exportInt8(metadata) }
        if format == .tflite { return try exportTFLite(meaning) }
        let (state, path) = try TrainedModel.state(of: RunFolder(folder), chosen.weights)
        let mapping = WeightMapping(state, to: network.parameters)
        try mapping.requireComplete(path)
        let tensors = Safetensors(
            mapping.matched.map { (name: $0.name, tensor: $0.tensor) }, metadata: metadata)
        switch format {
        case .onnxQDQ, .tflite, .firmware, .library: return
        case .safetensors:
            var file = tensors
            file.metadata["format"] = "pt"
            file.sign(by: Self.writer)
            file.metadata["network"] = network.name
            file.metadata["input"] = "\(network.inputShape)"
            try file.write(to: output)
            print("\(output): \(counted(file.count, "tensor"))")
        case .onnx:
            try ONNXExport(network, weights: tensors, metadata: metadata).write(to: output)
            func text(_ name: String, _ shape: Shape) -> String {
                "\(name) [batch, \(shape.dimensions.map(String.init).joined(separator: ", "))]"
            }
            let outputs = network.outputs.enumerated().map { index, id in
                text(index == 0 ? "output" : "output.\(index)", network[id].shape)
            }
            print(
                "\(output): \(network.name), \(text("input", network.inputShape)), \(outputs.joined(separator: ", "))")
        }
    }

    /// Signs files of weights that were exported.
    private static let writer = "sapool export"

    /// Refuses a file that is no earlier export of the same kind, or that belongs to a run.
    private func checkOutput() throws {
        try RunFiles.checkOutput(output)
        guard FileManager.default.fileExists(atPath: output) else { return }
        let isEarlier: Bool
        switch format {
        case .safetensors: isEarlier = Safetensors.isSigned(by: Self.writer, output)
        case .onnx, .onnxQDQ: isEarlier = ONNXExport.wrote(output)
        case .tflite: isEarlier = TFLiteContent.wrote(output)
        case .firmware, .library: isEarlier = true
        }
        guard isEarlier else {
            throw TrainingError(
                "\(output) is there already, and not as sapool export --format \(format.rawValue) writes it: choose another name, or remove it"
            )
        }
    }

    private func exportFirmware() throws {
        let run = RunFolder(folder)
        let model = try self.package.model(of: run)
        let export = try FirmwareExport(KernelProgram(model), options: firmware.added(to: self.package.options))
        let package = try FirmwarePackage.write(
            export, to: output,
            preprocessing: run.holdsRun ? RunConfiguration.read(from: run).configuration.evaluationTransform : nil,
            core: firmware.core ?? .cortexM4)
        // Scores of the package are taken on these.
        try run.copyImageLists(to: RunFolder(output))
        // What the numbers of an imported model are, for sapool simulate --input.
        if !run.holdsRun, ModelInterface.isThere(in: folder) {
            let interface = try ModelInterface(folder: folder, of: model.network)
            try write(Data(interface.json()), to: ModelInterface.path(in: output))
        }
        print(
            "\(output): \(package.description.network), arena \(grouped(package.description.arenaBytes)) B of "
                + "\(grouped(package.description.sramBytes)) B SRAM, weights \(grouped(package.description.weightsBytes)) B"
        )
        noteImage(export)
    }

    /// What whoever pushes rows has to know.
    private func noteImage(_ export: FirmwareExport) {
        if export.holdsPushedImage {
            note(
                "rows are pushed, but the image is held whole (\(grouped(export.program.imageBytes)) B of the arena): a layer reads all "
                    + "of it, or reads it late")
        } else if export.program.plan.arrivals.count > 1 {
            note(
                "rows are pushed twice: the network looks at the whole image first, so all of its rows come, and then all of them once "
                    + "more")
        }
    }

    private func exportLibrary() throws {
        let run = RunFolder(folder)
        let model = try package.model(of: run)
        var options = package.options
        // What fits is up to the linker of whoever takes the library.
        (options.sram, options.flash) = (1 << 30, 1 << 30)
        if let camera = library.camera {
            guard run.holdsRun else {
                throw TrainingError(
                    "\(folder) holds no run, so nothing says how images of a camera are cropped and resized: leave --camera out"
                )
            }
            options.camera = try CameraTables(
                size: camera, transform: RunConfiguration.read(from: run).configuration.evaluationTransform)
        }
        let export = try FirmwareExport(KernelProgram(model), options: options)
        let written = try LibraryPackage.write(export, targets: library.target ?? [], to: output)
        for (target, bytes) in written.archives {
            print(
                "\(output): \(model.network.name) for \(target.name) (\(target.title)), \(grouped(bytes)) B of archive")
        }
        noteImage(export)
    }

    private func exportInt8(_ metadata: [String: String]) throws {
        let model = try QuantizedModel(contentsOf: RunFolder(folder).int8)
        try model.onnxExport(metadata: metadata).write(to: output)
        print("\(output): \(model.network.name) in int8, QDQ")
    }

    private func exportTFLite(_ meaning: Meaning) throws {
        var model = try QuantizedModel(contentsOf: RunFolder(folder).int8)
        // Of a run the model says both itself, as it was quantised.
        if meaning.isImported, !meaning.classes.isEmpty { model.classNames = meaning.classes }
        let content = try model.tfliteContent(pixels: meaning.isImported ? meaning.pixels : nil)
        try content.write(to: output)
        let operators = content.operators.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        print("\(output): \(model.network.name) in int8, \(operators.joined(separator: ", "))")
        if try model.isChangedBySinglePrecision() {
            note(
                "its scales have double precision, and those of .tflite files single: a number may now and then be off by a step; quantise the run "
                    + "again for the same bytes")
        }
    }

    /// What a user of the file has to know beside the network.
    private struct Meaning {
        /// Whether it is of an imported network's folder.
        let isImported: Bool
        /// Empty where nobody has named them.
        let classes: [String]
        /// Nil where nobody has said what pixels become.
        let pixels: ModelInterface.Pixels?

        /// As texts, those that there are.
        func metadata() throws -> [String: String] {
            func text(_ value: some Encodable) throws -> String {
                String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
            }
            var metadata: [String: String] = [:]
            if !classes.isEmpty { metadata["classes"] = try text(classes) }
            if let pixels {
                metadata["mean"] = try text(pixels.mean)
                metadata["deviation"] = try text(pixels.deviation)
                metadata["normalisation"] = "(pixel / 255 - mean) / deviation, channels first"
            }
            return metadata
        }
    }

    private func description() throws -> (network: Network, meaning: Meaning) {
        let run = RunFolder(folder)
        guard run.holdsRun || !FileManager.default.fileExists(atPath: run.network) else {
            let network = try Network(jsonFile: run.network)
            let interface =
                ModelInterface.isThere(in: folder) ? try ModelInterface(folder: folder, of: network) : nil
            return (
                network,
                Meaning(isImported: true, classes: interface?.classes ?? [], pixels: interface?.normalization)
            )
        }
        let (configuration, network) = try RunConfiguration.read(from: run)
        let (mean, deviation) = (configuration.normalization.mean, configuration.normalization.deviation)
        return (
            network,
            Meaning(
                isImported: false, classes: configuration.classNames,
                pixels: ModelInterface.Pixels(mean: mean, deviation: deviation))
        )
    }
}
