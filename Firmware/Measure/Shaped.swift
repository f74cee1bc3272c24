import MadeUpModels
import Networks
import Planning

extension Sample {
    /// Networks that move, join and compare numbers, on maps of many shapes: rows short and long, pixels of few channels and of many, so
    /// that what a number, a pixel and a row take can be told apart.
    static func shaped() throws -> [Sample] {
        try [(12, 4), (12, 48), (31, 6), (31, 20), (48, 3), (20, 33)].map { side, channels in
            let builder = NetworkBuilder("shaped, \(side) pixels, \(channels) channels")
            var x = try builder.add(
                .pad(Pad(before: 1, after: Size(2, channels % 3))), [builder.input([3, side, side])], name: "pad")
            x = try builder.convolution(x, to: channels, kernel: 3, bias: true, name: "conv")
            x = try builder.parametricReLU(x, name: "rectify")
            let left = try builder.slice(x, from: 0, count: (channels + 1) / 3, name: "left")
            let right = try builder.slice(x, from: channels / 2, count: channels / 2, name: "right")
            let other = try builder.activation(
                builder.convolution(right, to: channels, kernel: 1, bias: true, name: "other"), .hardTanh, name: "limit"
            )
            var parts = [left, other, right]
            // How often each stands in a network differs, so that what each takes can be told apart.
            for index in 0..<(side == 31 ? 3 : channels == 48 ? 1 : 0) {
                parts.append(try builder.slice(x, from: index, count: 1 + index, name: "part\(index)"))
            }
            x = try builder.concatenate(parts, name: "joined")
            let shares = try builder.softmax(x, name: "shares")
            x = try builder.subtract(x, shares, name: "difference")
            let nearest = try builder.add(
                .upsampleNearest(UpsampleNearest(size: Size(side / 2 + 3, side / 3 + 2), alignment: .centers)), [x],
                name: "nearest")
            var padded = nearest
            for index in 0..<(side == 12 ? 1 : side == 20 ? 3 : 0) {
                padded = try builder.add(
                    .pad(Pad(before: Size(0, channels % 5), after: 1)), [padded], name: "padded\(index)")
            }
            x = try builder.add(.globalMaxPool(GlobalMaxPool()), [padded], name: "greatest")
            x = try builder.linear(builder.add(.flatten(Flatten()), [x], name: "flatten"), to: 10, name: "fc")
            let network = try builder.network(output: builder.softmax(x, name: "softmax"))
            return Sample(network: network, options: side == 20 ? PlanOptions(pushesRows: true) : PlanOptions())
        }
    }

    /// All of them in one network, each in other numbers than in the networks that measure them one by one.
    static func mixed() throws -> [Sample] {
        try [PlanOptions(), PlanOptions(pushesRows: true)].map {
            Sample(network: try .withEveryShaping(), options: $0)
        }
    }
}
