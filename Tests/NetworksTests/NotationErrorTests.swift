import Networks
import XCTest

/// The exact sentence for each way to name a network wrongly.
final class NotationErrorTests: XCTestCase {
    private func message(_ notation: String, side: Int = 128, width: Double = 1) -> String {
        do {
            _ = try Network(notation: notation, input: [3, side, side], classes: 10, width: width)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    func testUnknownParts() {
        XCTAssertEqual(
            message("mobilenet_v9-nlp-1222121"),
            "unknown network \"mobilenet_v9\" (did you mean mobilenet_v2?) in \"mobilenet_v9-nlp-1222121\": known are mobilenet, mobilenet_v2, "
                + "mobilenetv3_small, mobilenetv3_large, resnet18, resnet18_v2, resnet50, resnet50_v2, resnext")
        XCTAssertEqual(
            message("mobilenet_v2-foo-1222121"),
            "unknown pooling \"foo\" in \"mobilenet_v2-foo-1222121\": known are skip, maxp, avgp, lip, gaussian_pool, attnpool, "
                + "nlp, nlpnoexp, nlpnosigmoid, nlpnope, nlpnobn1, nlpnobn2")
        XCTAssertEqual(
            message("mobilenet_v2-nlp_headfix3-1222121"),
            "unknown suffix \"headfix3\" (did you mean headfix2?) in \"mobilenet_v2-nlp_headfix3-1222121\": known are headfix2, nowin, reduced, "
                + "reduced0211, reduced0842")
        XCTAssertEqual(
            message("mobilenet_v2-lip_nowin-1222121"),
            "the suffix \"nowin\" in \"mobilenet_v2-lip_nowin-1222121\" belongs to nlp poolings, and \"lip\" is none")
        XCTAssertEqual(
            message("resnet18-dfmnlp-1222"),
            "\"dfmnlp\" in \"resnet18-dfmnlp-1222\" (deformable pooling) is not supported")
        XCTAssertEqual(
            message("dy-resnet18-nlp-1222"), "\"dy\" in \"dy-resnet18-nlp-1222\" (dynamic convolution) is not supported"
        )
        XCTAssertEqual(
            message("vgg"),
            "unknown network \"vgg\": known are mobilenet-v2, mobilenet-v1, efficientnet-lite0, mobilenet-v3-small, "
                + "mobilenet-v3-large, resnet18, resnet34, resnet50, resnext18, resnet8, resnet20, resnet32, resnet56, ds-cnn, "
                + "darknet53, plain-cnn, ssdlite, ssd, yolo-v3, yolo-v3-tiny, and names of the reference notation such as "
                + "mobilenet_v2-nlp_headfix2-1222121")
        XCTAssertEqual(
            message("plain-cnn(pool=mux)"),
            "unknown pooling \"mux\" (did you mean max?): known are strided, max, average, strided-conv, lip, gaussian, attention, self-attentive, glance, attended, "
                + "soft, ada, blur, lp, gem, mixed, gated, tree, stochastic, s3, dpp, wavelet, rnn, space-to-depth")
        XCTAssertEqual(
            message("plain-cnn(pool=self-attentive(patches=2))"),
            "self-attentive has no option \"patches\" (did you mean patch?): known are patch, ratio, heads, window-normalised, position, restoration, "
                + "weighting, embedding-norm, restoration-norm, allow-degenerate, temperature, norm, zero-logits, residual, local, overlap, maximum, attention-share"
        )
        XCTAssertEqual(
            message("plain-cnn(pool=self-attentive(restoration=cubic))"),
            "restoration=cubic in self-attentive: use nearest, bilinear, subpixel")
    }

    /// A name that would be right elsewhere is not what somebody is asked to mean.
    func testADetectorIsNoBackbone() {
        let known =
            "known are \(OwnNotation.backboneNames.joined(separator: ", ")), and names of the reference notation such as "
            + "mobilenet_v2-nlp_headfix2-1222121"
        for name in OwnNotation.detectorNames {
            let complaint = "\(name) is a detector, and a backbone is wanted here: \(known)"
            XCTAssertEqual(message("yolo-v3(backbone=\(name))"), complaint)
            XCTAssertEqual(message("ssdlite(backbone=\(name)(backbone=resnet18))"), complaint)
            XCTAssertThrowsError(try OwnNotation.strides(of: name)) { XCTAssertEqual("\($0)", complaint) }
        }
        XCTAssertEqual(message("ssd(backbone=ssd-lite)"), "unknown network \"ssd-lite\": \(known)")
        XCTAssertEqual(
            message("ssd(backbone=resnet-19)"), "unknown network \"resnet-19\" (did you mean resnet18?): \(known)")
    }

    func testStrideDigits() {
        XCTAssertEqual(
            message("mobilenet_v2-nlp-122"),
            "mobilenet_v2 takes 7 stride digits, and \"122\" in \"mobilenet_v2-nlp-122\" has 3")
        XCTAssertEqual(
            message("resnet18-nlp-1022"),
            "\"1022\" in \"resnet18-nlp-1022\" are no strides: use one digit of 1 to 9 a stage")
        XCTAssertEqual(
            message("prepool-nlp-x-resnet18-nlp-1222"),
            "\"x\" in \"prepool-nlp-x-resnet18-nlp-1222\" is no stride for the pre-pooling: use a number such as 2 or 4"
        )
        XCTAssertEqual(
            message("mobilenet-v2(strides=122)"), "MobileNetV2 has 7 stages, so its strides are 7 digits, not 3")
    }

    func testSyntaxOfOurOwnNotation() {
        XCTAssertEqual(
            message("plain-cnn(pool=max"),
            "\"plain-cnn(pool=max\": expected \",\" or \")\" at character 19, found the end")
        XCTAssertEqual(
            message("plain-cnn(pool)"),
            "\"plain-cnn(pool)\": expected \"=\" behind \"pool\" at character 15, found \")\"")
        XCTAssertEqual(
            message("plain-cnn() tail"), "\"plain-cnn() tail\": expected the end at character 13, found \"t\"")
        XCTAssertEqual(
            message("plain-cnn(strides=222, strides=444)"),
            "\"strides\" stands twice in plain-cnn(…) of \"plain-cnn(strides=222, strides=444)\"")
        XCTAssertEqual(message(""), "\"\": expected a name or a number at character 1, found the end")
    }

    func testImagesThatAreTooSmallNameTheSmallestThatWouldDo() {
        XCTAssertEqual(
            message("mobilenet_v2-maxp-2222222", side: 64),
            "a 64×64 image is too small for this network, which needs at least 255×255 "
                + "(net.features.5.0.pooling: its 2×2 window does not fit the 1×1 map: use larger images or smaller strides)"
        )
        XCTAssertNoThrow(
            try Network(notation: "mobilenet_v2-maxp-2222222", input: [3, 255, 255], classes: 10))
    }

    func testWidthBelongsToMobileNets() {
        XCTAssertEqual(
            message("resnet18-skip-1222", width: 0.5),
            "only MobileNets V1 and V2 come in widths, and resnet18 is none: leave the width out")
        XCTAssertEqual(
            message("resnet8", width: 0.5),
            "only MobileNets V1 and V2 come in widths, and resnet8 is none: leave the width out")
        XCTAssertEqual(
            message("yolo-v3", width: 0.5),
            "only MobileNets V1 and V2 come in widths: name one as backbone, or leave the width out")
        XCTAssertEqual(
            OwnNotation.backboneNames.filter(OwnNotation.comesInWidths), ["mobilenet-v2", "mobilenet-v1"])
        XCTAssertEqual(
            message("mobilenet_v2-skip-1222121", width: -1), "a width of -1.0: use a number above 0, at most 16")
    }
}
