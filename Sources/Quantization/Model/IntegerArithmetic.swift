/// How sums of whole numbers become int8, where ways differ by a rounding.
///
/// Convolutions and sums are the same in both. A model keeps the arithmetic that it was made for: models quantised here have their own,
/// imported `.tflite` files that of LiteRT's reference kernels, so that their bytes stay what they were.
public enum IntegerArithmetic: String, Sendable, Hashable, Codable, CaseIterable {
    /// What this project's quantiser makes.
    case sapool
    /// LiteRT 2.3.0's reference kernels: linear layers round once, means fold their division into the multiplier, products have multipliers of
    /// single precision, and maps are resized with ten bits.
    case liteRT = "litert"
}
