import Files
import ArgumentParser
import Foundation
import Interchange
import Networks
import Quantization

/// A network and its weights as files that every verb takes.
package struct ImportedModel {
    let network: Network
    let tensors: [(name: String, tensor: TensorData)]
    /// What goes in and comes out in the model's own form, where that is another than the network's.
    package var interface: ModelInterface?
    /// Whole numbers as the model has them.
    var int8: QuantizedModel?

    /// A network and its weights.
    package init(network: Network, tensors: [(name: String, tensor: TensorData)]) {
        (self.network, self.tensors) = (network, tensors)
    }

    /// Files that tell that a folder holds a training, or what was made of one.
    private static let filesOfRuns = [RunFiles.configuration, RunFiles.metrics, RunFiles.last, RunFiles.best]

    /// Signs weights that were written here.
    private static let writer = "sapool import"

    /// The files in JSON that an import writes or removes, and the format that they say they have.
    private static let descriptions = [
        (RunFiles.network, Network.format), (ModelInterface.fileName, ModelInterface.format),
    ]

    private struct Description: Decodable {
        let format: String
    }

    private static func isDescription(_ path: String, of format: String) -> Bool {
        let data = FileManager.default.contents(atPath: path)
        return data.flatMap { try? JSONDecoder().decode(Description.self, from: $0) }?.format == format
    }

    /// Refuses a folder with files that are not those of an import before, so that nothing trained, and nothing of others, is ever replaced.
    ///
    /// - Throws: `InterchangeError` that names the first file that is not.
    package static func check(output folder: String) throws {
        func holds(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder + "/" + name) }
        func isForeign(_ name: String) -> Bool {
            holds(name) && !Safetensors.isSigned(by: writer, folder + "/" + name)
        }
        if let file = filesOfRuns.first(where: holds) ?? (isForeign(RunFiles.int8) ? RunFiles.int8 : nil) {
            throw InterchangeError(
                "\(folder) holds a run or what was made of one (\(file)), which is not replaced: choose another output folder"
            )
        }
        // Weights come first, and tell by themselves whose they are.
        guard !isForeign(RunFiles.model) else {
            throw InterchangeError(
                "\(folder) holds a model.safetensors that neither sapool import nor sapool prune has written, which is not replaced: "
                    + "choose another output folder")
        }
        for (name, format) in descriptions where holds(name) {
            guard isDescription(folder + "/" + name, of: format) else {
                throw InterchangeError(
                    "\(folder)/\(name) is no \(format), and is not replaced: choose another output folder"
                )
            }
        }
    }

    /// Says in an imported network's folder what pixels become.
    package static func state(_ pixels: ModelInterface.Pixels, in folder: String) throws {
        let network = try Network(jsonFile: folder + "/" + RunFiles.network)
        var interface =
            ModelInterface.isThere(in: folder)
            ? try ModelInterface(folder: folder, of: network) : ModelInterface(source: "", of: network)
        interface.normalization = pixels
        let bytes = try interface.json()
        try AtomicFile.replace(ModelInterface.path(in: folder)) { try $0.append(bytes) }
    }

    /// Writes network.json and model.safetensors, and where there are such int8.safetensors and interface.json.
    ///
    /// - Throws: `InterchangeError` where the folder holds other files than those of an import (`check`), and nothing is changed.
    package func write(to folder: String) throws {
        try Self.check(output: folder)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw ValidationError("The output folder \(folder) cannot be made: choose a place that you may write to.")
        }
        var weights = Safetensors(tensors, metadata: ["format": "pt"])
        weights.sign(by: Self.writer)
        try weights.write(to: folder + "/" + RunFiles.model)
        // Of an import before.
        for file in [RunFiles.int8, ModelInterface.fileName] {
            try? FileManager.default.removeItem(atPath: folder + "/" + file)
        }
        try int8?.write(to: folder + "/" + RunFiles.int8, signedBy: Self.writer)
        if let interface {
            let bytes = try interface.json()
            try AtomicFile.replace(ModelInterface.path(in: folder)) { try $0.append(bytes) }
        }
        try AtomicFile.replace(folder + "/" + RunFiles.network) { try $0.append([UInt8](network.json())) }
    }
}
