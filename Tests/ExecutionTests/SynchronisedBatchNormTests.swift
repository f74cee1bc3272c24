import Execution
import Foundation
import Networks
import Torch
import XCTest

/// Statistics over a group's images, here of one process: they have to be those of libtorch's own batch normalisation.
final class SynchronisedBatchNormTests: XCTestCase {
    func testOneRankComputesWhatAPlainModelComputes() throws {
        let port = Int.random(in: 30_000..<60_000)
        let group = try ProcessGroup(
            rank: 0, count: 1, meeting: .init(host: "127.0.0.1", port: port, isHost: true, address: "127.0.0.1"),
            timeout: 20)
        for notation in [
            "plain-cnn(channels=8-16, strides=22, pool=gaussian)",
            // Upsamplings that copy all tokens equally often, and unequally.
            "plain-cnn(channels=8-16, strides=22, pool=self-attentive(patch=1))",
            "plain-cnn(channels=8-16, strides=22, pool=self-attentive(patch=3))",
        ] {
            let network = try Network(notation: notation, input: [3, 20, 20], classes: 4)
            Torch.seed(3)
            let images = try Tensor.normal([6, 3, 20, 20], type: .float64)
            let labels = try Tensor([0, 1, 2, 3, 0, 1] as [Int64], shape: [6])
            func step(_ group: ProcessGroup?) throws -> [String: [Double]] {
                let model = try Model(network, seed: 1, type: .float64)
                model.statisticsGroup = group
                if group != nil { model.share = BatchShare(rows: 0..<6, total: 6) }
                Torch.seed(4)
                let loss = try model(images, training: true).crossEntropy(labels)
                try loss.backward()
                var values = ["loss": [try loss.item()]]
                for (specification, tensor) in model.parameters.all {
                    values[specification.name] = try (tensor.gradient ?? tensor).array()
                }
                return values
            }
            let (plain, synchronised) = (try step(nil), try step(group))
            XCTAssertEqual(Set(plain.keys), Set(synchronised.keys))
            for (name, expected) in plain {
                for (a, b) in zip(try XCTUnwrap(synchronised[name]), expected) {
                    XCTAssertEqual(a, b, accuracy: 1e-9 * max(1, abs(b)), "\(name) of \(notation)")
                }
            }
        }
    }

    func testRowsOfABatchGetTheNoiseThatOneProcessGivesThem() throws {
        let builder = NetworkBuilder("noisy")
        let input = try builder.input([4, 1, 1])
        let noise = try builder.add(.gaussianNoise(GaussianNoise(size: 3)), [input], name: "noise")
        let dropout = try builder.add(.dropout(Dropout(0.5)), [input], name: "dropout")
        let model = try Model(builder.network(outputs: [noise, dropout]), seed: 1, type: .float64)
        let images = try Tensor.uniform([7, 4, 1, 1], type: .float64) + 1
        func outputs(_ rows: Range<Int>, of total: Int?) throws -> [[Double]] {
            model.share = total.map { BatchShare(rows: rows, total: $0) }
            Torch.seed(9)
            return try model.outputs(images.sliced(0, rows), training: true).map { try $0.array() }
        }
        let whole = try outputs(0..<7, of: nil)
        let parts = try [0..<3, 3..<5, 5..<7].map { try outputs($0, of: 7) }
        for output in 0..<2 { XCTAssertEqual(parts.flatMap { $0[output] }, whole[output]) }
        XCTAssertTrue(whole[1].contains(0) && whole[1].contains { $0 != 0 })
    }
}
