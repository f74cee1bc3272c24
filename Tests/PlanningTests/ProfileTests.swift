import Networks
import Planning
import XCTest

final class ProfileTests: XCTestCase {
    private func profile(_ name: String, classes: Int = 1000) throws -> Profile {
        try Profile(try Network(notation: name, input: [3, 224, 224], classes: classes))
    }

    /// As published, and as torchvision and its users count: convolutions and the linear layer.
    func testPublishedCosts() throws {
        for (name, work, parameters) in [
            ("mobilenet-v2", 300_774_272, 3_504_872), ("resnet18", 1_814_073_344, 11_689_512),
            ("resnet34", 3_663_761_408, 21_797_672), ("resnet50", 4_089_184_256, 25_557_032),
        ] {
            let profile = try profile(name)
            XCTAssertEqual(profile.multiplyAccumulates, work, name)
            XCTAssertEqual(profile.parameters, parameters, name)
        }
    }

    func testLayersByHand() throws {
        let profile = try Profile(try TinyNetworks.chain())
        XCTAssertEqual(
            profile.layers.map(\.name), ["input", "conv", "bn", "relu", "pool", "avgpool", "avgpool.flatten", "fc"])
        XCTAssertEqual(profile.layers.map(\.parameters), [0, 8 * 3 * 9, 2 * 8, 0, 0, 0, 0, 8 * 4 + 4])
        XCTAssertEqual(profile.layers.map(\.multiplyAccumulates), [0, 16 * 8 * 3 * 9, 0, 0, 0, 0, 0, 32])
        XCTAssertEqual(profile.layers.map(\.outputBytes), [48, 128, 128, 128, 32, 8, 8, 4])
        XCTAssertEqual(profile.layers[1].operation, "convolution")
        XCTAssertEqual(profile.layers[1].outputShape, [8, 4, 4])
        // A table of 256 for each channel of the image; int8 weights, and a bias, a multiplier and a shift a channel; the normalisation is
        // folded, and the ReLU is a limit.
        XCTAssertEqual(profile.layers.map(\.flashBytes), [768, 8 * 27 + 12 * 8, 0, 0, 0, 0, 0, 8 * 4 + 12 * 4])
        XCTAssertEqual(profile.flashBytes, 768 + 312 + 80)
    }

    func testTotalsAreThoseOfTheLayers() throws {
        let profile = try profile("mobilenet_v2-nlp_headfix2-1222121")
        XCTAssertEqual(profile.multiplyAccumulates, profile.layers.reduce(0) { $0 + $1.multiplyAccumulates })
        XCTAssertEqual(profile.parameters, profile.layers.reduce(0) { $0 + $1.parameters })
        XCTAssertEqual(profile.flashBytes, profile.layers.reduce(0) { $0 + $1.flashBytes })
    }

    func testAttentionKeepsOnlyTheUsedRowsOfItsPositions() throws {
        let flash = try flashByName(try TinyNetworks.attention())
        XCTAssertEqual(flash["pool.logit.pool_weight.pos_embed"], (4 + 4) * 2)
        XCTAssertEqual(flash["pool.logit.pool_weight.multihead_attn"], 4 * (4 * 4) + 4 * 12 * 4)
        XCTAssertEqual(flash["pool.logit.pool_weight.restore.1"], 0)
    }

    func testNormalisationFoldsThroughDepthToSpaceOnly() throws {
        let builder = NetworkBuilder("folding")
        let image = try builder.input([4, 2, 2])
        let unfolded = try builder.batchNorm(image, name: "front")
        let wide = try builder.convolution(unfolded, to: 8, kernel: 1, name: "wide")
        let cells = try builder.add(.depthToSpace(DepthToSpace(factor: 2, size: 4)), [wide], name: "cells")
        let folded = try builder.batchNorm(cells, name: "folded")
        let shared = try builder.convolution(folded, to: 2, kernel: 1, name: "shared")
        let beside = try builder.batchNorm(shared, name: "beside")
        let flash = try flashByName(try builder.network(output: try builder.add(shared, beside, name: "sum")))
        XCTAssertEqual(flash["front"], 8 * 4, "nothing in front of it")
        XCTAssertEqual(flash["folded"], 0)
        XCTAssertEqual(flash["beside"], 8 * 2, "somebody else reads the convolution")
    }

    func testNoiseBranchTakesNoFlash() throws {
        let flash = try flashByName(try TinyNetworks.gaussian(.position))
        XCTAssertEqual(flash["pool.ToSigma.0"], 0)
        XCTAssertEqual(flash["pool.ToMean.0"], 4 * 2 + 12 * 4)
    }

    /// A 1×1 convolution of 64 to 64 channels on 8×8: `Firmware/run` counts 363 243 instructions of its kernel on M4,
    /// 125 804 on M55; by the tables of timings 511 151 and 138 204 cycles. (Whole networks: `PlannedWorkTests`.)
    func testCostOfAKernelThatWasCounted() throws {
        let builder = NetworkBuilder("cost")
        let image = try builder.input([64, 8, 8])
        let network = try builder.network(output: try builder.convolution(image, to: 64, kernel: 1, name: "conv"))
        let layer = try Profile(network).layers[1]
        XCTAssertEqual(Double(layer.instructions), 363_243, accuracy: 0.1 * 363_243)
        XCTAssertEqual(Double(layer.estimatedCycles), 511_151, accuracy: 0.1 * 511_151)
        let helium = try Profile(network, core: .cortexM55).layers[1]
        XCTAssertEqual(Double(helium.instructions), 125_804, accuracy: 0.1 * 125_804)
        XCTAssertEqual(Double(helium.estimatedCycles), 138_204, accuracy: 0.1 * 138_204)
        XCTAssertEqual(layer.bytesMoved, 4096 + 4096 + 64 * (64 + 12))
    }

    private func flashByName(_ network: Network) throws -> [String: Int] {
        Dictionary(try Profile(network).layers.map { ($0.name, $0.flashBytes) }) { first, _ in first }
    }
}
