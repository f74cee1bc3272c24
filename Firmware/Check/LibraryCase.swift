import Datasets
import Deployment
import Foundation
import MadeUpModels
import Quantization

/// A network of the suite as a library for C, with two images of a camera beside it and what the host computes of them.
enum LibraryCase {
    /// Writes FOLDER, FOLDER.camera and FOLDER.images (the camera's images, one behind the other, and what the network
    /// gets of them), and FOLDER.expected (a line for each).
    static func write(_ name: String, targets: String, to folder: String) throws {
        let one = try CheckedNetwork.named(name)
        let shape = one.network.inputShape
        let size = ImageSize(width: shape.width * 3 / 2, height: shape.height * 3 / 2 + 1)
        let transform = Transform.evaluation(size: ImageSize(width: shape.width, height: shape.height))
        let export = try one.export(camera: CameraTables(size: size, transform: transform))
        guard export.program.detector == nil else { throw CheckError("\(name) finds objects: name another network") }
        _ = try LibraryPackage.write(export, targets: LibraryTarget.named(targets), to: folder)
        var random = RandomNumbers(state: 7)
        var generator = SampleGenerator(seed: 0, epoch: 0, index: 0)
        let frames = (0..<2).map { _ in random.pixels(size.height, size.width, shape.channels) }
        try Data(frames.joined()).write(to: URL(fileURLWithPath: "\(folder).camera"))
        let images = try frames.map { frame in
            let image = try Image(width: size.width, height: size.height, channels: shape.channels, pixels: frame)
            return try transform.apply(to: image, using: &generator).pixels
        }
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
