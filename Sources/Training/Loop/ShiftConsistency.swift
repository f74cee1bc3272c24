import Datasets
import Networks
import Reporting
import Torch

/// How often a network says the same of an image that is moved a little (Zhang, “Making convolutional networks shift-invariant again”,
/// 2019, equation 8).
public struct ShiftConsistency: Sendable, Equatable, Codable {
    /// Share of the moved images that keep the most likely class of the image as it is.
    public var consistency: Double
    /// Moved images looked at.
    public var movedImages: Int
    /// The farthest that an image is moved, in pixels of what the network takes, along each side.
    public var pixels: Int

    enum CodingKeys: String, CodingKey {
        case consistency, pixels
        case movedImages = "moved_images"
    }
}

extension Evaluator {
    /// Moves each image several times by as many as `pixels` in each direction, and asks whether its most likely class stays.
    ///
    /// Where the moved image shows no pixels of its own, it shows its mirror image. Moves are drawn anew for each image, from its place
    /// in the data alone, so the same images are moved in the same way for every network.
    ///
    /// - Parameters:
    ///   - pixels: 1 up to one less than the image's smaller side.
    ///   - moves: how often each image is moved.
    /// - Throws: `TrainingError` where the images are not larger than that, or there are none.
    public func shiftConsistency(_ loader: Loader, pixels: Int, moves: Int = 4) throws -> ShiftConsistency {
        let tensors = try BatchTensors(configuration.normalization, model.parameters)
        let batches = loader.batches(epoch: 0)
        var (kept, count, image) = (0, 0, 0)
        try Torch.withoutGradients {
            while let batch = try batches.next() {
                guard pixels > 0, pixels < min(batch.width, batch.height) else {
                    throw TrainingError(
                        "images of \(batch.width)×\(batch.height) cannot be moved by \(counted(pixels, "pixel")): use 1 to "
                            + "\(min(batch.width, batch.height) - 1)")
                }
                let images = try tensors.images(batch)
                let wide = try images.paddedByReflection(left: pixels, right: pixels, top: pixels, bottom: pixels)
                let still: [Int64] = try model(images).argmax(1).array()
                for move in 0..<moves {
                    let moved = try (0..<batch.count).map { index in
                        var generator = SampleGenerator(seed: 0, epoch: move, index: image + index)
                        let x = generator.uniform(below: 2 * pixels + 1)
                        let y = generator.uniform(below: 2 * pixels + 1)
                        return try wide.sliced(0, index..<index + 1).sliced(2, y..<y + batch.height)
                            .sliced(3, x..<x + batch.width)
                    }
                    let said: [Int64] = try model(Tensor.concatenated(moved, dimension: 0)).argmax(1).array()
                    kept += zip(said, still).count { $0 == $1 }
                    count += said.count
                }
                image += batch.count
            }
        }
        guard count > 0 else { throw TrainingError("there were no images to evaluate") }
        return ShiftConsistency(consistency: Double(kept) / Double(count), movedImages: count, pixels: pixels)
    }
}
