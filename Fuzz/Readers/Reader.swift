import Datasets
import Foundation
import Interchange
import Networks

/// Every reader of files from outside, each called as the verbs call it.
///
/// `make fuzz` and the tests use this and nothing else, so that what is fuzzed and what is replayed are the same.
package enum Reader: String, CaseIterable, Sendable {
    /// JPEG, PNG and the other formats of single images.
    case image
    case idx
    case cifar
    case safetensors
    /// A zip archive with a pickle, or the older sequence of pickles.
    case pytorch
    case onnx
    /// A model of TensorFlow Lite, and what is known of it before it runs.
    case tflite
    /// The JSON form of a network, and its plan.
    case network
    /// A network's name in either notation.
    case notation
    /// The YAML of a training.
    case recipe
    /// The YAML of a comparison.
    case comparison
    /// One XML file of Pascal VOC.
    case voc
    case coco
    /// YOLO's `data.yaml`; behind a line of three dashes one image's labels.
    case yolo
    /// A table of images and their classes.
    case labels
    /// Which images of a data set are trained on and scored: a list.
    case division
    /// What a fit is going to do.
    case schedule
    /// A table of results.
    case results
    /// An int8 model, which is then run.
    case int8
    /// A device package's description of itself.
    case firmware

    /// Reads one file's bytes and uses what they say as a verb would.
    ///
    /// - Throws: what the reader says about a file that it refuses. A crash, a hang or a full memory is never right.
    package func read(_ bytes: [UInt8]) throws {
        switch self {
        case .image: try Self.readImage(bytes)
        case .idx: try Self.readIDX(bytes)
        case .cifar: try Self.readCIFAR(bytes)
        case .safetensors: try Self.map(Safetensors(bytes: bytes))
        case .pytorch: try Self.map(PyTorchFile.read(bytes: bytes))
        case .onnx: try Self.readONNX(bytes)
        case .tflite: try Self.readTFLite(bytes)
        case .network: try Self.readNetwork(bytes)
        case .notation: try Self.readNotation(bytes)
        case .recipe: try Self.readRecipe(bytes)
        case .comparison: try Self.readComparison(bytes)
        case .voc: try Self.readVOC(bytes)
        case .coco: try Self.readCOCO(bytes)
        case .yolo: try Self.readYOLO(bytes)
        case .labels: try Self.readLabels(bytes)
        case .division: try Self.readDivision(bytes)
        case .schedule: try Self.readSchedule(bytes)
        case .results: try Self.readResults(bytes)
        case .int8: try Self.readInt8(bytes)
        case .firmware: try Self.readFirmware(bytes)
        }
    }

    /// What the reader says about a file that it refuses; nil where it takes it.
    package func outcome(_ bytes: [UInt8]) -> String? {
        do {
            try read(bytes)
            return nil
        } catch {
            return "\(error)"
        }
    }
}

/// A reader has taken a file and made something of it that cannot be: as bad as a crash.
func require(_ condition: Bool, _ what: String) {
    if !condition { fatalError(what) }
}

/// Changes that keep most of a file's structure: what plain mutation of bytes hardly ever finds.
extension Reader {
    /// Another input made from one, or from nothing; nil where bytes may as well be changed blindly.
    ///
    /// - Parameter blindly: changes bytes at will (libFuzzer's own way).
    package func mutated(
        _ bytes: [UInt8], _ chance: inout Chance, blindly: ([UInt8]) -> [UInt8]
    ) -> [UInt8]? {
        switch self {
        case .onnx:
            return chance.once(in: 4) ? ONNXGenerator.model(&chance) : ONNXMutation.mutated(bytes, &chance)
        case .network:
            if chance.once(in: 4), let made = NetworkGenerator.network(&chance) { return made }
            return JSONValue(bytes).map { JSONMutation.mutated($0, words: NetworkGenerator.words, &chance).encoded }
        case .coco, .division, .firmware, .schedule:
            return JSONValue(bytes).map { JSONMutation.mutated($0, &chance).encoded }
        case .tflite: return FlatBufferMutation.mutated(bytes, &chance)
        case .safetensors, .int8: return SafetensorsMutation.mutated(bytes, &chance)
        case .pytorch:
            if chance.once(in: 3) { return PickleGenerator.archive(&chance) }
            // The pickle of an archive, its check sum made right again.
            return PickleGenerator.pickle(of: bytes).map { PickleGenerator.archive(around: blindly($0)) }
        default: return nil
        }
    }
}
