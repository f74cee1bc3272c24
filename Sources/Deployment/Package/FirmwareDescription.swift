import Datasets
import Foundation

/// What a device package says about itself, in its `firmware.json`.
public struct FirmwareDescription: Codable, Sendable, Equatable {
    /// A step of the plan as the generated code has it.
    public struct Layer: Codable, Sendable, Equatable {
        /// The method that computes a row of it.
        public let function: String
        /// Of the network's node.
        public let name: String
        /// In words, `depthwise+relu6 3×3/2`.
        public let operation: String
        public let macs: Int
    }

    static let format = "sapool-firmware"
    static let version = 2

    public let format: String
    public let version: Int
    /// The network's name, usually its notation.
    public let network: String
    /// Prefix of the C functions.
    public let name: String
    /// The core that it is meant for; it builds for all.
    public let core: String
    /// Height, width and channels of the image.
    public let height: Int
    public let width: Int
    public let channels: Int
    /// Numbers that come out; of a detector its classes.
    public let outputs: Int
    public let classes: [String]
    /// What an image file goes through on its way to the network; nil where nobody said so.
    public let preprocessing: Transform?
    public let pushesRows: Bool
    /// How often the image's rows are pushed; nil for once.
    public let imagePasses: Int?
    /// Bytes of the arena; the first and the last of them that the plan uses.
    public let arenaBytes: Int
    public let arenaLowest: Int
    public let arenaHighest: Int
    /// Working memory of convolutions, beside the arena.
    public let columnBytes: Int
    public let stackBytes: Int
    /// What the linker gives.
    public let sramBytes: Int
    public let flashBytes: Int
    public let weightsBytes: Int
    public let macs: Int
    /// In the order of the plan's steps.
    public let layers: [Layer]
    /// Of a detector how many candidates there is room for; nil for every other network.
    public let candidates: Int?
    /// What a step of a score stands for; nil for a detector.
    public let outputScale: Double?

    private enum CodingKeys: String, CodingKey {
        case format, version, network, name, core, height, width, channels, outputs, classes, preprocessing, macs,
            layers, candidates
        case pushesRows = "pushes_rows"
        case imagePasses = "image_passes"
        case arenaBytes = "arena_bytes"
        case arenaLowest = "arena_lowest"
        case arenaHighest = "arena_highest"
        case columnBytes = "column_bytes"
        case stackBytes = "stack_bytes"
        case sramBytes = "sram_bytes"
        case flashBytes = "flash_bytes"
        case outputScale = "output_scale"
        case weightsBytes = "weights_bytes"
    }

    /// As it stands in the file.
    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(self)) + [10]
    }

    /// Whether the network finds objects.
    public var isDetector: Bool { candidates != nil }

    /// Bytes of an image.
    public var imageBytes: Int { height * width * channels }

    /// Bytes that the device is given for an image: where it is pushed twice, twice as many.
    package var givenBytes: Int { imageBytes * (imagePasses ?? 1) }
}
