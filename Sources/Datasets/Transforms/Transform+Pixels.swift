import Detection

extension Transform {
    /// Changes one image and writes `outputSize` pixels of `channels` (or the source's) to `target`.
    ///
    /// The transform has to be valid.
    ///
    /// - Returns: the objects that are still to be seen, boxes as shares of the result.
    @discardableResult
    func apply(
        to source: PixelView, objects: [GroundTruth] = [], into target: UnsafeMutablePointer<UInt8>,
        using generator: inout SampleGenerator, scratch: ResizeScratch
    ) -> [GroundTruth] {
        var placement = Placement.whole
        let mirrored = write(channels: source.channels, into: target, using: &generator, scratch: scratch) {
            target, generator in
            placement = applyGeometry(
                to: source, objects: objects, into: target, using: &generator, scratch: scratch)
        }
        return objects.compactMap { object in
            var object = object
            guard var box = placement.map(object.box) else { return nil }
            if mirrored.horizontally { box = box.flippedHorizontally(width: 1) }
            if mirrored.vertically { box = box.flippedVertically(height: 1) }
            object.box = box
            return object
        }
    }

    /// Changes the part of an image that a random crop has drawn: what is left to do after it.
    func finish(
        part: PixelView, into target: UnsafeMutablePointer<UInt8>, using generator: inout SampleGenerator,
        scratch: ResizeScratch
    ) {
        _ = write(channels: part.channels, into: target, using: &generator, scratch: scratch) { target, _ in
            resize(part, to: outputSize, window: outputSize.rectangle, into: target, scratch: scratch)
        }
    }

    /// Writes what `geometry` writes, of a number of channels, after everything that follows the geometry.
    ///
    /// - Returns: whether the image was mirrored, in either direction.
    private func write(
        channels sourceChannels: Int, into target: UnsafeMutablePointer<UInt8>, using generator: inout SampleGenerator,
        scratch: ResizeScratch, geometry: (UnsafeMutablePointer<UInt8>, inout SampleGenerator) -> Void
    ) -> (horizontally: Bool, vertically: Bool) {
        let size = outputSize
        let count = size.width * size.height
        let channels = self.channels ?? sourceChannels
        if channels == sourceChannels {
            geometry(target, &generator)
        } else {
            scratch.withConverted(count * sourceChannels) { unconverted in
                geometry(unconverted, &generator)
                convertChannels(unconverted, from: sourceChannels, target, to: channels, count: count)
            }
        }
        generator.endGeometry()
        var mirrored = (horizontally: false, vertically: false)
        if flipProbability > 0, generator.uniform() < flipProbability {
            flip(target, size, channels: channels)
            mirrored.horizontally = true
        }
        if let verticalFlipProbability, verticalFlipProbability > 0, generator.uniform() < verticalFlipProbability {
            flipVertically(target, size, channels: channels)
            mirrored.vertically = true
        }
        colorJitter?.apply(to: target, count: count, channels: channels, using: &generator)
        randAugment?.apply(to: target, size: size, channels: channels, using: &generator)
        erasing?.apply(to: target, size: size, channels: channels, using: &generator)
        return mirrored
    }

    /// Writes the pixels, and returns where the source's lie among them.
    private func applyGeometry(
        to source: PixelView, objects: [GroundTruth], into target: UnsafeMutablePointer<UInt8>,
        using generator: inout SampleGenerator, scratch: ResizeScratch
    ) -> Placement {
        switch geometry {
        case .resize(let size):
            resize(source, to: size, window: size.rectangle, into: target, scratch: scratch)
            return .whole
        case .centerCrop(let size, let shortSide):
            let whole = Self.size(of: source.size, shortSide: shortSide, covering: size)
            let window = Self.window(in: whole, of: size)
            resize(source, to: whole, window: window, into: target, scratch: scratch)
            return Placement(window: window, of: whole)
        case .randomResizedCrop(let size, let crop):
            let rectangle = crop.draw(in: source.size, using: &generator)
            resize(source.cropped(rectangle), to: size, window: size.rectangle, into: target, scratch: scratch)
            return Placement(window: rectangle, of: source.size)
        case .paddedCrop(let size, let padding):
            let y = generator.uniform(below: 2 * padding + 1) - padding
            let x = generator.uniform(below: 2 * padding + 1) - padding
            shift(source, to: size, x: x, y: y, into: target, scratch: scratch)
            return Placement(window: Rectangle(x: x, y: y, width: size.width, height: size.height), of: size)
        case .objectCrop(let size, let crop):
            let window = crop.draw(in: source.size, objects: objects.map(\.box), using: &generator)
            return place(source, window: window, in: size, into: target, scratch: scratch)
        }
    }

    /// The size of an image whose shorter side has become `shortSide`, enlarged where a crop would not fit into it.
    static func size(of source: ImageSize, shortSide: Int, covering crop: ImageSize) -> ImageSize {
        // The longer side is cut to whole pixels, as torchvision does.
        func scaled(_ short: Int) -> ImageSize {
            source.width <= source.height
                ? ImageSize(width: short, height: Self.scaled(source.height, short, source.width))
                : ImageSize(width: Self.scaled(source.width, short, source.height), height: short)
        }
        var result = scaled(shortSide)
        if result.width < crop.width || result.height < crop.height {
            let larger = max(crop.width, crop.height)
            result = scaled(max(shortSide, larger))
        }
        return result
    }

    /// The centre of an image.
    static func window(in whole: ImageSize, of size: ImageSize) -> Rectangle {
        Rectangle(
            x: (whole.width - size.width) / 2, y: (whole.height - size.height) / 2, width: size.width,
            height: size.height)
    }

    private static func scaled(_ long: Int, _ numerator: Int, _ denominator: Int) -> Int {
        let (product, overflow) = long.multipliedReportingOverflow(by: numerator)
        return overflow ? long : product / denominator
    }

    /// Writes the image as seen through a window that begins at (x, y); black where there is no image.
    private func shift(
        _ source: PixelView, to size: ImageSize, x: Int, y: Int, into target: UnsafeMutablePointer<UInt8>,
        scratch: ResizeScratch
    ) {
        let rowBytes = size.width * source.channels
        let width = size.width - abs(x)
        let height = size.height - abs(y)
        if x != 0 || y != 0 {
            target.update(repeating: 0, count: rowBytes * size.height)
        }
        guard width > 0, height > 0 else { return }
        let visible = Rectangle(x: max(x, 0), y: max(y, 0), width: width, height: height)
        let first = target + max(-y, 0) * rowBytes + max(-x, 0) * source.channels
        if source.size == size {
            source.cropped(visible).copy(to: first, stride: rowBytes)
            return
        }
        var part = [UInt8](repeating: 0, count: width * height * source.channels)
        part.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            resize(source, to: size, window: visible, into: base, scratch: scratch)
            PixelView(base: base, width: width, height: height, channels: source.channels)
                .copy(to: first, stride: rowBytes)
        }
    }

    private func flipVertically(_ pixels: UnsafeMutablePointer<UInt8>, _ size: ImageSize, channels: Int) {
        let row = size.width * channels
        for y in 0..<size.height / 2 {
            let (upper, lower) = (pixels + y * row, pixels + (size.height - 1 - y) * row)
            for i in 0..<row {
                let value = upper[i]
                upper[i] = lower[i]
                lower[i] = value
            }
        }
    }

    private func flip(_ pixels: UnsafeMutablePointer<UInt8>, _ size: ImageSize, channels: Int) {
        for y in 0..<size.height {
            let row = pixels + y * size.width * channels
            var left = 0
            var right = size.width - 1
            while left < right {
                for c in 0..<channels {
                    let value = row[left * channels + c]
                    row[left * channels + c] = row[right * channels + c]
                    row[right * channels + c] = value
                }
                left += 1
                right -= 1
            }
        }
    }
}

extension ImageSize {
    fileprivate var rectangle: Rectangle { Rectangle(x: 0, y: 0, width: width, height: height) }
}
