import Execution
import Networks
import Torch
import Training
import XCTest

/// The gradient at a channel's gate is what fading the channel changes.
final class ChannelSensitivityTests: XCTestCase {
    private func loss(_ model: Model) throws -> Tensor {
        let pixels: [Double] = (0..<384).map { index in Double((index * 37) % 101) / 50 - 1 }
        let images = try Tensor(pixels, shape: [2, 3, 8, 8])
        return try model(images, training: true).crossEntropy(Tensor([0, 2] as [Int64], shape: [2]))
    }

    func testGatesAgreeWithFiniteDifferences() throws {
        let builder = NetworkBuilder("gates")
        var x = try builder.input([3, 8, 8])
        x = try builder.convolution(x, to: 4, kernel: 3, stride: 2, padding: 1, name: "first")
        x = try builder.activation(try builder.batchNorm(x, name: "norm"), .relu, name: "relu")
        x = try builder.convolution(x, to: 4, kernel: 3, padding: 1, groups: 4, bias: true, name: "second")
        let network = try builder.network(output: builder.classifier(x, classes: 3, name: "fc"))
        let model = try Model(network, seed: 3, type: .float64)
        try loss(model).backward()
        var checked = 0
        for (name, channels) in [("norm", 4), ("second", 4)] {
            let node = try XCTUnwrap(network.nodes.first { $0.name == name })
            let gates = try XCTUnwrap(ChannelSensitivity.gateGradients(of: node, model.parameters))
            XCTAssertEqual(gates.count, channels)
            for channel in 0..<channels {
                func faded(_ gate: Double) throws -> Double {
                    let other = try Model(network, seed: 3, type: .float64)
                    for parameter in node.parameters where parameter.isTrainable {
                        let leaf = try other.parameters.tensor(parameter.name)
                        let size = leaf.count / channels
                        var values = try leaf.detached().array(of: Double.self)
                        for index in channel * size..<(channel + 1) * size { values[index] *= gate }
                        try Torch.withoutGradients { try leaf.copy(from: Tensor(values, shape: leaf.shape)) }
                    }
                    return try loss(other).item()
                }
                let difference = (try faded(1 + 1e-4) - faded(1 - 1e-4)) / 2e-4
                XCTAssertEqual(gates[channel], difference, accuracy: 1e-7)
                if abs(difference) > 1e-4 { checked += 1 }
            }
        }
        XCTAssertGreaterThan(checked, 4, "gradients that say nothing")
        // What a normalisation undoes does not matter: the convolution in front of it has no say of its own.
        let first = try XCTUnwrap(network.nodes.first { $0.name == "first" })
        for gate in try XCTUnwrap(ChannelSensitivity.gateGradients(of: first, model.parameters)) {
            XCTAssertEqual(gate, 0, accuracy: 1e-4)
        }
        let relu = try XCTUnwrap(network.nodes.first { $0.name == "relu" })
        XCTAssertNil(try ChannelSensitivity.gateGradients(of: relu, model.parameters))
    }
}
