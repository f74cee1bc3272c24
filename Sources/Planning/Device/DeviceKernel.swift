/// A kernel of the device's runtime: what is told apart where code and instructions are counted.
package enum DeviceKernel: String, Sendable, Hashable, CaseIterable {
    /// The image's rows.
    case pixels
    case convolution
    /// A depthwise convolution of 3×3 that goes a pixel at a time, which has loops of its own.
    case depthwise3x3
    case depthwise
    case linear
    case lookUp
    case add
    case multiply
    case scaleChannels
    case addPosition
    case maxPool
    case averagePool
    case globalAverage
    case deviation
    case poolNormalised
    case poolWeighted
    case upsample
    case shuffle
    case attention
    /// Decoding and suppression of an SSD's boxes, and of YOLO's.
    case findSSD
    case findYOLO

    /// What `DeviceCall.work` counts for it, in its order.
    package var work: [String] {
        switch self {
        case .pixels: ["number"]
        case .convolution: ["product", "output", "gathered number", "gathered line", "row"]
        case .depthwise3x3, .depthwise: ["product", "output", "channel of a row"]
        case .linear: ["product", "output"]
        case .lookUp, .add, .multiply, .scaleChannels, .addPosition, .upsample, .shuffle: ["output", "row"]
        case .maxPool, .averagePool, .deviation, .poolNormalised, .poolWeighted: ["window element", "output", "row"]
        case .globalAverage: ["input", "output", "row"]
        case .attention: ["product of a projection", "product with keys or values", "score", "number of a token"]
        case .findSSD, .findYOLO: ["score"]
        }
    }
}
