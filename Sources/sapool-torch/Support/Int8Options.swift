import ArgumentParser
import Calibration
import Quantization
import Training

/// Whether a verb runs a run's int8 model, as a device computes it.
struct Int8Options: ParsableArguments {
    @Flag(help: "Run the int8 model that sapool quantize made, as a device does.")
    var int8 = false
    @Option(help: ArgumentHelp("Run this int8 model.", valueName: "file"))
    var int8Model: String?

    /// Whether an int8 model is run.
    var isAsked: Bool { int8 || int8Model != nil }

    /// The int8 model, or nil where float is asked for.
    ///
    /// - Throws: an error where there is none, or it is of other classes or images than the run.
    func model(of run: RunFolder, _ configuration: RunConfiguration) throws -> QuantizedModel? {
        guard let path = int8Model ?? (int8 ? run.int8 : nil) else { return nil }
        return try QuantizedModel(of: run, configuration, path: path)
    }
}
