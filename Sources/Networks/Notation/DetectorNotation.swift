/// Detectors by name, each with its backbone as an option: `ssdlite(backbone=mobilenet-v2(width=0.5), first-stride=8)`.
enum DetectorNotation {
    private typealias Reader = @Sendable (inout NotationOptions, Double) throws -> any NetworkFamily

    private static let readers: [(name: String, read: Reader)] = [
        ("ssdlite", { options, width in try ssd(&options, width, isLite: true) }),
        ("ssd", { options, width in try ssd(&options, width, isLite: false) }),
        ("yolo-v3", { options, width in try yolo(&options, width, isTiny: false) }),
        ("yolo-v3-tiny", { options, width in try yolo(&options, width, isTiny: true) }),
    ]

    static var names: [String] { readers.map(\.name) }

    /// The detector of a call; nil where its name is none's.
    ///
    /// - Parameter width: of a MobileNet V1 or V2 as backbone whose name does not give one.
    static func detector(_ call: NotationCall, width: Double) throws -> (any NetworkFamily)? {
        guard let reader = readers.first(where: { $0.name == call.name }) else { return nil }
        var options = NotationOptions(call)
        let detector = try reader.read(&options, width)
        try options.finish()
        return detector
    }

    private static func ssd(_ options: inout NotationOptions, _ width: Double, isLite: Bool) throws -> SSD {
        let backbone: any Backbone = try backbone(&options, width) ?? MobileNetV2(width: width)
        let scales = try options.numbers("scales", default: [])
        let pyramid = try options.integer("pyramid", default: 0)
        let lastStride = try options.integer("last-stride", default: 0)
        return SSD(
            backbone: backbone, isLite: isLite, firstStride: try options.integer("first-stride", default: 16),
            lastStride: lastStride == 0 ? nil : lastStride, extraLevels: try options.integer("extra", default: 4),
            scales: scales.isEmpty ? nil : scales,
            aspectRatios: try options.numbers("ratios", default: [2, 3]).filter { $0 != 1 },
            pyramidChannels: pyramid == 0 ? nil : pyramid)
    }

    private static func yolo(_ options: inout NotationOptions, _ width: Double, isTiny: Bool) throws -> YOLOv3 {
        let given = try backbone(&options, width)
        guard given != nil || width == 1 else {
            throw NetworkError("only MobileNets V1 and V2 come in widths: name one as backbone, or leave the width out")
        }
        let sides = try options.numbers("anchors", default: [])
        guard sides.count % 2 == 0 else {
            throw NetworkError("anchors has \(sides.count) numbers: give a width and a height for each")
        }
        let anchors = stride(from: 0, to: sides.count, by: 2).map {
            AnchorGrid.Size(width: sides[$0], height: sides[$0 + 1])
        }
        return YOLOv3(backbone: given, isTiny: isTiny, anchors: anchors.isEmpty ? nil : anchors)
    }

    /// `backbone=NETWORK` in either notation.
    private static func backbone(_ options: inout NotationOptions, _ width: Double) throws -> (any Backbone)? {
        guard let call = options.call("backbone") else { return nil }
        if call.arguments.isEmpty, ReferenceNotation.matches(call.name) {
            return try ReferenceNotation(call.name, width: width).backbone
        }
        return try OwnNotation.backbone(call, width: width)
    }
}
