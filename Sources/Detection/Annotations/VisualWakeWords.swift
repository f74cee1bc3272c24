/// Visual Wake Words (Chowdhery et al., 2019): whether an image shows a person, derived from COCO's annotations.
public enum VisualWakeWords {
    /// Share of the image that an object has to cover to count.
    public static let smallestShare = 0.005

    /// For each image whether some object of the class covers more than 0.5 % of it.
    ///
    /// - Throws: `DetectionError` where the data set has no such class.
    public static func labels(of images: AnnotatedImages, className: String = "person") throws -> [Bool] {
        guard let label = images.classNames.firstIndex(of: className) else {
            throw DetectionError(
                "\(images.name) has no class \"\(className)\": known are \(images.classNames.joined(separator: ", "))")
        }
        return images.images.map { image in
            let area = Double(image.width * image.height)
            return image.objects.contains { $0.label == label && $0.box.area > smallestShare * area }
        }
    }
}
