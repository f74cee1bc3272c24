import Execution
import Networks
import Quantization
import Training

/// From a trained float network and calibration images to an int8 model.
///
/// ```swift
/// let result = try PostTrainingQuantization(options).run(trained, configuration, images)
/// try result.model.write(to: "runs/a/int8.safetensors")
/// ```
public struct PostTrainingQuantization {
    /// What came out.
    public struct Result {
        public let model: QuantizedModel
        /// The float network that it was made of.
        public let reference: FloatReference
        /// How many pairs of layers were equalised.
        public let equalizedPairs: Int
        /// Of every step.
        public let signalToNoise: SignalToNoise
        /// What calibration showed.
        public let statistics: [String: ValueStatistics]
    }

    /// How far a quantisation is.
    public enum Progress {
        /// Of all passes, this one (from 1) has looked at so many images: without equalisation, then with it.
        case calibrated(Int, of: Int, pass: Int)
        /// int8 values are compared with float's.
        case comparing(pass: Int)
    }

    private let options: Quantizer.Options
    private let equalizes: Bool

    /// Images whose values are compared with float's.
    static let comparedImages = 32

    /// A quantisation by its options.
    ///
    /// - Parameter equalizes: whether cross-layer equalisation is tried; it stays where logits then are closer to float's.
    public init(_ options: Quantizer.Options = Quantizer.Options(), equalizes: Bool = true) {
        self.options = options
        self.equalizes = equalizes
    }

    /// Quantises a trained model.
    ///
    /// - Parameter progress: told how far it is.
    /// - Throws: `QuantizationError` that names a node which no int8 kernel computes.
    public func run(
        _ trained: Model, _ configuration: RunConfiguration, _ images: CalibrationImages,
        progress: (Progress) -> Void = { _ in }
    ) throws -> Result {
        let reference = try FloatReference(lowering: trained)
        let plain = try quantize(reference, configuration, images, pairs: 0, pass: 1, progress)
        guard equalizes else { return plain }
        let equalization = try Equalization(reference.float, plain.statistics)
        guard !equalization.pairs.isEmpty else { return plain }
        let equal = try quantize(
            FloatReference(equalization.network), configuration, images, pairs: equalization.pairs.count, pass: 2,
            progress)
        return equal.signalToNoise.decibels > plain.signalToNoise.decibels ? equal : plain
    }

    private func quantize(
        _ reference: FloatReference, _ configuration: RunConfiguration, _ images: CalibrationImages, pairs: Int,
        pass: Int, _ progress: (Progress) -> Void
    ) throws -> Result {
        let statistics = try Calibrator(reference).statistics(images) {
            progress(.calibrated($0, of: images.count, pass: pass))
        }
        progress(.comparing(pass: pass))
        let pixels = try PixelQuantization(
            mean: configuration.normalization.mean, deviation: configuration.normalization.deviation)
        let model = try Quantizer(reference.float, statistics, options)
            .model(pixels: pixels, classNames: configuration.classNames)
        let noise = try SignalToNoise(model, reference, images, count: Self.comparedImages)
        return Result(
            model: model, reference: reference, equalizedPairs: pairs, signalToNoise: noise, statistics: statistics)
    }
}
