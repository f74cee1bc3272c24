import Detection

/// Makes the batches of one epoch, each from nothing but its number.
struct BatchMaker: Sendable {
    let dataset: any Dataset
    let transform: Transform
    let configuration: LoaderConfiguration
    let epoch: Int
    /// The order of the images.
    let order: [Int]

    /// Makes one batch.
    ///
    /// - Parameters:
    ///   - step: its number.
    ///   - scratch: the thread's memory.
    ///   - isCancelled: asked between images.
    /// - Returns: the batch, or `nil` if it was cancelled.
    /// - Throws: `DatasetsError` of the first image that cannot be read, unless such images are skipped.
    func batch(_ step: Int, scratch: ResizeScratch, isCancelled: () -> Bool) throws -> Batch? {
        let first = step * configuration.batchSize
        let whole = min(configuration.batchSize, order.count - first)
        let rows = configuration.part.rows(of: whole)
        let wanted = order[first + rows.lowerBound..<first + rows.upperBound]
        let size = transform.outputSize
        let channels = transform.channels ?? dataset.channels
        let imageBytes = size.width * size.height * channels
        let pixels = PixelBuffer(byteCount: imageBytes * wanted.count)
        let base = pixels.address.assumingMemoryBound(to: UInt8.self)
        var labels: [Int64] = []
        var objects: [[GroundTruth]] = []
        var indices: [Int] = []
        var skipped: [(index: Int, reason: String)] = []
        var kept: [Int] = []
        labels.reserveCapacity(wanted.count)
        indices.reserveCapacity(wanted.count)

        for (row, index) in zip(rows, wanted) {
            if isCancelled() { return nil }
            do {
                objects.append(try write(index, to: base + labels.count * imageBytes, scratch: scratch))
            } catch  where configuration.skipBadImages {
                skipped.append((index, "\(error)"))
                continue
            }
            labels.append(Int64(dataset.label(at: index)))
            indices.append(index)
            kept.append(row)
        }
        let mixtures =
            try configuration.mixing.map {
                try mix($0, rows: kept, of: order[first..<first + whole], base, imageBytes, scratch: scratch)
            } ?? []
        pixels.shrink(to: labels.count * imageBytes)
        return Batch(
            step: step, pixels: pixels, labels: labels, mixtures: mixtures, objects: objects, indices: indices,
            size: size,
            channels: channels, crop: configuration.crops?.crop(ofEpoch: epoch),
            rows: rows, wholeCount: whole, skipped: skipped)
    }

    /// Mixes the images of some rows with those of the rows after them.
    ///
    /// - Parameters:
    ///   - rows: those whose images lie at `base`, one behind the other.
    ///   - batch: the images of all rows, other processes' included.
    /// - Returns: for each of the rows what was mixed in: nothing where its partner cannot be read.
    private func mix(
        _ mixing: ImageMixing, rows: [Int], of batch: ArraySlice<Int>, _ base: UnsafeMutablePointer<UInt8>,
        _ imageBytes: Int, scratch: ResizeScratch
    ) throws -> [Mixture] {
        let originals = Array(UnsafeBufferPointer(start: base, count: rows.count * imageBytes))
        var other = [UInt8](repeating: 0, count: imageBytes)
        return try rows.enumerated().map { (place, row) -> Mixture in
            let (own, partner) = (batch[batch.startIndex + row], batch[batch.startIndex + (row + 1) % batch.count])
            let label = Int64(dataset.label(at: partner))
            // Rows are in order, so that a partner at hand is the next one, or the first.
            let next = place + 1 < rows.count ? place + 1 : 0
            let isAtHand = rows[next] == (row + 1) % batch.count
            if !isAtHand {
                do {
                    try other.withUnsafeMutableBufferPointer { buffer in
                        guard let target = buffer.baseAddress else { return }
                        _ = try write(partner, to: target, scratch: scratch)
                    }
                } catch  where configuration.skipBadImages {
                    return Mixture(label: label, ownShare: 1, image: partner)
                }
            }
            var generator = SampleGenerator(seed: configuration.seed, stream: .mixing, epoch: epoch, index: own)
            let share = (isAtHand ? originals : other).withUnsafeBufferPointer { source -> Float in
                guard let start = source.baseAddress else { return 1 }
                return mixing.mix(
                    base + place * imageBytes, with: start + (isAtHand ? next * imageBytes : 0),
                    size: transform.outputSize, channels: transform.channels ?? dataset.channels, using: &generator)
            }
            return Mixture(label: label, ownShare: share, image: partner)
        }
    }

    private func generator(of index: Int) -> SampleGenerator {
        guard let crops = configuration.crops else {
            return SampleGenerator(seed: configuration.seed, epoch: epoch, index: index)
        }
        return SampleGenerator(
            seed: configuration.seed, crop: crops.crop(ofEpoch: epoch), of: crops.identities[index], epoch: epoch,
            index: index)
    }

    /// Writes an image, and returns the objects in it.
    private func write(
        _ index: Int, to target: UnsafeMutablePointer<UInt8>, scratch: ResizeScratch
    ) throws -> [GroundTruth] {
        var generator = generator(of: index)
        let objects = dataset.objects(at: index)
        if let size = dataset.imageSize {
            let kept: [GroundTruth]? = try dataset.withStoredPixels(at: index) { stored in
                guard let base = stored.baseAddress, stored.count == size.width * size.height * dataset.channels else {
                    throw DatasetsError("\(dataset.location(of: index)) does not have \(size) pixels")
                }
                let view = PixelView(base: base, width: size.width, height: size.height, channels: dataset.channels)
                return transform.apply(
                    to: view, objects: objects, into: target, using: &generator, scratch: scratch)
            }
            if let kept { return kept }
        }
        if let path = dataset.file(at: index), objects.isEmpty {
            try namingAnnotation(dataset.annotation(of: index)) {
                try write(file: path, to: target, using: &generator, scratch: scratch)
            }
            return []
        }
        let image = try dataset.image(at: index, minimumSize: transform.minimumSourceSize)
        guard image.channels == dataset.channels else {
            throw DatasetsError(
                "\(dataset.location(of: index)) has \(image.channels) channels, "
                    + "but the data set promises \(dataset.channels)")
        }
        return image.withView {
            transform.apply(to: $0, objects: objects, into: target, using: &generator, scratch: scratch)
        }
    }

    /// Writes an image of a file, which is decoded no further than the transform needs.
    private func write(
        file path: String, to target: UnsafeMutablePointer<UInt8>, using generator: inout SampleGenerator,
        scratch: ResizeScratch
    ) throws {
        if case .randomResizedCrop(let size, let crop) = transform.geometry {
            let part = try DecodedImage(partOf: path, channels: dataset.channels, minimumSize: size) {
                crop.draw(in: $0, using: &generator)
            }
            part.withView { transform.finish(part: $0, into: target, using: &generator, scratch: scratch) }
        } else {
            let image = try DecodedImage(
                contentsOf: path, channels: dataset.channels, minimumSize: transform.minimumSourceSize)
            _ = image.withView { transform.apply(to: $0, into: target, using: &generator, scratch: scratch) }
        }
    }
}
