import Execution
import Networks
import Torch
import XCTest

/// Poolings of one window, whose answers a reader can check.
final class PoolingByHandTests: XCTestCase {
    /// A method's layer over one map `[1, C, H, W]`, with a seed that new parameters come from.
    private func layer(_ notation: String, _ shape: Shape, kernel: Int = 2, stride: Int? = nil) throws -> Model {
        let builder = NetworkBuilder("layer")
        let x = try builder.input(shape)
        let method = try XCTUnwrap(PoolingNotation.method(notation))
        let output = try builder.pool(x, with: method, kernel: kernel, stride: stride, name: "pool")
        return try Model(builder.network(output: output), seed: 1, type: .float64)
    }

    private func value(_ notation: String, _ window: [Double]) throws -> Double {
        try layer(notation, [1, 2, 2])(Tensor(window, shape: [1, 1, 2, 2])).item()
    }

    func testOneWindow() throws {
        // exp(ln 2) = 2 and exp(0) = 1: (2·ln 2 + 0 + 0 + 0) / 5.
        XCTAssertEqual(
            try value("soft", [0.693147180559945309, 0, 0, 0]), 2 * 0.693147180559945309 / 5, accuracy: 1e-12)
        XCTAssertEqual(try value("lp", [1, -1, 7, 7]), 5, accuracy: 1e-12)  // √(100 / 4)
        XCTAssertEqual(try value("lp(p=1)", [1, -2, 3, -6]), 3, accuracy: 1e-9)
        XCTAssertEqual(try value("gem", [2, -2, -5, 0]), 1.259921049894873, accuracy: 1e-9)  // ∛(8 / 4)
        XCTAssertEqual(try value("mixed", [0, 2, 4, 10]), 7, accuracy: 1e-12)  // halfway from 4 to 10
        XCTAssertEqual(try value("mixed(start=1)", [0, 2, 4, 10]), 10, accuracy: 1e-12)
        XCTAssertEqual(try value("stochastic", [1, 3, -4, 0]), 2.5, accuracy: 1e-12)  // (1 + 9) / 4
        XCTAssertEqual(try value("wavelet", [1, 2, 3, 4]), 5, accuracy: 1e-12)  // 10 / 2
        XCTAssertEqual(try value("ada", [0, 0, 0, 0]), 0)
        XCTAssertEqual(try value("ada", [3, 3, 3, 3]), 3, accuracy: 1e-12)
        XCTAssertEqual(try value("dpp", [3, 3, 3, 3]), 3, accuracy: 1e-12)
    }

    func testBlurOfRows() throws {
        // Maxima of windows of 1 are the map. 1 2 1 over 4 of 0 1 2 3 4 at 0, 2, 4 with mirrored ends: (1 + 0 + 1) / 4, 2, (3 + 8 + 3) / 4.
        let model = try layer("blur(filter=3)", [1, 5, 5], kernel: 1, stride: 2)
        let rows = (0..<5).flatMap { row in [Double](repeating: Double(row), count: 5) }
        let blurred: [Double] = try model(Tensor(rows, shape: [1, 1, 5, 5])).array()
        for (index, value) in blurred.enumerated() {
            XCTAssertEqual(value, [0.5, 2, 3.5][index / 3], accuracy: 1e-12)
        }
    }

    func testBlurOfMapsSmallerThanItsFilter() throws {
        // Two lines mirrored: 1 0 1 | 0 1 | 0 1 0. Seven taps 1 6 15 20 15 6 1 at the first: ½ is on each.
        let blurred: [Double] = try layer("blur(filter=7)", [1, 2, 2], kernel: 1, stride: 2)(
            Tensor([0, 1, 1, 0] as [Double], shape: [1, 1, 2, 2])
        ).array()
        XCTAssertEqual(blurred[0], 0.5, accuracy: 1e-12)
        // One maximum, mirrored in itself.
        XCTAssertEqual(try value("blur(filter=7)", [3, 5, 2, 1]), 5, accuracy: 1e-12)
    }

    func testMapsOfZerosGiveFiniteGradientsEverywhere() throws {
        for notation in [
            "soft", "ada", "lp", "lp(p=3, learned=yes)", "gem", "stochastic", "dpp", "dpp(form=full)", "rnn",
        ] {
            for type in [ScalarType.float32, .float64] {
                let builder = NetworkBuilder("layer")
                let input = try builder.input([4, 6, 6])
                let method = try XCTUnwrap(PoolingNotation.method(notation))
                let network = try builder.network(
                    output: builder.pool(input, with: method, kernel: 3, stride: 2, name: "pool"))
                let model = try Model(network, seed: 2, type: type)
                let x = try Tensor.zeros([2, 4, 6, 6], type: type).requireGradient()
                let y = try model(x, training: true)
                XCTAssertTrue(try y.isFinite(), notation)
                try y.sum().backward()
                XCTAssertTrue(try XCTUnwrap(x.gradient).isFinite(), notation)
                for (specification, tensor) in model.parameters.trainable {
                    XCTAssertTrue(try tensor.gradient?.isFinite() ?? true, "\(notation) \(specification.name)")
                }
            }
        }
    }

    /// Logits that start at zero make a new layer average pooling, and still learn.
    func testZeroLogitsStartFromAveragePooling() throws {
        for options in [
            "", ", norm=instance", ", restoration-norm=no", ", local=3", ", patch=1-2, restoration=bilinear",
        ] {
            let model = try layer("self-attentive(zero-logits=yes\(options))", [4, 8, 8])
            let average = try layer("average", [4, 8, 8])
            Torch.seed(5)
            let x = try Tensor.normal([3, 4, 8, 8], type: .float64)
            for training in [false, true] {
                let difference = try (model(x, training: training) - average(x)).absolute().maximum().item()
                XCTAssertLessThan(difference, 1e-12, options)
            }
            try model(x, training: true).power(2).sum().backward()
            let moved = try model.parameters.trainable.filter { specification, tensor in
                guard specification.name.contains("restore.") || specification.name.contains("local.") else {
                    return false
                }
                return try (tensor.gradient?.absolute().maximum().item() ?? 0) > 1e-6
            }
            XCTAssertFalse(moved.isEmpty, options)
        }
        let random = try layer("self-attentive", [4, 8, 8])
        let x = try Tensor.normal([3, 4, 8, 8], type: .float64)
        let difference = try (random(x) - layer("average", [4, 8, 8])(x)).absolute().maximum().item()
        XCTAssertGreaterThan(difference, 1e-3, "without the option a new layer is something else")
    }

    /// At an overlap of one, windows of 4×4 at stride 2 start a pixel outside of the map; with zero logits, each mean counts what it has of it.
    func testOverlappingWindows() throws {
        let model = try layer("self-attentive(zero-logits=yes, overlap=1)", [4, 8, 8])
        let x = try Tensor.normal([3, 4, 8, 8], type: .float64)
        let means = try x.averagePool(kernel: [4, 4], stride: [2, 2], padding: [1, 1], countPadding: false)
        XCTAssertLessThan(try (model(x) - means).absolute().maximum().item(), 1e-12)
    }

    /// With zero logits, what is averaged are the largest of each pixel's 3×3 neighbours.
    func testTheMaximumIsWhatIsAveraged() throws {
        let x = try Tensor.normal([3, 4, 8, 8], type: .float64)
        let largest = try x.maxPool(kernel: [3, 3], stride: [1, 1], padding: [1, 1])
        for share in ["", ", attention-share=0.5"] {
            let model = try layer("self-attentive(zero-logits=yes, maximum=3\(share))", [4, 8, 8])
            let expected = try layer("average", [4, 8, 8])(largest)
            XCTAssertLessThan(try (model(x) - expected).absolute().maximum().item(), 1e-12, share)
        }
    }

    /// Attention that says nothing: with residual tokens, each pixel's weight is exp of itself, as in SoftPool; without, all are alike.
    func testResidualTokensTellOfThemselves() throws {
        let plain = "heads=1, position=none, embedding-norm=no, restoration-norm=no, weighting=exp"
        for (options, expected) in [
            ("residual=yes", 2 * 0.693147180559945309 / 5), ("residual=no", 0.693147180559945309 / 4),
        ] {
            let model = try layer("self-attentive(\(plain), \(options))", [1, 2, 2])
            try Torch.withoutGradients {
                for (specification, tensor) in model.parameters.trainable {
                    let isIdentity =
                        specification.name.hasSuffix("downsample.0.weight")
                        || specification.name.hasSuffix("restore.0.weight")
                    try tensor.fill(isIdentity ? 1 : 0)
                }
            }
            let mean = try model(Tensor([0.693147180559945309, 0, 0, 0], shape: [1, 1, 2, 2])).item()
            XCTAssertEqual(mean, expected, accuracy: 1e-12, options)
        }
    }

    func testAnAttentionShareOfNoneIsTheAverageAndOfAllTheLayer() throws {
        let x = try Tensor.normal([2, 4, 8, 8], type: .float64)
        let plain = try layer("self-attentive", [4, 8, 8])(x)
        let all = try layer("self-attentive(attention-share=1)", [4, 8, 8])(x)
        let none = try layer("self-attentive(attention-share=0)", [4, 8, 8])(x)
        XCTAssertLessThan(try (all - plain).absolute().maximum().item(), 1e-12)
        XCTAssertLessThan(try (none - layer("average", [4, 8, 8])(x)).absolute().maximum().item(), 1e-12)
    }
}
