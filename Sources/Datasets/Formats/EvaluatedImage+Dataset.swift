import Detection

extension EvaluatedImage {
    /// An image of a data set and what was found in it, boxes in pixels of the stored image.
    ///
    /// - Parameters:
    ///   - shares: detections with boxes as shares of the image.
    ///   - size: of an image whose stored size is unknown.
    public init(_ dataset: any Dataset, _ index: Int, shares: [Detection], otherwise size: ImageSize) {
        let size = dataset.storedSize(at: index) ?? size
        self.init(
            objects: dataset.objects(at: index).map { object in
                var object = object
                object.box = object.box.scaled(to: size)
                return object
            },
            detections: shares.map { $0.scaled(to: size) })
    }
}

extension Detection {
    /// With its box in pixels of an image, where it was in shares.
    public func scaled(to size: ImageSize) -> Detection {
        Detection(box: box.scaled(to: size), label: label, score: score)
    }
}

extension Box {
    /// In pixels of an image, where it was in shares.
    fileprivate func scaled(to size: ImageSize) -> Box {
        mapped(scaleX: Double(size.width), scaleY: Double(size.height))
    }
}
