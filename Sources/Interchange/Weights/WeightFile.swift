import Foundation
import Networks

/// A file of weights in any of the forms that are read: safetensors, or a state dict of PyTorch's.
public enum WeightFile {
    /// Reads every tensor of a file, of a checkpoint with several sets the largest; its contents tell the form, not its name.
    ///
    /// - Throws: `InterchangeError` that names the path.
    public static func read(contentsOf path: String) throws -> Safetensors {
        let (file, start) = try open(path)
        return PyTorchFile.recognises(start: start)
            ? try PyTorchFile.read(file, name: path) : try Safetensors(contentsOf: path)
    }

    /// Reads what a file has for a network.
    ///
    /// - Parameters:
    ///   - key: which of several sets of weights to take: its place in the file (`state_dict_ema`) or the prefix of its names; nil takes the
    ///     one that fits best, and of equals an average.
    /// - Throws: `InterchangeError` that names the path.
    public static func read(
        contentsOf path: String, for specifications: [ParameterSpecification], key: String? = nil
    ) throws -> WeightMapping {
        let (file, start) = try open(path)
        let isPyTorch = PyTorchFile.recognises(start: start)
        do {
            var source = isPyTorch ? try PyTorchFile.source(file) : TensorSource(try Safetensors(contentsOf: path))
            source.descriptions += descriptions(of: path)
            let choice = try WeightChoice(source, to: specifications, key: key)
            return try WeightMapping(source, choice, to: specifications)
        } catch let missing as MissingWeights {
            throw InterchangeError("\(path) \(missing.text)")
        } catch {
            throw PyTorchFile.error(error, name: path)
        }
    }

    private static func open(_ path: String) throws -> (file: FileReader, start: [UInt8]) {
        let file = try FileReader(path: path)
        let start = try file.read(0..<min(ForeignFile.startLength, file.length))
        if let foreign = ForeignFile(weightsStart: start, length: file.length) {
            throw foreign.error(name: path, kind: "safetensors file")
        }
        return (file, start)
    }

    /// What the file's name and the description beside it say that it holds; timm's on Hugging Face say so in `config.json`.
    private static func descriptions(of path: String) -> [String] {
        struct Description: Decodable { let architecture: String? }
        let url = URL(fileURLWithPath: path)
        let beside = url.deletingLastPathComponent().appendingPathComponent("config.json").path
        guard let file = try? FileReader(path: beside), file.length < 1 << 16,
            let bytes = try? file.read(0..<file.length),
            let architecture = (try? JSONDecoder().decode(Description.self, from: Data(bytes)))?.architecture
        else { return [url.lastPathComponent] }
        return [url.lastPathComponent, architecture]
    }
}

/// That a file has no set of weights of the name that was asked for.
struct MissingWeights: Error {
    let text: String
}
