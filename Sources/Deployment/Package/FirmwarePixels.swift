import Datasets
import Interchange
import Quantization

/// The bytes of images as a package takes them: pixels of its size and its channels, 8 bits each. Of a package that takes the numbers of an imported
/// model they are what pixels become, where that is known.
public struct FirmwarePixels {
    private let loader: Loader
    private let description: FirmwareDescription
    /// What makes numbers of pixels for a package that does not; nil elsewhere.
    private let quantization: PixelQuantization?

    /// - Throws: `DatasetsError` where the images cannot become what the network takes.
    public init(_ dataset: any Dataset, for package: FirmwarePackage) throws {
        description = package.description
        quantization = try Self.quantization(package)
        let size = ImageSize(width: description.width, height: description.height)
        var transform = description.preprocessing ?? .smallImageEvaluation(size: size)
        transform.channels = description.channels
        guard transform.outputSize == size else {
            throw DeploymentError(
                "\(package.path)/firmware.json is damaged: it makes images of \(transform.outputSize), and the network takes \(size)"
            )
        }
        loader = try Loader(
            dataset: dataset, transform: transform,
            configuration: LoaderConfiguration(batchSize: 32, seed: 0, shuffle: false, dropLast: false, workers: 0))
    }

    private static func quantization(_ package: FirmwarePackage) throws -> PixelQuantization? {
        guard ModelInterface.isThere(in: package.path) else { return nil }
        let model = try QuantizedModel(contentsOf: package.model)
        let said = try ModelInterface(folder: package.path, of: model.network).normalization
        guard let said, model.pixels.areNumbers, said.mean.count == model.network.inputShape.channels else {
            return nil
        }
        let normalizing = try model.pixels.normalizing(mean: said.mean, deviation: said.deviation)
        return normalizing.areNumbers ? nil : normalizing
    }

    /// Each image's bytes, in order.
    public func forEach(_ body: ([UInt8]) throws -> Void) throws {
        let batches = loader.batches(epoch: 0)
        while let batch = try batches.next() {
            let bytes = batch.height * batch.width * batch.channels
            for row in 0..<batch.count {
                let pixels = batch.pixels.withUnsafeBytes { Array($0[row * bytes..<(row + 1) * bytes]) }
                try body(quantization?.numbers(of: pixels) ?? pixels)
            }
        }
    }

    /// All of them.
    public func all() throws -> [[UInt8]] {
        var images: [[UInt8]] = []
        try forEach { images.append($0) }
        return images
    }
}
