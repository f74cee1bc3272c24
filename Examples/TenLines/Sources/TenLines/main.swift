import SelfAttentivePooling

// Sixteen grey images: a bright square in one of four corners, which is the class.
var pixels: [Float] = []
for image in 0..<16 {
    for pixel in 0..<256 {
        let isBright = pixel / 128 == image % 4 / 2 && pixel % 16 / 8 == image % 2
        pixels.append(isBright ? 1 : Float(image) * 0.01)
    }
}
let images = try Tensor(pixels, shape: [16, 1, 16, 16])
let labels = try Tensor((0..<16).map { Int64($0 % 4) }, shape: [16])

// A network, and its training, in ten lines.
let builder = NetworkBuilder("corners")
var x = try builder.input([1, 16, 16])
x = try builder.convolution(x, to: 8, kernel: 3, padding: 1, bias: true, name: "conv")
x = try builder.pool(x, with: SelfAttentivePooling(patch: 2, restoration: .subpixel), kernel: 4, name: "pool")
x = try builder.linear(try builder.add(.flatten(Flatten()), [x], name: "flatten"), to: 4, name: "fc")
let model = try Model(builder.network(output: x), seed: 1)
let optimizer = try AdamW(model.parameters.optimized(weightDecay: 1e-4))
for _ in 0..<60 {
    try optimizer.minimize(model(images, training: true).crossEntropy(labels), learningRate: 0.02)
}

let right = try model(images).argmax(1).isEqual(to: labels).to(.float32).mean().item()
print("accuracy on the sixteen images: \(right)")
guard right == 1 else { fatalError("the network did not learn four corners") }
