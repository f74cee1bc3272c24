import Quantization

/// What firmware says about an image.
public enum DeviceAnswer: Sendable, Hashable {
    /// The class with the highest score, and all scores: the output's bytes.
    case scores(predicted: Int, [Int8])
    /// What a detector found, the surest first, and a check sum of what it put out.
    case detections([DeviceDetection], checksum: Int32)

    /// What a device says where the host has run an image.
    ///
    /// - Parameter outputs: the bytes that came out.
    public init(_ outputs: [Int8], _ executor: HostExecutor) {
        guard executor.program.detector != nil else {
            self = .scores(predicted: outputs.indices.reduce(0) { outputs[$1] > outputs[$0] ? $1 : $0 }, outputs)
            return
        }
        // FNV-1a.
        let sum = outputs.reduce(2_166_136_261) { ($0 ^ UInt32(UInt8(bitPattern: $1))) &* 16_777_619 }
        self = .detections(executor.objects(), checksum: Int32(bitPattern: sum))
    }

    /// What a line of the firmware's program says; nil for other lines.
    package init?(line: Substring) {
        let words = line.split(separator: " ")
        switch words.first {
        case "class":
            guard words.count > 3, let predicted = Int(words[1]) else { return nil }
            self = .scores(predicted: predicted, words.dropFirst(3).compactMap { Int8($0) })
        case "detections":
            let numbers = words.dropFirst(2).compactMap { UInt16($0) }
            guard words.count > 1, let checksum = Int32(words[1]), numbers.count == words.count - 2,
                numbers.count % 6 == 0
            else { return nil }
            self = .detections(
                stride(from: 0, to: numbers.count, by: 6).compactMap { DeviceDetection(numbers[$0..<$0 + 6]) },
                checksum: checksum)
        default: return nil
        }
    }

    /// Every number of it.
    public var numbers: [Int] {
        switch self {
        case .scores(_, let scores): scores.map(Int.init)
        case .detections(let found, let checksum): [Int(checksum)] + found.flatMap { $0.numbers.map(Int.init) }
        }
    }

    /// The scores; none of a detector.
    public var scores: [Int8] {
        guard case .scores(_, let scores) = self else { return [] }
        return scores
    }

    /// What was found; nothing where the network is no detector.
    public var detections: [DeviceDetection] {
        guard case .detections(let found, _) = self else { return [] }
        return found
    }
}
