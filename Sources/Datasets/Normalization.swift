/// What makes of pixels in 0…1 the numbers that a network sees: `(pixel / 255 - mean) / deviation`, channel by channel.
///
/// Applied to the tensor of a batch, not to the pixels.
public struct Normalization: Codable, Sendable, Equatable {
    /// One value a channel, in 0…1.
    public var mean: [Float]
    /// One value a channel, above 0.
    public var deviation: [Float]

    /// Makes a normalisation; both arrays have one value a channel.
    public init(mean: [Float], deviation: [Float]) {
        self.mean = mean
        self.deviation = deviation
    }

    /// Mean and deviation of ImageNet's training images, which torchvision's models were trained with.
    public static let imageNet = Normalization(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

    /// To -1…1, for three channels.
    public static let half = half(channels: 3)

    /// To -1…1.
    public static func half(channels: Int) -> Normalization {
        Normalization(
            mean: [Float](repeating: 0.5, count: channels), deviation: [Float](repeating: 0.5, count: channels))
    }

    /// Measures mean and deviation of every channel over all pixels of evenly spread images.
    ///
    /// - Parameters:
    ///   - dataset: the images, usually the training split.
    ///   - samples: how many images to read at most.
    ///   - skipBadImages: whether images that cannot be read are left out.
    /// - Returns: the figures; a deviation is at least 1/255, so that a constant channel does not divide by 0.
    /// - Throws: `DatasetsError` if there are no images, or one cannot be read, or with `skipBadImages` none.
    public static func measure(
        _ dataset: any Dataset, samples: Int = 2000, skipBadImages: Bool = false
    ) throws -> Normalization {
        guard dataset.count > 0, samples > 0 else {
            throw DatasetsError("\(dataset.name) has no images to measure mean and deviation of")
        }
        let channels = dataset.channels
        let taken = min(samples, dataset.count)
        // Sums of whole numbers are exact: the order of images does not matter.
        var histogram = [[Int]](repeating: [Int](repeating: 0, count: 256), count: channels)
        var read = 0
        for i in 0..<taken {
            let image: Image
            do {
                image = try dataset.image(at: Int(Double(i) * Double(dataset.count) / Double(taken)))
            } catch  where skipBadImages {
                continue
            }
            read += 1
            for (position, value) in image.pixels.enumerated() { histogram[position % channels][Int(value)] += 1 }
        }
        guard read > 0 else { throw DatasetsError("none of the images of \(dataset.name) can be read") }
        var result = Normalization(mean: [], deviation: [])
        for counts in histogram {
            let count = Double(counts.reduce(0, +))
            let mean = counts.enumerated().reduce(0.0) { $0 + Double($1.offset) * Double($1.element) } / count
            let variance = counts.enumerated().reduce(0.0) { sum, entry in
                sum + (Double(entry.offset) - mean) * (Double(entry.offset) - mean) * Double(entry.element)
            }
            result.mean.append(Float(mean / 255))
            result.deviation.append(Float(max((variance / count).squareRoot(), 1) / 255))
        }
        return result
    }
}
