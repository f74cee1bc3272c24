import Detection

extension EvaluatedImage {
    /// An image of a data set and what was found in it, boxes in pixels of the stored image.
    ///
    /// - Parameters:
    ///   - shares: detections with boxes as shares of the image.
    ///   - size: of an image whose stored size is unknown.
    public init(_ dataset: any Dataset, _ index: Int, shares: [Detection], otherwise size: ImageSize) {
        let size = dataset.storedSize(at: index) ?? size
        func pixels(_ box: Box) -> Box { box.mapped(scaleX: Double(size.width), scaleY: Double(size.height)) }
        self.init(
            objects: dataset.objects(at: index).map { object in
                var object = object
                object.box = pixels(object.box)
                return object
            },
            detections: shares.map { Detection(box: pixels($0.box), label: $0.label, score: $0.score) })
    }
}
