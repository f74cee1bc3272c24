import Detection
import Foundation
import Networks

/// One side of a comparison that Benchmarks/detection.py interleaves.
///
/// Reads what that script wrote into a folder. Then for each line with a number on standard input it does the work that often, and prints
/// milliseconds: "decode" makes detections of a detector's outputs, "evaluate" scores detections.
@main
struct BenchmarkDetection {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, ["decode", "evaluate"].contains(arguments[2]) else {
            print("usage: benchmark-detection FOLDER decode|evaluate")
            exit(64)
        }
        let work = arguments[2] == "decode" ? try decoding(arguments[1]) : try evaluation(arguments[1])
        // What comes out, so that both sides can be seen to do the same.
        answer(work())
        while let line = readLine() {
            let times = (0..<(Int(line) ?? 0)).map { _ in ContinuousClock().measure { _ = work() } }
            answer(times.map { String(format: "%.4f", $0 / .milliseconds(1)) }.joined(separator: " "))
        }
    }

    private static func answer(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    private static func floats(_ path: String) throws -> [Float] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Float(bitPattern: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self).littleEndian)
            }
        }
    }

    /// SSDLite at 320 pixels: 3234 anchors, 20 classes.
    private static func decoding(_ folder: String) throws -> () -> String {
        let network = try Network(notation: "ssdlite", input: [3, 320, 320], classes: 20)
        guard let layout = network.detector else { return { "" } }
        let values = try floats("\(folder)/outputs.f32")
        var outputs: [ArraySlice<Float>] = []
        var start = 0
        for shape in layout.outputShapes {
            outputs.append(values[start..<start + shape.count])
            start += shape.count
        }
        let decoder = DetectionDecoder(layout)
        return {
            let found = decoder.detections(outputs)
            return String(format: "%d %.6f", found.count, found.reduce(0) { $0 + $1.score })
        }
    }

    /// Rows of image, label, left, top, width, height, score; those of objects have the score −1.
    private static func evaluation(_ folder: String) throws -> () -> String {
        let values = try floats("\(folder)/found.f32")
        var images: [EvaluatedImage] = []
        for row in stride(from: 0, to: values.count, by: 7) {
            while images.count <= Int(values[row]) { images.append(EvaluatedImage(objects: [], detections: [])) }
            let box = Box(
                x: Double(values[row + 2]), y: Double(values[row + 3]), width: Double(values[row + 4]),
                height: Double(values[row + 5]))
            let (label, score) = (Int(values[row + 1]), Double(values[row + 6]))
            if score < 0 {
                images[Int(values[row])].objects.append(GroundTruth(box: box, label: label))
            } else {
                images[Int(values[row])].detections.append(Detection(box: box, label: label, score: score))
            }
        }
        return {
            let scores = COCOEvaluation(images, classCount: 80)
            return String(format: "%.6f", scores.meanAveragePrecision ?? 0)
        }
    }
}
