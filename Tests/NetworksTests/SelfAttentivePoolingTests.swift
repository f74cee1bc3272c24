import Networks
import XCTest

final class SelfAttentivePoolingTests: XCTestCase {
    private func layer(_ pooling: SelfAttentivePooling, _ shape: Shape, kernel: Int = 2) throws -> Network {
        let builder = NetworkBuilder("layer")
        let x = try builder.input(shape)
        return try builder.network(output: try builder.pool(x, with: pooling, kernel: kernel, name: "pool"))
    }

    private func message(_ pooling: SelfAttentivePooling, _ shape: Shape, kernel: Int = 2) -> String {
        do {
            _ = try layer(pooling, shape, kernel: kernel)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    func testEmbeddingChannelsRoundHalvesToEven() {
        // round(10/4) = round(2.5) = 2, round(14/4) = round(3.5) = 4, never under one channel a head.
        XCTAssertEqual(SelfAttentivePooling(heads: 4).embeddingChannels(of: 10), 8)
        XCTAssertEqual(SelfAttentivePooling(heads: 4).embeddingChannels(of: 14), 16)
        XCTAssertEqual(SelfAttentivePooling(ratio: 0.25, heads: 8).embeddingChannels(of: 8), 8)
    }

    func testShapesFollowTheWindow() throws {
        let network = try layer(SelfAttentivePooling(patch: 1), [8, 11, 13])
        XCTAssertEqual(network.outputShape, [8, 5, 6])
        let tokens = try XCTUnwrap(network.nodes.first { $0.name.hasSuffix("multihead_attn") })
        XCTAssertEqual(tokens.shape, [8, 11, 13])
    }

    func testPatchesThatSwallowTheirWindowsAreRefused() {
        XCTAssertEqual(
            message(SelfAttentivePooling(patch: 4), [8, 16, 16]),
            "pool: every 2×2 window of the 16×16 map lies inside one cell of the 4×4 grid of patches, so all its weights are equal: "
                + "this is exactly average pooling, and the attention would never learn: use a smaller patch, subpixel or bilinear "
                + "restoration, or no window normalisation")
        // A patch of 2 under windows of 2, and of any size under windows of 1.
        XCTAssertTrue(message(SelfAttentivePooling(patch: 2), [8, 16, 16]).contains("exactly average pooling"))
    }

    func testTheDegenerateCaseIsDecidedFromTheShapes() {
        // Patches of 2 over 7 pixels: 3 cells copied 3, 2, 2 times, so some windows of 2 straddle cells.
        XCTAssertEqual(message(SelfAttentivePooling(patch: 2), [8, 7, 7]), "no error")
        // One cell only: whatever the window, it lies inside.
        XCTAssertTrue(
            message(SelfAttentivePooling(patch: 5), [8, 7, 7], kernel: 3).contains("exactly average pooling"))
    }

    func testWaysOutOfTheDegenerateCase() {
        for pooling in [
            SelfAttentivePooling(patch: 4, restoration: .subpixel),
            SelfAttentivePooling(patch: 4, restoration: .bilinear),
            SelfAttentivePooling(patch: 4, isWindowNormalised: false),
            SelfAttentivePooling(patch: 4, allowsDegenerate: true),
        ] {
            XCTAssertEqual(message(pooling, [8, 16, 16]), "no error")
        }
    }

    func testTheReferenceNotationOnlyWarns() throws {
        let network = try Network(
            notation: "mobilenet_v2-nlp_headfix2_reduced-1222121", input: [3, 128, 128], classes: 10)
        XCTAssertEqual(network.warnings.count, 3)
        XCTAssertTrue(network.warnings[0].hasPrefix("net.features.1.0.pooling: every 2×2 window"), network.warnings[0])
        XCTAssertEqual(
            try Network(notation: "mobilenet_v2-nlp_headfix2-1222121", input: [3, 128, 128], classes: 10).warnings, [])
    }

    func testHeadsThatDoNotDivide() {
        let builder = NetworkBuilder("attention")
        XCTAssertThrowsError(
            try builder.add(
                .multiHeadAttention(MultiHeadAttention(channels: 10, heads: 4)), [builder.input([10, 4, 4])],
                name: "multihead_attn")
        ) { error in
            XCTAssertEqual(
                "\(error)", "multihead_attn: 4 heads do not divide 10 channels: use a number of heads that does")
        }
    }

    func testOddEmbeddingsHaveNoLearnedPositions() {
        XCTAssertEqual(
            message(SelfAttentivePooling(heads: 1), [7, 8, 8]),
            "pool.logit.pool_weight.pos_embed: its embedding has 7 channels, and half of them tell the row: use an even "
                + "number of channels, or no positions")
        XCTAssertEqual(message(SelfAttentivePooling(heads: 1, position: .none), [7, 8, 8]), "no error")
    }

    func testGridsOverTheLearnedPositions() {
        XCTAssertEqual(
            message(SelfAttentivePooling(), [2, 257, 16]),
            "pool.logit.pool_weight.pos_embed: its grid of 257×16 patches is larger than the 256×256 that learned positions cover: "
                + "use a larger patch, a smaller image or sine positions")
        XCTAssertEqual(message(SelfAttentivePooling(position: .sine), [2, 257, 16]), "no error")
        XCTAssertEqual(message(SelfAttentivePooling(), [2, 256, 16]), "no error")
    }

    func testPatchesLargerThanTheMap() {
        XCTAssertEqual(
            message(SelfAttentivePooling(patch: 8), [4, 6, 6]),
            "pool.logit.pool_weight.downsample.0: a patch of 8×8 does not fit the 6×6 map: use larger images or a smaller patch"
        )
    }
}
