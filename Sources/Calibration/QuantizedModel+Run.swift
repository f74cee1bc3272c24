import Interchange
import Quantization
import Training

extension QuantizedModel {
    /// The int8 model of a run, for photographs.
    ///
    /// - Parameter path: another file than the run's own.
    /// - Throws: an error where there is none, or it is of other classes or images than the run.
    public init(of run: RunFolder, _ configuration: RunConfiguration, path: String? = nil) throws {
        let path = path ?? run.int8
        try self.init(contentsOf: path)
        // A model of others may have no names for its classes.
        let isNamed = arithmetic == .sapool || !classNames.isEmpty
        guard !isNamed || classNames == configuration.classNames, network.inputShape == configuration.inputShape else {
            throw QuantizationError(
                "\(path) is of other classes or images than \(run.path): quantise that run with sapool quantize "
                    + "\(run.path)"
            )
        }
        // The file's bytes are the numbers of an imported model; here there are photographs.
        pixels = try pixels.normalizing(
            mean: configuration.normalization.mean, deviation: configuration.normalization.deviation)
    }

    /// The int8 model of a run, or of an imported network's folder, for a device: its bytes are a camera's pixels wherever somebody has said what
    /// pixels become. Otherwise those of an imported model are its own numbers and 128.
    ///
    /// - Throws: an error where there is none, or what the folder says is not of it.
    public init(forDevice run: RunFolder) throws {
        try self.init(contentsOf: run.int8)
        guard !run.holdsRun, ModelInterface.isThere(in: run.path) else { return }
        let interface = try ModelInterface(folder: run.path, of: network)
        guard let said = interface.normalization else { return }
        guard said.mean.count == network.inputShape.channels, said.deviation.count == said.mean.count else {
            throw QuantizationError(
                "\(ModelInterface.path(in: run.path)) says what \(said.mean.count) channels of pixels become, and the network takes "
                    + "\(network.inputShape.channels): import the model again with --normalization")
        }
        pixels = try pixels.normalizing(mean: said.mean, deviation: said.deviation)
    }
}
