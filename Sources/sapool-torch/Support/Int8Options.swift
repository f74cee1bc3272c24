import ArgumentParser
import Quantization
import Training

/// Whether a verb runs a run's int8 model, as a device computes it.
struct Int8Options: ParsableArguments {
    @Flag(help: "Run the int8 model that sapool quantize made, as a device does.")
    var int8 = false
    @Option(help: ArgumentHelp("Run this int8 model.", valueName: "file"))
    var int8Model: String?

    /// The int8 model, or nil where float is asked for.
    ///
    /// - Throws: an error where there is none, or it is of other classes or images than the run.
    func model(of run: RunFolder, _ configuration: RunConfiguration) throws -> QuantizedModel? {
        guard let path = int8Model ?? (int8 ? run.int8 : nil) else { return nil }
        var model = try QuantizedModel(contentsOf: path)
        // A model of others may have no names for its classes.
        let isNamed = model.arithmetic == .sapool || !model.classNames.isEmpty
        guard !isNamed || model.classNames == configuration.classNames,
            model.network.inputShape == configuration.inputShape
        else {
            throw QuantizationError(
                "\(path) is of other classes or images than \(run.path): quantise that run with sapool quantize \(run.path)"
            )
        }
        // A device is given the numbers of an imported model; here there are photographs.
        model.pixels = try model.pixels.normalizing(
            mean: configuration.normalization.mean, deviation: configuration.normalization.deviation)
        return model
    }
}
