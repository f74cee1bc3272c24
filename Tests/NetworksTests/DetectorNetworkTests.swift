import Foundation
import Networks
import XCTest

final class DetectorNetworkTests: XCTestCase {
    /// A backbone ends with the last map that boxes are told from, and what would come behind it has no weights.
    func testABackboneEndsAtTheLastStride() throws {
        func detector(_ options: String) throws -> Network {
            try Network(
                notation:
                    "ssdlite(backbone=plain-cnn(channels=4-8-16-32, strides=2222), first-stride=4, \(options)extra=1)",
                input: [3, 64, 64], classes: 2)
        }
        let (whole, short) = (try detector(""), try detector("last-stride=8, "))
        // Strides 4, 8, 16 and one extra; 4, 8 and one extra.
        XCTAssertEqual(whole.outputs.map { whole[$0].shape.height }, [16, 16, 8, 8, 4, 4, 2, 2])
        XCTAssertEqual(short.outputs.map { short[$0].shape.height }, [16, 16, 8, 8, 4, 4])
        XCTAssertEqual(short.liveNodes.count, short.nodes.count)
        XCTAssertTrue(whole.parameters.contains { $0.name.contains("features.3.") })
        XCTAssertFalse(short.parameters.contains { $0.name.contains("features.3.") })
        XCTAssertEqual(try detector("last-stride=16, ").parameterCount, whole.parameterCount)
        for (options, expected) in [
            ("last-stride=2, ", "last-stride=2: use first-stride (4) to 1024"),
            ("last-stride=5000, ", "last-stride=5000: use first-stride (4) to 1024"),
        ] {
            XCTAssertThrowsError(try detector(options)) { XCTAssertEqual("\($0)", expected) }
        }
    }

    func testSSDLiteByHand() throws {
        let network = try Network(notation: "ssdlite", input: [3, 320, 320], classes: 20)
        let layout = try XCTUnwrap(network.detector)
        // MobileNetV2's maps of stride 16 and 32 and four extra layers: the grids and the 3234 anchors of SSDLite at 320 pixels.
        XCTAssertEqual(layout.grids.map(\.rows), [20, 10, 5, 3, 2, 1])
        XCTAssertEqual(layout.grids.map(\.sizes.count), [6, 6, 6, 6, 6, 6])
        XCTAssertEqual(layout.anchorCount, 3234)
        XCTAssertEqual(network.outputs.count, 12)
        XCTAssertEqual(network.outputs.map { network[$0].shape }, layout.outputShapes)
        XCTAssertEqual(network[network.outputs[0]].shape, [6 * 21, 20, 20])
        XCTAssertEqual(network[network.outputs[1]].shape, [6 * 4, 20, 20])
        XCTAssertEqual(network.classCount, 20)
        // The finest head reads 96 channels: 3×3 a channel with its normalisation, then 1×1 with a bias.
        let head = network.parameters.filter {
            $0.name.hasPrefix("head.classification_head.module_list.0.") && $0.isTrainable
        }
        XCTAssertEqual(head.reduce(0) { $0 + $1.count }, 96 * 9 + 2 * 96 + 96 * 126 + 126)
        // The first extra layer narrows 256 of 320 channels to 128, filters them with stride 2, and widens them.
        let extra = network.parameters.filter { $0.name.hasPrefix("extra.0.") && $0.isTrainable }
        XCTAssertEqual(
            extra.reduce(0) { $0 + $1.count }, 320 * 128 + 2 * 128 + 128 * 9 + 2 * 128 + 128 * 256 + 2 * 256)
        // The backbone's names are those of the classifier, so that its weights load.
        let classifier = Set(
            try Network(notation: "mobilenet-v2", input: [3, 320, 320], classes: 20).parameters.map(\.name))
        let backbone = network.parameters.map(\.name).filter { $0.hasPrefix("net.") }
        XCTAssertTrue(backbone.count > 250 && classifier.isSuperset(of: backbone))
    }

    func testFullHeadsPyramidsAndScales() throws {
        let full = try Network(
            notation:
                "ssd(backbone=plain-cnn(channels=8-16-32, strides=222), first-stride=4, extra=1, ratios=2, scales=0.1-0.2-0.4-0.8)",
            input: [3, 32, 32], classes: 2)
        let layout = try XCTUnwrap(full.detector)
        XCTAssertEqual(layout.grids.map(\.rows), [8, 4, 2])
        XCTAssertEqual(layout.grids[0].sizes.count, 4)
        XCTAssertEqual(layout.grids[0].sizes[0].width, 0.1, accuracy: 1e-12)
        XCTAssertEqual(layout.grids[0].sizes[3].width, (0.1 * 0.2).squareRoot(), accuracy: 1e-12)
        XCTAssertEqual(layout.grids[2].sizes[3].width, (0.4 * 0.8).squareRoot(), accuracy: 1e-12)
        let head = full.parameters.filter { $0.name.hasPrefix("head.regression_head.module_list.0.") }
        XCTAssertEqual(head.reduce(0) { $0 + $1.count }, 16 * 16 * 9 + 16)
        let pyramid = try Network(
            notation: "ssdlite(backbone=plain-cnn(channels=8-16-32, strides=222), first-stride=4, extra=0, pyramid=24)",
            input: [3, 32, 32], classes: 2)
        XCTAssertEqual(
            pyramid.parameters.filter { $0.name.hasPrefix("fpn.") && $0.shape.count == 4 }.map(\.shape),
            [
                [24, 32, 1, 1], [24, 16, 1, 1],
            ])
        XCTAssertEqual(pyramid.nodes.filter { $0.name.hasSuffix(".sum") }.map(\.shape), [[24, 8, 8]])
    }

    func testYOLOv3AsPublished() throws {
        let network = try Network(notation: "yolo-v3", input: [3, 416, 416], classes: 80)
        let layout = try XCTUnwrap(network.detector)
        XCTAssertEqual(layout.grids.map(\.rows), [52, 26, 13])
        XCTAssertEqual(layout.anchorCount, 10_647)
        XCTAssertEqual(network.outputs.map { network[$0].shape }, [[255, 52, 52], [255, 26, 26], [255, 13, 13]])
        // The authors' network and its tiny form have these many weights; so have ours, written with sums in place of concatenation.
        XCTAssertEqual(network.parameterCount, 61_949_149)
        let tiny = try Network(notation: "yolo-v3-tiny", input: [3, 416, 416], classes: 80)
        XCTAssertEqual(tiny.detector?.grids.map(\.rows), [26, 13])
        XCTAssertEqual(tiny.parameterCount, 8_852_366)
    }

    func testEveryDetectorSurvivesItsJSON() throws {
        for name in OwnNotation.detectorNames + [
            "ssdlite(backbone=mobilenet_v2-nlp_headfix2-1222121, first-stride=8, extra=1)",
            "ssd(backbone=resnet18, extra=2)", "ssdlite(backbone=efficientnet-lite0)",
            "ssdlite(backbone=mobilenet-v3-small)",
            "yolo-v3-tiny(backbone=plain-cnn(channels=8-8-8-16, strides=2222), anchors=0.1-0.1-0.2-0.2-0.4-0.3)",
        ] {
            let network = try Network(notation: name, input: [3, 128, 128], classes: 3)
            XCTAssertNotNil(network.detector, name)
            XCTAssertEqual(try Network(json: network.json()), network, name)
        }
    }

    func testTheStridedTwinHasTheSameAnchorsAndTheAttentionFewTokens() throws {
        func network(_ pool: String) throws -> Network {
            try Network(
                notation: "ssdlite(backbone=mobilenet-v2(width=0.35\(pool)), first-stride=8, extra=1)",
                input: [3, 256, 256],
                classes: 3)
        }
        let strided = try network("")
        let attentive = try network(
            ", pool=self-attentive(patch=2, restoration=subpixel), pool.2=self-attentive(patch=4, restoration=subpixel)"
        )
        XCTAssertEqual(strided.detector, attentive.detector)
        for node in attentive.nodes {
            guard case .multiHeadAttention = node.operation else { continue }
            XCTAssertLessThanOrEqual(node.shape.size.area, 1600, node.name)
        }
        XCTAssertTrue(attentive.nodes.contains { if case .multiHeadAttention = $0.operation { true } else { false } })
    }

    func testMistakesAreNamed() {
        func message(_ notation: String, side: Int = 64) -> String {
            do {
                _ = try Network(notation: notation, input: [3, side, side], classes: 3)
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let plain = "backbone=plain-cnn(channels=8-16, strides=22)"
        XCTAssertEqual(
            message("ssdlite(\(plain), first-stride=8)"),
            "the backbone has no map of stride 8: use a smaller first-stride")
        XCTAssertEqual(
            message("ssdlite(\(plain), first-stride=4, extra=0, scales=0.1-0.2-0.3)"),
            "3 scales for 1 maps (16×16): give 2, one a map and one more")
        XCTAssertEqual(
            message("ssdlite(\(plain), first-stride=4, scales=a)"),
            "scales=a in ssdlite: use numbers with dashes, such as 0.1-0.35-0.9")
        XCTAssertEqual(
            message("ssdlite(\(plain), strides=2)"),
            "ssdlite has no option \"strides\": known are backbone, scales, pyramid, last-stride, first-stride, extra, ratios"
        )
        XCTAssertEqual(message("ssdlite(\(plain), ratios=0.5)").prefix(26), "ratios go from over 1 to 1")
        XCTAssertEqual(
            message("yolo-v3(\(plain))"), "the backbone has maps of 2 sizes, and 9 anchors need 3: give 6 anchors")
        XCTAssertEqual(
            message("yolo-v3-tiny(anchors=0.1)"), "anchors has 1 numbers: give a width and a height for each")
        XCTAssertTrue(
            message("ssdlite(backbone=yolo-v3)").hasPrefix("yolo-v3 is a detector, and a backbone is wanted here: "),
            message("ssdlite(backbone=yolo-v3)"))
    }

    func testAStoredDetectorHasToFitItsOutputs() throws {
        let network = try Network(
            notation: "ssdlite(backbone=plain-cnn(channels=4), first-stride=2, extra=0)", input: [3, 8, 8], classes: 2)
        let text = String(decoding: try network.json(), as: UTF8.self)
        let other = text.replacingOccurrences(of: "\"classes\" : 2", with: "\"classes\" : 3")
        XCTAssertNotEqual(text, other)
        XCTAssertThrowsError(try Network(json: Data(other.utf8))) {
            XCTAssertEqual(
                "\($0)", "its outputs are 18×4×4, 24×4×4, and its detector needs 24×4×4, 24×4×4")
        }
    }
}
