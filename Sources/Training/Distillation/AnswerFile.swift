import Foundation
import Interchange

/// The file of a teacher's answers on one crop of each image.
struct AnswerFile {
    let path: String
    /// What the answers depend on: those of another key are no answers.
    let key: String
    let classes: Int

    private static let format = "sapool-teacher-answers"

    /// The answers on some images, in their order, one behind the other; nil where there is no file, or it has not all of them.
    ///
    /// - Parameter identities: numbers that stand for the images.
    func answers(on identities: [Int]) -> [Float]? {
        guard FileManager.default.fileExists(atPath: path), let file = try? Safetensors(contentsOf: path),
            file.metadata["format"] == Self.format, file.metadata["key"] == key,
            let known = try? file["images"]?.int64s(), let logits = file["logits"],
            logits.shape == [known.count, classes]
        else { return nil }
        let numbers = logits.floats()
        let rows = Dictionary(known.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var found: [Float] = []
        found.reserveCapacity(identities.count * classes)
        for identity in identities {
            guard let row = rows[Int64(identity)] else { return nil }
            found += numbers[row * classes..<(row + 1) * classes]
        }
        return found
    }

    /// Writes the file, whole or not at all.
    func write(_ answers: [Float], on identities: [Int]) throws {
        var file = Safetensors(metadata: ["format": Self.format, "key": key])
        file["images"] = try TensorData(identities.map(Int64.init), shape: [identities.count])
        file["logits"] = try TensorData(answers, shape: [identities.count, classes])
        try RunFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path).create()
        try file.write(to: path)
    }
}
