/// Instructions that plain loops take, for operations that have no int8 kernel: nobody has counted these.
enum Guess {
    static let perProduct = 3.0
    static let perOutput = 12.0
    static let perElement = 5.0
    static let perScore = 14.0

    /// Of an operation that goes over its map twice.
    static func twoPasses(_ outputs: Int) -> Double { (2 * perElement + perOutput) * Double(outputs) }
}

/// The tables of a layer: weights, and what takes the sums of each output channel to int8 (bias, multiplier, shift).
func layerTables(weights: Int, outputs: Int) -> [Int] { [weights, 4 * outputs, 4 * outputs, 4 * outputs] }
