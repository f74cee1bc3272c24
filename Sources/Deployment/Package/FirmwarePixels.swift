import Datasets

/// The pixels of images as a package takes them: its size, its channels, 8 bits each.
public struct FirmwarePixels {
    private let loader: Loader
    private let description: FirmwareDescription

    /// - Throws: `DatasetsError` where the images cannot become what the network takes.
    public init(_ dataset: any Dataset, for package: FirmwarePackage) throws {
        description = package.description
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

    /// Each image's pixels, in order.
    public func forEach(_ body: ([UInt8]) throws -> Void) throws {
        let batches = loader.batches(epoch: 0)
        while let batch = try batches.next() {
            let bytes = batch.height * batch.width * batch.channels
            for row in 0..<batch.count {
                try body(batch.pixels.withUnsafeBytes { Array($0[row * bytes..<(row + 1) * bytes]) })
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
