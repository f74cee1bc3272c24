/// What calls of the C interface answer: in the header by name, in generated code by number.
enum InterfaceStatus: Int, CaseIterable {
    case ok = 0
    case moreRows = 1
    case moreSteps = 2
    case noWeights = -1
    case wrongVersion = -2
    case otherNetwork = -3
    case brokenWeights = -4
    case wrongSize = -5
    case notReady = -6
    case nullPointer = -7
    case misaligned = -8
    case tooSmall = -9
    case wrongOrder = -10

    /// Behind the prefix: `MORE_ROWS`.
    var constant: String {
        "\(self)".reduce("") { $0 + ($1.isUppercase ? "_" : "") + $1.uppercased() }
    }

    /// For the header's reader.
    ///
    /// - Parameter c: prefix of functions.
    func meaning(_ c: String) -> String {
        switch self {
        case .ok: "Done."
        case .moreRows: "The image is not complete yet: the next row, please."
        case .moreSteps: "There is more to compute: \(c)_step."
        case .noWeights: "What should be the weights is something else."
        case .wrongVersion: "The weights have another version's layout."
        case .otherNetwork: "The weights are another network's."
        case .brokenWeights: "The weights are damaged: their check sum differs, or a number is out of range."
        case .wrongSize: "The image, or the place for scores, is not of the network's size."
        case .notReady:
            "The context is not open, or there is no answer: none yet, or none any more since a place for pixels was asked for."
        case .nullPointer: "A pointer is NULL."
        case .misaligned: "A pointer is no multiple of what it has to be."
        case .tooSmall: "The memory is smaller than the network's."
        case .wrongOrder: "A step without an image, or an image while steps are left."
        }
    }
}
