/// What networks of others are given for a pixel of 0 … 255: (pixel / 255 − mean) / deviation.
package enum KnownPixels: String, Sendable, CaseIterable {
    /// By the mean and deviation of ImageNet's colours.
    case imagenet
    /// −1 to 1.
    case half
    /// 0 to 1.
    case unit
    /// (pixel − 127) / 128.
    case centred
    /// The pixel itself: the network scales it.
    case bytes

    /// As they are given to `--normalization`.
    package var option: String {
        switch self {
        case .imagenet, .half, .unit: rawValue
        case .centred: "127,128"
        case .bytes: "0,1"
        }
    }

    /// For so many channels; nil for colours of a network that sees none.
    package func pixels(channels: Int) -> ModelInterface.Pixels? {
        func all(_ mean: Float, _ deviation: Float) -> ModelInterface.Pixels {
            ModelInterface.Pixels(
                mean: [Float](repeating: mean, count: channels),
                deviation: [Float](repeating: deviation, count: channels)
            )
        }
        switch self {
        case .imagenet:
            guard channels == 3 else { return nil }
            return ModelInterface.Pixels(mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
        case .half: return all(0.5, 0.5)
        case .unit: return all(0, 1)
        case .centred: return all(127 / 255, 128 / 255)
        case .bytes: return all(0, 1 / 255)
        }
    }
}

/// A family of published weights and the pixels that it was trained with.
package struct PixelFamily: Sendable {
    /// What people call it.
    package let name: String
    package let pixels: KnownPixels
    /// Where that stands.
    package let source: String
    /// How the names begin that its weights have here (`WeightMapping.scheme`); empty where names do not tell it.
    private let schemes: [String]

    /// The families, as their makers' sources have it.
    package static let all = [
        PixelFamily(
            name: "torchvision", pixels: .imagenet, source: "torchvision/transforms/_presets.py, ImageClassification",
            schemes: ["torchvision"]),
        PixelFamily(
            name: "timm", pixels: .imagenet, source: "timm/data/constants.py, IMAGENET_DEFAULT_MEAN",
            schemes: ["timm"]),
        PixelFamily(
            name: "EfficientNet-PyTorch", pixels: .imagenet,
            source: "EfficientNet-PyTorch's README, Example: Classification",
            schemes: ["EfficientNet-PyTorch"]),
        PixelFamily(
            name: "timm, names with tf_ of EfficientNet-Lite, EfficientNet-Edge and MobileNetV3", pixels: .half,
            source: "timm/models/efficientnet.py and mobilenetv3.py, mean of 0.5", schemes: []),
        PixelFamily(
            name: "EfficientNet-Lite", pixels: .centred,
            source: "tensorflow/tpu, efficientnet/lite/efficientnet_lite_builder.py, MEAN_RGB", schemes: []),
        PixelFamily(
            name: "Keras MobileNet, MobileNetV2, Inception, Xception, NASNet", pixels: .half,
            source: "keras/applications/imagenet_utils.py, mode tf", schemes: []),
        PixelFamily(
            name: "Keras DenseNet", pixels: .imagenet, source: "keras/applications/imagenet_utils.py, mode torch",
            schemes: []),
        PixelFamily(
            name: "Keras EfficientNet, MobileNetV3", pixels: .bytes,
            source: "keras/applications, include_preprocessing: they scale pixels themselves", schemes: []),
        PixelFamily(
            name: "MLPerf Tiny, Visual Wake Words", pixels: .unit,
            source: "mlcommons/tiny, visual_wake_words/train_vww.py, rescale of 1/255", schemes: []),
        PixelFamily(
            name: "MLPerf Tiny, image classification", pixels: .bytes,
            source: "mlcommons/tiny, image_classification/train.py", schemes: []),
    ]

    /// The family of weights that are named in a scheme; nil where names do not tell it.
    package static func of(scheme: String) -> PixelFamily? {
        all.first { family in family.schemes.contains { scheme.hasPrefix($0) } }
    }
}
