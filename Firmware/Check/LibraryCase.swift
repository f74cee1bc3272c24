import Deployment
import Foundation
import Quantization

/// A network of the suite as a library for C, with two images beside it and what the host computes of them.
enum LibraryCase {
    /// Writes FOLDER, FOLDER.images (their bytes, one behind the other) and FOLDER.expected (a line for each).
    static func write(_ name: String, targets: String, to folder: String) throws {
        guard let one = try Case.all().first(where: { $0.name == name }) else {
            throw CheckError("there is no network \(name)")
        }
        let export = try one.export()
        guard export.program.detector == nil else { throw CheckError("\(name) finds objects: name another network") }
        _ = try LibraryPackage.write(export, targets: LibraryTarget.named(targets), to: folder)
        let images = one.images()
        try Data(images.joined()).write(to: URL(fileURLWithPath: "\(folder).images"))
        let executor = HostExecutor(export.program)
        let lines = images.map { image in
            let answer = DeviceAnswer(executor.run(image), executor)
            guard case .scores(let predicted, let scores) = answer else { return "\n" }
            return "class \(predicted) scores " + scores.map(String.init).joined(separator: " ") + "\n"
        }
        try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: "\(folder).expected"))
    }
}
