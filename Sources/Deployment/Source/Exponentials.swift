import Foundation
import Quantization

/// What the scores of a network that tells images apart become probabilities by: a table of e^(−scale · d) for the distances d of scores.
struct Exponentials {
    /// Of the distances from 0 on, up to the last that counts; nil where the network ends in a softmax, whose shares need no table.
    let table: [UInt32]?

    /// - Parameters:
    ///   - scale: of the scores.
    ///   - outputs: how many there are. All exponentials together stay below 2³¹.
    init(scale: Double, outputs: Int) {
        let unit = Double(1 << Self.bits(outputs))
        let all = (0...255).map { UInt32((exp(-scale * Double($0)) * unit).rounded()) }
        table = Array(all.prefix { $0 > 0 })
    }

    /// Of a network that ends in a softmax.
    init() { table = nil }

    /// Fractional bits of an exponential.
    private static func bits(_ outputs: Int) -> Int {
        var bits = 24
        while bits > 14, outputs << bits >= 1 << 31 { bits -= 1 }
        return bits
    }

    /// The C file's table.
    var text: String {
        guard let table else { return "#define ENDS_IN_SOFTMAX 1\n" }
        return """
            #define ENDS_IN_SOFTMAX 0
            enum { EXPONENTIALS = \(table.count) };
            static const uint32_t exponentials[EXPONENTIALS] = {
            \(TableText.lines(table, by: 12))
            };

            """
    }
}
