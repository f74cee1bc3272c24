/// A file of weights in any of the forms that are read: safetensors, or a state dict of PyTorch's.
public enum WeightFile {
    /// Reads a file; its contents tell the form, not its name.
    ///
    /// - Throws: `InterchangeError` that names the path.
    public static func read(contentsOf path: String) throws -> Safetensors {
        let file = try FileReader(path: path)
        let start = try file.read(0..<min(16, file.length))
        return PyTorchFile.recognises(start: start)
            ? try PyTorchFile.read(contentsOf: path) : try Safetensors(contentsOf: path)
    }
}
