import Foundation
import Networks
import XCTest

/// Every pooling method of the notation as a drop-in replacement for every other.
final class PoolingMethodTests: XCTestCase {
    /// Every method, and every option that changes what is built.
    static let notations = [
        "max", "average", "strided-conv", "lip", "lip(logits=projection)", "lip(logits=bottleneck)",
        "lip(logits=bottleneck, width=3)", "gaussian", "gaussian(noise=cn)", "gaussian(noise=none)", "attention",
        "soft",
        "ada", "blur", "blur(filter=1)", "blur(form=conv, filter=7)", "lp", "lp(p=3, learned=yes)", "gem",
        "gem(learned=no)", "mixed", "mixed(share=channel, start=0.2)", "gated", "tree", "tree(levels=3)", "stochastic",
        "s3", "dpp", "dpp(details=asymmetric)", "dpp(form=full)", "wavelet", "rnn",
        "space-to-depth", "space-to-depth(kernel=3)",
        "rnn(line-states=2, window-states=3)", "self-attentive", "self-attentive(norm=instance, zero-logits=yes)",
        "self-attentive(patch=1-2-3, restoration=bilinear)", "self-attentive(patch=2, restoration=subpixel, local=3)",
        "self-attentive(attention-share=0.5)", "self-attentive(overlap=2)", "self-attentive(maximum=3)",
        "self-attentive(residual=yes)",
        "self-attentive(attention-share=learned(start=0))", "glance(patch=2)", "glance(patch=3, weights=yes)",
        "attended", "attended(base=soft, channels=6, heads=3, position=none)", "attended(largest=2)",
        "attended(attend=no)",
        "glance(patch=4, base=wavelet, context=mean)", "glance(patch=1, weights=yes, values=no, context=query)",
    ]

    private func network(
        _ notation: String, _ shape: Shape, kernel: Int, stride: Int, padding: Int = 0
    ) throws -> Network {
        let builder = NetworkBuilder(notation)
        let x = try builder.input(shape)
        // An error of the notation's is what some tests are after.
        let named = try PoolingNotation.method(notation)
        let method = try XCTUnwrap(named)
        let output = try builder.pool(x, with: method, kernel: kernel, stride: stride, padding: padding, name: "pool")
        return try builder.network(output: output)
    }

    private func message(_ notation: String, _ shape: Shape = [4, 8, 8], kernel: Int = 2) -> String {
        do {
            _ = try network(notation, shape, kernel: kernel, stride: kernel)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    func testAllGiveOneShape() throws {
        for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 1), (2, 3, 1), (4, 4, 0), (5, 2, 2)] {
            for size in [Size(12, 12), Size(13, 10), Size(11, 15)] {
                let expected = Shape(
                    6,
                    Size(
                        (size.height + 2 * padding - kernel) / stride + 1,
                        (size.width + 2 * padding - kernel) / stride + 1))
                for notation in Self.notations {
                    let network = try network(
                        notation, Shape(6, size), kernel: kernel, stride: stride, padding: padding)
                    XCTAssertEqual(
                        network.outputShape, expected,
                        "\(notation) of \(size): kernel \(kernel), stride \(stride), padding \(padding)")
                }
            }
        }
        XCTAssertEqual(
            try network("wavelet(bands=all)", [5, 9, 11], kernel: 4, stride: 3, padding: 1).outputShape, [5, 3, 4])
    }

    /// Cells of the stride, and a convolution of those that a window needs.
    func testSpaceToDepth() throws {
        /// What is in front of the normalisation: of each layer its window and its output.
        func layers(_ notation: String, _ size: Size, kernel: Int, stride: Int, padding: Int = 0) throws -> [String] {
            let built = try network(notation, Shape(3, size), kernel: kernel, stride: stride, padding: padding)
            XCTAssertEqual(built.nodes.suffix(2).map(\.operation.kind), ["batchNorm", "activation"])
            return built.nodes.dropFirst().dropLast(2).map { node in
                let window = node.operation.details.slidingWindow.map { " of \($0.kernel)" } ?? ""
                return "\(node.operation.kind)\(window) to \(node.shape)"
            }
        }
        let cells = ["spaceToDepth to 12×4×4", "convolution of 1×1 to 3×4×4"]
        XCTAssertEqual(try layers("space-to-depth", 8, kernel: 2, stride: 2), cells)
        // The ninth line is in no window.
        XCTAssertEqual(try layers("space-to-depth", 9, kernel: 2, stride: 2), cells)
        XCTAssertEqual(
            try layers("space-to-depth(kernel=3)", 8, kernel: 2, stride: 2),
            ["spaceToDepth to 12×4×4", "convolution of 3×3 to 3×4×4"])
        // Windows of 3 begin a line outside and need two cells of two lines: 1 + 8 + 1 lines.
        XCTAssertEqual(
            try layers("space-to-depth", 8, kernel: 3, stride: 2, padding: 1),
            ["pad to 3×10×10", "spaceToDepth to 12×5×5", "convolution of 2×2 to 3×4×4"])
        XCTAssertEqual(try layers("space-to-depth", 8, kernel: 3, stride: 1), ["convolution of 3×3 to 3×6×6"])
        // A window narrower than its stride sees the whole cell: three of 3 lines.
        XCTAssertEqual(
            try layers("space-to-depth", 8, kernel: 2, stride: 3),
            ["pad to 3×9×9", "spaceToDepth to 27×3×3", "convolution of 1×1 to 3×3×3"])
        let builder = NetworkBuilder("oblong")
        let x = try builder.input([3, 8, 8])
        XCTAssertThrowsError(
            try builder.pool(
                x, with: SpaceToDepthPooling(), window: Window(kernel: 2, stride: Size(2, 1)), name: "pool")
        ) {
            XCTAssertEqual(
                "\($0)",
                "pool: its cells are squares of neighbouring pixels, and its window has a stride of 2×1 and a dilation of 1×1: use equal strides and a dilation of 1"
            )
        }
    }

    func testMapsOfOneWindow() throws {
        for notation in Self.notations where !notation.contains("patch") {
            XCTAssertEqual(try network(notation, [4, 2, 3], kernel: 2, stride: 2).outputShape, [4, 1, 1], notation)
        }
    }

    func testMirroringAsOftenAsItTakes() {
        let filter = FixedFilter(rows: [[1]], columns: [[1]], stride: 1, border: .reflect)
        // 0 1 2 mirrored: … 2 1 | 0 1 2 | 1 0 1 2 …
        XCTAssertEqual((-4..<8).map { filter.source($0, before: 0, count: 3) }, [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1])
        XCTAssertEqual((-2..<3).map { filter.source($0, before: 0, count: 1) }, [0, 0, 0, 0, 0])
    }

    func testOneChannelAndOddChannels() throws {
        for notation in Self.notations where !notation.hasPrefix("self-attentive") && notation != "attention" {
            for channels in [1, 3] {
                XCTAssertEqual(
                    try network(notation, Shape(channels, 9), kernel: 2, stride: 2).outputShape.channels, channels,
                    notation)
            }
        }
    }

    func testTheNotationKnowsThemAll() {
        XCTAssertEqual(
            Set(Self.notations.map { String($0.prefix { $0 != "(" }) } + ["strided"]), Set(PoolingNotation.names))
    }

    func testOptionsOutOfRange() {
        XCTAssertEqual(message("blur(filter=8)"), "pool: its blur has a filter of 8 taps: use 1 to 7")
        XCTAssertEqual(message("blur(form=mean)"), "form=mean in blur: use max, conv")
        XCTAssertEqual(message("lp(p=0.5)"), "pool: its exponent is 0.5: use 1 to 64")
        XCTAssertEqual(message("mixed(start=2)"), "pool: its proportion starts at 2.0: use 0 to 1")
        XCTAssertEqual(message("tree(levels=9)"), "pool: its tree has 9 levels: use 1 to 5")
        XCTAssertEqual(
            message("s3(grid=3)"), "pool: it draws from grids of 3×3, which are no multiple of its stride 2×2")
        XCTAssertEqual(message("s3(grid=-2)"), "pool: its grid is -2: use 0 or more")
        XCTAssertEqual(
            message("wavelet(bands=all)", [4, 9, 9], kernel: 3),
            "pool: the details of a 3×3 window have no two halves: use an even kernel or the low band")
        for kernel in [0, 2, 17] {
            XCTAssertEqual(
                message("space-to-depth(kernel=\(kernel))"),
                "pool: it sees \(kernel) cells a side: use an odd number of 1 to 15")
        }
        XCTAssertEqual(message("rnn(line-states=-1)"), "pool: it has -1 states: use 1 to 16384")
        XCTAssertEqual(
            message("lip(logits=bottleneck, width=-1)"),
            "pool.logit.conv1: it has -1 output channels: use at least 1")
        XCTAssertEqual(message("lip(width=4)"), "lip has no option \"width\": known are logits")
        XCTAssertEqual(message("dpp(form=medium)"), "form=medium in dpp: use full, lite")
    }

    func testExtensionsOutOfRange() {
        let meet = "logits of several scales, or of a local term, meet at pixels: use subpixel or bilinear restoration"
        XCTAssertEqual(message("self-attentive(patch=1-2)"), "pool.logit.pool_weight: \(meet)")
        XCTAssertEqual(message("self-attentive(patch=3, local=3)"), "pool.logit.pool_weight: \(meet)")
        XCTAssertEqual(
            message("self-attentive(local=4)"),
            "pool.logit.pool_weight: its local kernel is 4: use an odd number up to 63, or 0 for none")
        XCTAssertEqual(
            message("self-attentive(patch=2-2, restoration=subpixel)"),
            "pool.logit.pool_weight: its patches are [2, 2]: use each once, and at most eight")
        XCTAssertEqual(message("self-attentive(overlap=-1)"), "pool: its windows overlap by -1: use 0 to 16")
        XCTAssertEqual(
            message("self-attentive(maximum=2)"),
            "pool: its maximum is of 2×2 pixels: use an odd number up to 63, or 0 for none")
        XCTAssertEqual(
            message("self-attentive(attention-share=half)"),
            "attention-share=half in self-attentive: use a number or learned(start=1)")
    }

    /// Shares and temperatures, fixed or where learning starts, with which no training would work.
    func testSharesAndTemperaturesOutOfRange() {
        for share in ["7", "1e308", "-0.5"] {
            for said in [share, "learned(start=\(share))"] {
                XCTAssertEqual(
                    message("self-attentive(attention-share=\(said))"),
                    "pool: its attention's share is \(Double(share) ?? 0): use 0 to 1")
            }
        }
        for (pool, place) in [
            ("self-attentive(", "pool.logit.pool_weight"), ("glance(patch=4, weights=yes, ", "pool.weight"),
        ] {
            for temperature in ["0", "-1", "65", "1e308", "-1e308"] {
                for said in [temperature, "learned(start=\(temperature))"] {
                    XCTAssertEqual(
                        message("\(pool)temperature=\(said))"),
                        "\(place): its temperature is \(Double(temperature) ?? 0): use a number above 0, at most 64")
                }
            }
            XCTAssertEqual(message("\(pool)temperature=64)"), "no error")
        }
    }

    /// What an extension adds, and that without it the layer is the paper's to the byte.
    func testExtensionsAddNodesAndNothingElse() throws {
        func names(_ options: String) throws -> [String] {
            try network("self-attentive(patch=2, restoration=subpixel\(options))", [4, 8, 8], kernel: 2, stride: 2)
                .nodes
                .map { $0.name.replacingOccurrences(of: "pool.logit.pool_weight.", with: "") }
        }
        let plain = try names("")
        XCTAssertEqual(
            plain,
            [
                "input", "downsample.0", "downsample.1", "downsample.2", "pos_embed", "multihead_attn", "restore.0",
                "restore.shuffle", "restore.1", "restore.sigmoid", "exp", "pool",
            ])
        XCTAssertEqual(try names(", zero-logits=yes, norm=instance"), plain)
        XCTAssertEqual(Set(try names(", local=3")).subtracting(plain), ["local.0", "local.1", "local.sum"])
        XCTAssertEqual(Set(try names(", residual=yes")).subtracting(plain), ["residual"])
        XCTAssertEqual(Set(try names(", maximum=3")).subtracting(plain), ["pool.max"])
        XCTAssertEqual(
            Set(try names(", attention-share=0.5")).subtracting(plain),
            ["pool.average", "pool.attended", "pool.negated", "pool.difference", "pool.share"])
    }

    /// Kernels, states and factors that old files do not have read as if they were not set.
    func testFilesFromBeforeTheFlagsStillRead() throws {
        let json = """
            {"format": "sapool-network", "version": 1, "name": "old", "outputs": ["scaled"], "nodes": [
              {"name": "input", "operation": "input", "shape": [1, 8, 8]},
              {"name": "conv", "operation": "convolution", "inputs": ["input"], "inputChannels": 1, "outputChannels": 2,
               "kernel": [1, 1], "stride": [1, 1], "padding": [0, 0], "groups": 1, "bias": true},
              {"name": "norm", "operation": "batchNorm", "inputs": ["conv"], "channels": 2, "epsilon": 1e-5, "momentum": 0.1},
              {"name": "mean", "operation": "averagePool", "inputs": ["norm"], "kernel": [2, 2], "stride": [2, 2],
               "padding": [0, 0], "countsPadding": true},
              {"name": "window", "operation": "windowPool", "inputs": ["mean", "mean"], "kernel": [2, 2], "stride": [2, 2],
               "padding": [0, 0], "isNormalised": true},
              {"name": "scaled", "operation": "scale", "inputs": ["window"], "factor": 2, "isLearned": true}
            ]}
            """
        let network = try Network(json: Data(json.utf8))
        XCTAssertEqual(network.outputShape, [2, 2, 2])
        let written = String(decoding: try network.json(), as: UTF8.self)
        for key in ["startsAtZero", "coversBorder", "isSampled", "isProportion", "initialWeight", "sampling"] {
            XCTAssertFalse(written.contains(key), key)
        }
    }

    func testHeads() throws {
        for name in ["plain-cnn", "mobilenet-v2", "mobilenet-v3-small", "resnet18", "efficientnet-lite0"] {
            let network = try Network(notation: "\(name)(head=attention(heads=4))", input: [3, 64, 96], classes: 7)
            XCTAssertEqual(network.outputShape, [7], name)
            XCTAssertTrue(network.nodes.contains { $0.name.hasSuffix("attnpool") }, name)
        }
        func message(_ head: String) -> String {
            do {
                _ = try Network(notation: "plain-cnn(head=\(head))", input: [3, 32, 32], classes: 10)
                return "no error"
            } catch { return "\(error)" }
        }
        XCTAssertEqual(message("max"), "unknown head \"max\": known are average, attention")
        XCTAssertEqual(
            message("attention(heads=7)"),
            "net.attnpool: 7 heads do not divide 64 channels: use a number of heads that does")
        XCTAssertEqual(message("average(heads=7)"), "average has no option \"heads\": it has no options")
    }
}
