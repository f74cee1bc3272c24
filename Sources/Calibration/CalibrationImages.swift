import Datasets
import Execution
import Quantization
import Torch
import Training

/// Images that calibration looks at, as the network gets them: evenly spread over the training images, without augmentation.
public struct CalibrationImages {
    /// In batches of few.
    let batches: [Batch]
    private let normalization: Normalization

    /// Reads images that a run was trained on, or those of another data set's training split.
    ///
    /// - Parameter count: how many at most.
    /// - Throws: an error that names the data where it cannot be read.
    public init(_ data: RunData, count: Int) throws {
        try self.init(data.trainingImages(), data.configuration, count: count)
    }

    /// Reads images of a data set.
    public init(_ all: any Dataset, _ configuration: RunConfiguration, count: Int) throws {
        guard all.count > 0 else { throw QuantizationError("\(all.name) has no images to calibrate with") }
        let loader = try Loader(
            dataset: Subset(evenly: count, of: all), transform: configuration.evaluationTransform,
            configuration: LoaderConfiguration(
                batchSize: 16, seed: 0, shuffle: false, dropLast: false, workers: 2, skipBadImages: true))
        var batches: [Batch] = []
        let iterator = loader.batches(epoch: 0)
        while let batch = try iterator.next() { if batch.count > 0 { batches.append(batch) } }
        guard !batches.isEmpty else { throw QuantizationError("none of the images of \(all.name) can be read") }
        self.batches = batches
        normalization = configuration.normalization
    }

    /// How many there are.
    public var count: Int { batches.map(\.count).reduce(0, +) }

    /// A batch as a model takes it.
    func tensor(_ batch: Batch, _ model: Model) throws -> Tensor {
        try BatchTensors(normalization, model.parameters).images(batch)
    }
}

extension Batch {
    /// Pixels of one of its images, `[H][W][C]`.
    func pixels(_ image: Int) -> [UInt8] {
        let bytes = height * width * channels
        return pixels.withUnsafeBytes { Array($0[image * bytes..<(image + 1) * bytes]) }
    }
}
