extension NamingScheme {
    /// `features.I.conv.…` in one run over all stages, as torchvision writes it.
    static let torchvisionMobileNetV2 = NamingScheme(
        "torchvision (MobileNetV2)",
        eachName: { name, network in
            var parts = DottedName(name)
            if parts.take("classifier") { return parts.take("1") ? "net.classifier.\(parts.rest)" : nil }
            guard parts.take("features"), let index = parts.number() else { return nil }
            if index == 0 { return "net.conv1.\(parts.rest)" }
            let blocks = mobileNetV2Blocks.reduce(0, +)
            if index == blocks + 1 { return "net.conv2.\(parts.rest)" }
            guard index <= blocks, parts.take("conv"), let (stage, block) = place(index - 1, in: mobileNetV2Blocks)
            else { return nil }
            // Convolution, normalisation and activation are a sequence of their own but for the last pair.
            let layers =
                stage == 0
                ? [("0.0", "0"), ("0.1", "1"), ("1", "3"), ("2", "4")]
                : [("0.0", "0"), ("0.1", "1"), ("1.0", "3"), ("1.1", "4"), ("2", "6"), ("3", "7")]
            return replaceStart(of: parts.rest, by: layers).map {
                "\(network.mobileNetV2Block(stage: stage, block)).\($0)"
            }
        })

    /// `blocks.S.B.conv_dw` and so on, as timm writes it.
    static let timmMobileNetV2 = NamingScheme(
        "timm (MobileNetV2)",
        eachName: { name, network in
            let ends = [
                ("conv_stem", "net.conv1.0"), ("bn1", "net.conv1.1"), ("conv_head", "net.conv2.0"),
                ("bn2", "net.conv2.1"),
                ("classifier", "net.classifier"),
            ]
            if let end = replaceStart(of: name, by: ends) { return end }
            var parts = DottedName(name)
            guard parts.take("blocks"), let stage = parts.number(), let block = parts.number() else { return nil }
            let layers =
                stage == 0
                ? [("conv_dw", "0"), ("bn1", "1"), ("conv_pw", "3"), ("bn2", "4")]
                : [("conv_pw", "0"), ("bn1", "1"), ("conv_dw", "3"), ("bn2", "4"), ("conv_pwl", "6"), ("bn3", "7")]
            return replaceStart(of: parts.rest, by: layers).map {
                "\(network.mobileNetV2Block(stage: stage, block)).\($0)"
            }
        })

    /// Blocks of each stage of a MobileNetV2.
    private static let mobileNetV2Blocks = [1, 2, 3, 4, 3, 3, 1]

    /// The stage and the block in it of a block that is counted over all stages.
    private static func place(_ index: Int, in blocks: [Int]) -> (stage: Int, block: Int)? {
        var left = index
        for (stage, count) in blocks.enumerated() {
            if left < count { return (stage, left) }
            left -= count
        }
        return nil
    }

    /// A name whose first parts are replaced by what the first fitting rule says.
    static func replaceStart(of name: String, by rules: [(String, String)]) -> String? {
        for (start, replacement) in rules where name.hasPrefix(start + ".") {
            return replacement + name.dropFirst(start.count)
        }
        return nil
    }
}
