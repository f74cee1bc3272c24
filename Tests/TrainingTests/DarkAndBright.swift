import Datasets
import Foundation

/// A folder of noisy images in two classes that are easy to tell apart: `dark` and `bright`.
enum DarkAndBright {
    /// Writes it.
    ///
    /// - Parameters:
    ///   - folder: where; it is made.
    ///   - side: the images' side.
    ///   - counts: images of each class in each split.
    static func write(to folder: String, side: Int, _ counts: KeyValuePairs<String, Int>) throws {
        var generator = SampleGenerator(seed: 1, epoch: 0, index: 0)
        for (split, count) in counts {
            for (label, name) in ["dark", "bright"].enumerated() {
                let path = "\(folder)/\(split)/\(name)"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                for number in 0..<count {
                    let pixels = (0..<side * side * 3).map { _ in UInt8(label * 60 + Int(generator.next() % 150)) }
                    let image = try Image(width: side, height: side, channels: 3, pixels: pixels)
                    try image.write(toPNG: "\(path)/\(number).png")
                }
            }
        }
    }
}
