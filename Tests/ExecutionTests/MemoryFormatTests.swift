import Execution
import Networks
import Torch
import XCTest

final class MemoryFormatTests: XCTestCase {
    /// The fast layout in float32 against double precision: outputs and gradients within rounding of their scale.
    func testChannelsLastAgreesWithDoublePrecision() throws {
        for notation in [
            "plain-cnn(channels=8-16, strides=22, pool=self-attentive)",
            "plain-cnn(channels=8-16, strides=22, pool=attention)", "plain-cnn(channels=8-16, strides=22, pool=lip)",
            "plain-cnn(channels=8-16, strides=22, pool=gaussian(noise=none))",
        ] {
            let network = try Network(notation: notation, input: [3, 20, 20], classes: 4)
            Torch.seed(11)
            let images = try Tensor.normal([6, 3, 20, 20], type: .float64)
            let labels = try Tensor([0, 1, 2, 3, 0, 1] as [Int64], shape: [6])
            func gradients(_ type: ScalarType) throws -> (logits: Tensor, gradients: [String: Tensor]) {
                let model = try Model(network, seed: 1, type: .float64)
                let typed = Model(network, parameters: try Parameters(of: network, seed: 1, type: type))
                for (mine, theirs) in zip(typed.parameters.all, model.parameters.all) {
                    try mine.tensor.copy(from: theirs.tensor.detached())
                }
                let logits = try typed(images, training: true)
                try logits.crossEntropy(labels).backward()
                let pairs = typed.parameters.trainable.compactMap { leaf in
                    leaf.tensor.gradient.map { (leaf.specification.name, $0) }
                }
                return (logits, Dictionary(uniqueKeysWithValues: pairs))
            }
            let exact = try gradients(.float64)
            let fast = try gradients(.float32)
            func largest(_ a: Tensor) throws -> Double { try a.absolute().maximum().item() }
            func difference(_ a: Tensor, _ b: Tensor) throws -> Double { try largest(a.to(.float64) - b) }
            XCTAssertLessThan(try difference(fast.logits, exact.logits), try 1e-4 * largest(exact.logits), notation)
            // Where terms cancel, a gradient is much smaller than what is summed: its rounding has the size of its neighbours'.
            let scale = try exact.gradients.values.map(largest).max() ?? 0
            XCTAssertEqual(Set(fast.gradients.keys), Set(exact.gradients.keys))
            for (name, gradient) in exact.gradients {
                let mine = try XCTUnwrap(fast.gradients[name])
                let tolerance = try 1e-3 * max(largest(gradient), 0.05 * scale)
                XCTAssertLessThan(try difference(mine, gradient), tolerance, "\(notation) \(name)")
            }
        }
    }
}
