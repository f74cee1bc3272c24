import Interchange
import Lowering
import Networks
import Planning

extension QuantizedModel {
    /// The model for LiteRT and what reads its files: int8 operators whose bytes, by LiteRT's reference kernels, are this model's.
    ///
    /// - Parameter pixels: what the file says pixels become; nil for what the model takes them for.
    /// - Throws: `QuantizationError` that names all that LiteRT has no operators for, or where the model lacks something.
    package func tfliteContent(pixels: ModelInterface.Pixels? = nil) throws -> TFLiteContent {
        let rounded = inSinglePrecision
        var translation = TFLiteTranslation(rounded, pixels: pixels)
        var content = try translation.translated()
        // Files whose operators are read one by one need no note; sums in int32 are read by it.
        if !Self.isRead(content) { content.note = try rounded.note(beside: content).serialized() }
        return content
    }

    /// Whether a file is read operator by operator, and there are kernels for what it says.
    private static func isRead(_ content: TFLiteContent) -> Bool {
        guard let bytes = try? content.serialized(), let file = try? TFLiteModel(bytes: bytes),
            let model = try? QuantizedModel(TFLiteImport(file, name: content.name)),
            let plan = try? MemoryPlan(model.network, options: .separateBuffers)
        else { return false }
        return (try? KernelProgram(model, plan: plan)) != nil
    }

    /// The same model with scales of single precision, as `.tflite` files have them.
    ///
    /// What `sapool quantize` makes has such scales already, and so have imported models.
    package var inSinglePrecision: QuantizedModel {
        var rounded = self
        rounded.values = values.mapValues(\.inSinglePrecision)
        return rounded
    }

    /// Whether rounding its scales to single precision changes a multiplier, and so, now and then, a byte. Models that were quantised before scales
    /// had single precision are of that kind.
    ///
    /// - Throws: `QuantizationError` where the model lacks something.
    package func isChangedBySinglePrecision() throws -> Bool {
        let rounded = inSinglePrecision
        guard rounded != self else { return false }
        let steps = try DeviceStep.all(of: network)
        var (writer, other) = (KernelWriter(self), KernelWriter(rounded))
        for step in steps {
            // Calls hold scales, and constants multipliers.
            guard try writer.calls(of: step) == other.calls(of: step) else { return true }
        }
        return writer.constants != other.constants
    }
}

extension AffineQuantization {
    /// The same with a scale of single precision.
    package var inSinglePrecision: AffineQuantization {
        let rounded = Float(scale)
        guard rounded.isNormal else { return self }
        return AffineQuantization(scale: Double(rounded), zeroPoint: zeroPoint)
    }

    /// Whether tensors of int8 may be said to have it: weights of a window pooling may not.
    var hasZeroPointOfInt8: Bool { (-128...127).contains(zeroPoint) }
}
