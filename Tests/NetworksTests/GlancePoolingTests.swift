import Networks
import XCTest

/// What a glance pooling writes: tokens once and first, and at each site what they say of it.
final class GlancePoolingTests: XCTestCase {
    private func network(_ notation: String, side: Int = 32) throws -> Network {
        try Network(notation: notation, input: [3, side, side], classes: 10)
    }

    private func layer(_ pool: String, _ shape: Shape, kernel: Int = 2) throws -> Network {
        let builder = NetworkBuilder("layer")
        // An error of the notation's is what some tests are after.
        let named = try PoolingNotation.method(pool)
        let method = try XCTUnwrap(named)
        return try builder.network(
            output: builder.pool(builder.input(shape), with: method, kernel: kernel, name: "pool"))
    }

    private func message(_ pool: String, _ shape: Shape = [3, 8, 8], kernel: Int = 2) -> String {
        do {
            _ = try layer(pool, shape, kernel: kernel)
            return "no error"
        } catch { return "\(error)" }
    }

    private func names(_ network: Network) -> [String] { network.nodes.map(\.name) }

    func testNodesInOrder() throws {
        XCTAssertEqual(
            names(try layer("glance(patch=4)", [3, 8, 8])),
            [
                "input", "glance.embed.0", "glance.embed.1", "glance.embed.2", "glance.pos_embed",
                "glance.layers.0.attention", "glance.layers.0.attention.sum", "glance.layers.0.perceptron.0",
                "glance.layers.0.perceptron.1", "glance.layers.0.perceptron.2", "glance.layers.0.perceptron.3",
                "glance.layers.0.perceptron.4", "glance.layers.0.perceptron.sum", "pool.base.max", "pool.base",
                "pool.value.gain.0", "pool.value.gain.1", "pool.value.gain.map", "pool.value.shift.0",
                "pool.value.shift.map", "pool.value.scaled", "pool",
            ])
        XCTAssertEqual(
            names(try layer("glance(patch=4, layers=0, position=none, weights=yes, values=no)", [3, 8, 8])),
            [
                "input", "glance.embed.0", "glance.embed.1", "glance.embed.2", "pool.max", "pool.weight.local.0",
                "pool.weight.local.1", "pool.weight.global.0", "pool.weight.global.1", "pool.weight.global.map",
                "pool.weight.product", "pool.weight.sigmoid", "pool.weight.temperature", "pool.weight.exp", "pool",
            ])
    }

    /// Three sites share one glance, which stands right behind the image though the first site stands behind a
    /// convolution.
    func testTokensAreMadeOnceAndFirst() throws {
        let network = try network("plain-cnn(pool=glance(patch=8, channels=8))")
        let glance = network.nodes.filter { $0.name.hasPrefix("glance.") }
        XCTAssertEqual(glance.map(\.id.index), Array(1...glance.count))
        XCTAssertEqual(glance.filter { $0.name.hasSuffix("embed.0") }.map(\.inputs), [[network.input.id]])
        XCTAssertEqual(glance.last?.shape, [8, 4, 4])
        for (index, node) in network.nodes.enumerated() {
            XCTAssertEqual(node.id.index, index)
            XCTAssertTrue(node.inputs.allSatisfy { $0 < node.id }, node.name)
        }
        XCTAssertEqual(try Network(json: network.json()), network)
    }

    func testAMimeticStartIsForWhatAttends() throws {
        for pool in ["glance(patch=4, mimetic=yes)", "attended(mimetic=yes)"] {
            let layer = try layer(pool, [3, 8, 8])
            let starts = layer.nodes.compactMap { node -> Bool? in
                guard case .multiHeadAttention(let attention) = node.operation else { return nil }
                return attention.startsMimetic
            }
            XCTAssertEqual(starts, [true], pool)
            XCTAssertEqual(try Network(json: layer.json()), layer)
        }
    }

    /// Tokens that values hear too do more than weigh.
    func testLayersThatOnlyWeigh() throws {
        func weighing(_ pool: String) throws -> [String] { try layer(pool, [3, 8, 8]).weighingLayers.map(\.name) }
        let local = ["pool.weight.local.0", "pool.weight.local.1", "pool.weight.global.0"]
        XCTAssertEqual(try weighing("glance(patch=4, layers=0, position=none, weights=yes)"), local)
        XCTAssertEqual(
            try weighing("glance(patch=4, layers=0, position=none, weights=yes, values=no)"),
            ["glance.embed.0", "glance.embed.1"] + local)
        XCTAssertEqual(try weighing("lip").count, 2)
        let own = try layer("self-attentive(patch=2, restoration=subpixel)", [3, 8, 8])
        XCTAssertEqual(own.weighingLayers, own.nodes.filter { !$0.parameters.isEmpty })
        for pool in ["average", "blur", "gaussian", "attended", "glance(patch=4)"] {
            XCTAssertEqual(try weighing(pool), [], pool)
        }
    }

    func testOtherTokensAreOthers() throws {
        let two = try network(
            "plain-cnn(pool=glance(patch=8, channels=8), pool.2=glance(patch=16, channels=8), "
                + "pool.3=glance(patch=8, channels=8, weights=yes))"
        )
        XCTAssertEqual(names(two).filter { $0.hasSuffix("embed.0") }, ["glance.embed.0", "glance2.embed.0"])
        // Those of a map come where the map is.
        let inner = try network("plain-cnn(pool=glance(patch=8, channels=8, source=map))")
        let embedding = try XCTUnwrap(inner.nodes.first { $0.name == "glance.embed.0" })
        XCTAssertEqual(inner[embedding.inputs[0]].name, "net.features.0.2")
        XCTAssertEqual(embedding.shape, [8, 4, 4])
    }

    /// 8×8 cells: over a map of 8×8 as they are, over 4×4 each mean of four, over 2×2 of sixteen. 8×7
    /// cells over 2×2 first become 8×8.
    func testFinerGridsAreAveraged() throws {
        let network = try network("plain-cnn(pool=glance(patch=4, channels=8))")
        func shape(_ name: String) -> Shape? { network.nodes.first { $0.name == name }?.shape }
        XCTAssertEqual(shape("net.features.0.pooling.value.gain.map"), [16, 16, 16])
        XCTAssertEqual(shape("net.features.1.pooling.value.gain.0"), [32, 8, 8])
        XCTAssertNil(shape("net.features.1.pooling.value.gain.map"))
        XCTAssertEqual(shape("net.features.2.pooling.value.near"), [8, 4, 4])
        XCTAssertEqual(shape("net.features.2.pooling.value.gain.0"), [64, 4, 4])
        let even = try layer("glance(patch=1, channels=8)", [3, 8, 8], kernel: 3)
        XCTAssertFalse(names(even).contains("pool.value.cells"))
        XCTAssertEqual(even.nodes.first { $0.name == "pool.value.near" }?.shape, [8, 2, 2])
        let uneven = try layer("glance(patch=1, channels=8)", [3, 8, 7], kernel: 3)
        XCTAssertEqual(uneven.nodes.first { $0.name == "pool.value.cells" }?.shape, [8, 8, 8])
        XCTAssertEqual(uneven.nodes.first { $0.name == "pool.value.near" }?.shape, [8, 2, 2])
    }

    /// One token for the image needs no interpolation: it spreads over the map by itself.
    func testOneTokenSpreads() throws {
        for context in ["query", "mean"] {
            let network = try layer("glance(patch=2, channels=4, context=\(context), weights=yes)", [3, 8, 8])
            XCTAssertEqual(network.nodes.first { $0.name == "pool.value.gain.0" }?.shape, [3, 1, 1])
            XCTAssertFalse(names(network).contains { $0.hasSuffix(".map") })
        }
    }

    func testErrors() {
        XCTAssertEqual(
            message("glance"),
            "glance: a patch of 16×16 does not fit the 8×8 image: use larger images or a smaller patch")
        XCTAssertEqual(message("glance(patch=0)"), "glance: its patch is 0: use 1 to 256")
        XCTAssertEqual(message("glance(patch=4, channels=0)"), "glance: its tokens have 0 channels: use 1 to 4096")
        XCTAssertEqual(message("glance(patch=4, layers=65)"), "glance: it has 65 layers: use 0 to 64")
        XCTAssertEqual(
            message("glance(patch=4, heads=5)"),
            "glance.layers.0.attention: 5 heads do not divide 32 channels: use a number of heads that does")
        XCTAssertEqual(
            message("glance(patch=4, values=no)"),
            "pool: its glance tells neither weights nor values: use weights=yes, values=yes or both")
        XCTAssertEqual(
            message("glance(patch=4, maximum=3)"),
            "maximum in glance: it weighs no pixels: leave it out, or use weights=yes")
        XCTAssertEqual(
            message("glance(patch=4, weights=yes, base=blur)"),
            "base in glance: its pooling is one by weights: leave it out, or use weights=no")
        XCTAssertEqual(
            message("glance(patch=4, base=strided)"),
            "base=strided in glance: a pooling is wanted here, such as strided-conv")
        XCTAssertEqual(
            message("glance(patch=4, weights=yes, maximum=2)"),
            "pool: its maximum is of 2×2 pixels: use an odd number up to 63, or 0 for none")
        XCTAssertEqual(
            message("glance(patch=4, weights=yes, local=2)"),
            "pool.weight: its local kernel is 2: use an odd number up to 63")
        XCTAssertEqual(
            message("glance(patch=4, weights=yes, temperature=hot)"),
            "temperature=hot in glance: use a number or learned(start=1)")
    }

    /// Whatever the size of the map, and of a pooling inside of another too.
    func testAttendedPoolingsThatFitNoMap() {
        for shape in [[3, 8, 8], [3, 64, 64]] as [Shape] {
            XCTAssertEqual(
                message("attended(largest=-5)", shape),
                "pool: it attends to maps of at most -5 a side: use 1 to 65536")
            XCTAssertEqual(message("attended(heads=0)", shape), "pool: it has 0 heads: use at least 1")
            XCTAssertEqual(
                message("attended(heads=3)", shape),
                "pool: 3 heads do not divide 32 channels: use a number of heads that does")
            XCTAssertEqual(
                message("attended(channels=9, attend=no)", shape),
                "pool: its embedding has 9 channels, and half of them tell the row: use an even number of channels, or no "
                    + "positions")
            XCTAssertEqual(message("attended(channels=9, attend=no, position=none)", shape), "no error")
        }
    }

    func testWindowsThatDoNotFitNameTheirNode() {
        for pool in ["attended", "attended(base=average)", "space-to-depth", "average", "glance(patch=4, base=max)"] {
            let text = message(pool, [3, 8, 8], kernel: 9)
            XCTAssertTrue(text.hasPrefix("pool"), text)
            XCTAssertTrue(
                text.hasSuffix("its 9×9 window does not fit the 8×8 map: use larger images or smaller strides"), text)
        }
    }

    func testOptionsWithoutAnEffectAreRefused() {
        let leave = "leave it out, or use"
        for pool in ["glance(patch=4, ", "attended("] {
            let name = pool.prefix { $0 != "(" }
            for option in ["heads=2", "mimetic=yes"] {
                let key = option.prefix { $0 != "=" }
                XCTAssertEqual(
                    message("\(pool)\(option), attend=no)"), "\(key) in \(name): nothing attends: \(leave) attend=yes")
            }
        }
        for option in ["heads=2", "attend=no", "mimetic=yes"] {
            let key = option.prefix { $0 != "=" }
            XCTAssertEqual(
                message("glance(patch=4, layers=0, \(option))"), "\(key) in glance: it has no layers: \(leave) layers=1"
            )
        }
        for pool in ["self-attentive(", "glance(patch=4, weights=yes, "] {
            let name = pool.prefix { $0 != "(" }
            XCTAssertEqual(
                message("\(pool)weighting=sigmoid, temperature=4)"),
                "temperature in \(name): a sigmoid has none: \(leave) weighting=exp-sigmoid")
        }
    }

    /// A backbone says how large the image has to be at least.
    func testTooSmallAnImage() {
        XCTAssertThrowsError(try network("plain-cnn(pool=glance)", side: 8)) { error in
            XCTAssertTrue(
                "\(error)".hasPrefix("a 8×8 image is too small for this network, which needs at least 16×16"),
                "\(error)")
        }
    }
}
