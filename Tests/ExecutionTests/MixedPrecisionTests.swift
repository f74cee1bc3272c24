import Execution
import Networks
import Torch
import XCTest

final class MixedPrecisionTests: XCTestCase {
    /// A model makes fixed filters and tables of positions once. In the type of the maps that first asked for them, they broke the
    /// evaluation of a blurred network after its first epoch in bfloat16.
    func testWhatWasMadeInFewerBitsIsNotReadInMore() throws {
        let poolings = OwnNotation.poolingNames + ["self-attentive(position=sine)"]
        for notation in poolings.map({ "plain-cnn(channels=8-16, strides=22, pool=\($0))" }) {
            let network = try Network(notation: notation, input: [3, 32, 32], classes: 4)
            Torch.seed(3)
            let images = try Tensor.normal([2, 3, 32, 32])
            let trained = try Model(network, seed: 1)
            for training in [true, false] {
                _ = try Torch.withMixedPrecision(.bfloat16, on: .cpu) { try trained(images, training: training) }
            }
            let fresh = Model(network, parameters: trained.parameters)
            XCTAssertEqual(try trained(images).array() as [Float], try fresh(images).array(), notation)
        }
    }
}
