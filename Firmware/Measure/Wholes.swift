import Networks
import Planning

extension Sample {
    /// Whole networks of all families, in stripes, without, and with rows pushed: what calls and loops take is fitted to them.
    static func wholes() throws -> [Sample] {
        let attentive = "self-attentive(patch=2, restoration=subpixel)"
        let bilinear = "self-attentive(patch=2, heads=2, restoration=bilinear)"
        let list: [(notation: String, side: Int, options: [PlanOptions])] = [
            ("mobilenet-v2(width=0.25)", 64, [held, whole, pushed]),
            ("mobilenet-v2(width=0.35, strides=2222121)", 96, [held, pushed]),
            ("mobilenet-v2(width=0.25, strides=4112121, pool=\(attentive))", 96, [held, whole, pushed]),
            ("mobilenet-v2(width=0.25, strides=1222121, pool=\(bilinear))", 48, [held, pushed]),
            ("mobilenet-v2(width=0.25, strides=2222121, placement=before, pool=\(bilinear))", 64, [held]),
            ("mobilenet-v2(width=0.35, strides=1222121, pool=lip)", 64, [held, pushed]),
            ("mobilenet-v2(width=0.25, strides=2222111, placement=before, pool=max)", 64, [held]),
            ("mobilenet-v2(width=0.25, pool=average)", 64, [held]),
            ("mobilenet-v2(width=0.25, pool=gaussian)", 48, [held]),
            ("mobilenet-v3-small", 64, [held, pushed]),
            // Many groups of steps that run together: a search's front is full of such.
            ("mobilenet-v2(width=0.25, strides=1212121, pool=\(bilinear))", 96, [held]),
            ("mobilenet-v2(width=0.25, strides=1122111, pool=\(attentive))", 96, [held]),
            ("mobilenet-v2(width=0.35, strides=1212111, placement=before, pool=max)", 96, [held]),
            ("mobilenet-v2(width=0.35, strides=1221121, placement=before, pool=max)", 128, [held]),
            ("mobilenet-v2(width=0.35, strides=2122111, pool=max)", 128, [held]),
            ("mobilenet-v2(width=0.25, strides=2121121, placement=before, pool=lip)", 96, [held]),
            ("mobilenet-v2(width=0.25, strides=4222111)", 96, [held]),
            ("mobilenet-v2(width=0.25, strides=2222121, pool=lip)", 96, [held]),
            ("mobilenet-v2(width=0.25, strides=1221121)", 96, [held]),
            ("plain-cnn(channels=32-48-64-96, strides=2222, pool=strided-conv)", 64, [held, whole, pushed]),
            ("plain-cnn(channels=8-16-24, strides=222)", 40, [held, pushed]),
            ("plain-cnn(channels=16-32-64, strides=422, pool=\(attentive))", 28, [held, whole]),
            ("plain-cnn(channels=12-20-36, strides=222, pool=soft)", 36, [held]),
            ("plain-cnn(channels=12-20-36, strides=222, pool=lip)", 44, [held, whole]),
            ("plain-cnn(channels=12-20-36, strides=222, pool=gaussian)", 36, [held]),
            ("plain-cnn(channels=8-16-32, strides=222, pool=average)", 52, [held, whole]),
            ("plain-cnn(channels=8-16-32, strides=232, pool=max)", 52, [held]),
            ("ssdlite(backbone=plain-cnn(channels=8-16-16, strides=222), first-stride=4, extra=0)", 48, [held]),
            ("ssdlite(backbone=mobilenet-v2(width=0.25), first-stride=8, extra=1)", 96, [held]),
        ]
        let samples = try list.flatMap { one in
            let network = try Network(
                notation: one.notation, input: [one.side == 28 ? 1 : 3, one.side, one.side], classes: 10)
            return one.options.map { Sample(network: network, options: $0) }
        }
        let chosen = try (samples + separable() + shaped()).filter { sample in
            // Where nothing runs along with the image's rows, pushing them is no loop of its own.
            guard sample.options.pushesRows else { return true }
            return try MemoryPlan(sample.network, options: sample.options).stripes[0].steps.count > 1
        }
        // Those take less code where rows are pushed, though nothing runs along with them.
        return try chosen + mixed()
    }

    private static let held = PlanOptions()
    private static let whole = PlanOptions(stripes: .off)
    private static let pushed = PlanOptions(pushesRows: true)

    /// MobileNetV1 of a width of 0.25, and shapes that no backbone has: odd sides, other kernels and groups.
    private static func separable() throws -> [Sample] {
        try [(64, 3), (53, 3), (40, 5), (33, 7)].flatMap { side, kernel in
            let builder = NetworkBuilder("separable, \(side) pixels, \(kernel)×\(kernel)")
            var x = try builder.input([3, side, side])
            func layer(_ to: Int, _ kernel: Int, _ stride: Int, groups: Int, _ name: String) throws {
                x = try builder.convolution(
                    x, to: to, kernel: Size(kernel), stride: Size(stride), padding: Size(kernel / 2), groups: groups,
                    bias: true, name: name)
                x = try builder.activation(x, .relu, name: "\(name).relu")
            }
            try layer(8, 3, 2, groups: 1, "stem")
            for (index, (channels, stride)) in [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1)]
                .enumerated()
            {
                try layer(
                    builder.shape(of: x).channels, kernel, stride, groups: builder.shape(of: x).channels, "dw\(index)")
                try layer(channels, 1, 1, groups: index % 3 == 2 ? 2 : 1, "pw\(index)")
            }
            let network = try builder.network(output: builder.classifier(x, classes: 10, head: .average, name: "fc"))
            return [held, pushed].map { Sample(network: network, options: $0) }
        }
    }
}
