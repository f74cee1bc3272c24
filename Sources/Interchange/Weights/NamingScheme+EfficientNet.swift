extension NamingScheme {
    /// `_blocks.N._depthwise_conv` and so on, as EfficientNet-PyTorch and its Lite variant write them: blocks are counted over all stages.
    ///
    /// These networks come from TensorFlow: batch normalisation adds 1e-3 to the variance, and strided convolutions pad only at the end.
    static let efficientNetPyTorch: NamingScheme = {
        var scheme = NamingScheme(
            "EfficientNet-PyTorch",
            eachName: { name, _ in
                let ends = [
                    ("_conv_stem", "conv_stem"), ("_bn0", "bn1"), ("_conv_head", "conv_head"), ("_bn1", "bn2"),
                    ("_fc", "classifier"),
                ]
                if let end = replaceStart(of: name, by: ends) { return end }
                var parts = DottedName(name)
                guard parts.take("_blocks"), let index = parts.number(), let (stage, block) = efficientNetBlock(index)
                else { return nil }
                let layers =
                    stage == 0
                    ? [("_depthwise_conv", "conv_dw"), ("_bn1", "bn1"), ("_project_conv", "conv_pw"), ("_bn2", "bn2")]
                    : [
                        ("_expand_conv", "conv_pw"), ("_bn0", "bn1"), ("_depthwise_conv", "conv_dw"), ("_bn1", "bn2"),
                        ("_project_conv", "conv_pwl"), ("_bn2", "bn3"),
                    ]
                return replaceStart(of: parts.rest, by: layers).map { "blocks.\(stage).\(block).\($0)" }
            })
        scheme.epsilon = 1e-3
        scheme.note =
            "EfficientNet-PyTorch pads maps as TensorFlow does (one line more at the right and below), which is not supported yet: outputs are "
            + "close to its own, not equal"
        return scheme
    }()

    /// The stage and the block in it of a block of EfficientNet-Lite0 that is counted over all stages.
    private static func efficientNetBlock(_ index: Int) -> (stage: Int, block: Int)? {
        var left = index
        for (stage, count) in [1, 2, 2, 3, 3, 4, 1].enumerated() {
            if left < count { return (stage, left) }
            left -= count
        }
        return nil
    }
}
