extension Transform {
    /// For evaluating on photographs: resized to 8/7 of the size, the centre cut out (224 pixels of 256).
    public static func evaluation(size: ImageSize) -> Transform {
        let shortSide = Int((Double(max(size.width, size.height)) / 0.875).rounded())
        return Transform(geometry: .centerCrop(size, shortSide: shortSide))
    }

    /// For training on photographs: a random part of 8 % to 100 %, flipped half of the time.
    public static func training(size: ImageSize) -> Transform {
        Transform(geometry: .randomResizedCrop(size, RandomResizedCrop()), flipProbability: 0.5)
    }

    /// For evaluating on small images such as CIFAR's: the whole image, resized where its size is another.
    public static func smallImageEvaluation(size: ImageSize) -> Transform {
        Transform(geometry: .resize(size))
    }

    /// By how many pixels small images are shifted at most: an eighth of their side, 4 for CIFAR's 32.
    package static func usualPadding(_ size: ImageSize) -> Int { max(1, max(size.width, size.height) / 8) }

    /// For training on small images such as CIFAR's: shifted at random by up to `padding` pixels (black comes in from
    /// outside), flipped half of the time.
    public static func smallImageTraining(size: ImageSize, padding: Int = 4) -> Transform {
        Transform(geometry: .paddedCrop(size, padding: padding), flipProbability: 0.5)
    }
}
