/// MobileNetV3 as published differs from the authors' (squeeze-and-excite works on the expanded channels, the first block does not
/// expand), so these carry over convolutions and their normalisation, and report the rest.
extension NamingScheme {
    /// `features.I.block.J.…`: J counts expansion, depthwise convolution, squeeze-and-excite and projection, where there is one.
    static let torchvisionMobileNetV3 = NamingScheme(
        "torchvision (MobileNetV3)",
        allNames: { names, _ in
            // The numbers J that hold a convolution (.0) and not a squeeze-and-excite (.fc1), by block.
            var layers: [Int: Set<Int>] = [:]
            for name in names {
                var parts = DottedName(name)
                guard parts.take("features"), let index = parts.number(), parts.take("block"),
                    let layer = parts.number()
                else { continue }
                if parts.take("0") { layers[index, default: []].insert(layer) }
            }
            let places = layers.mapValues { block in
                Dictionary(uniqueKeysWithValues: block.sorted().enumerated().map { ($1, $0) })
            }
            let last = (layers.keys.max() ?? 0) + 1
            var result: [String: String] = [:]
            for name in names {
                var parts = DottedName(name)
                if parts.take("classifier") {
                    result[name] = replaceStart(of: parts.rest, by: [("0", "net.linear3"), ("3", "net.linear4")])
                    continue
                }
                guard parts.take("features"), let index = parts.number() else { continue }
                if index == 0 {
                    result[name] = replaceStart(of: parts.rest, by: [("0", "net.conv1"), ("1", "net.bn1")])
                } else if index == last {
                    result[name] = replaceStart(of: parts.rest, by: [("0", "net.conv2"), ("1", "net.bn2")])
                } else if parts.take("block"), let layer = parts.number(),
                    let block = places[index], let place = block[layer]
                {
                    // Without an expansion the two layers are the second and the third.
                    let number = place + 4 - block.count
                    result[name] = replaceStart(of: parts.rest, by: [("0", "conv\(number)"), ("1", "bn\(number)")])
                        .map { "net.bneck.\(index - 1).\($0)" }
                }
            }
            return result
        })

    /// `blocks.S.B.…`; the last stage is one convolution.
    static let timmMobileNetV3 = NamingScheme(
        "timm (MobileNetV3)",
        allNames: { names, _ in
            var blocks: [Int: Int] = [:]
            for name in names {
                var parts = DottedName(name)
                guard parts.take("blocks"), let stage = parts.number(), let block = parts.number()
                else { continue }
                blocks[stage] = max(blocks[stage] ?? 0, block + 1)
            }
            let last = blocks.keys.max() ?? 0
            // Blocks in front of each stage.
            var before: [Int: Int] = [:]
            var total = 0
            for (stage, count) in blocks.sorted(by: { $0.key < $1.key }) {
                before[stage] = total
                total += count
            }
            let ends = [
                ("conv_stem", "net.conv1"), ("bn1", "net.bn1"), ("blocks.\(last).0.conv", "net.conv2"),
                ("blocks.\(last).0.bn1", "net.bn2"),
                ("conv_head", "net.linear3"), ("classifier", "net.linear4"),
            ]
            var result: [String: String] = [:]
            for name in names {
                if let end = replaceStart(of: name, by: ends) {
                    result[name] = end
                    continue
                }
                var parts = DottedName(name)
                guard parts.take("blocks"), let stage = parts.number(), let block = parts.number() else { continue }
                let index = (before[stage] ?? 0) + block
                let layers =
                    stage == 0
                    ? [("conv_dw", "conv2"), ("bn1", "bn2"), ("conv_pw", "conv3"), ("bn2", "bn3")]
                    : [
                        ("conv_pw", "conv1"), ("bn1", "bn1"), ("conv_dw", "conv2"), ("bn2", "bn2"),
                        ("conv_pwl", "conv3"), ("bn3", "bn3"),
                    ]
                result[name] = replaceStart(of: parts.rest, by: layers).map { "net.bneck.\(index).\($0)" }
            }
            return result
        })
}
