import Networks
import XCTest

/// What is suggested for names that are nearly right, and what is not.
final class SuggestionTests: XCTestCase {
    func testNearestName() {
        for (text, names, expected) in [
            ("trian", ["train", "plan", "prune"], "train"),
            ("mobilenetv2", ["mobilenet-v2", "resnet18"], "mobilenet-v2"),
            ("MobileNet_V2", ["mobilenet-v3-small", "mobilenet-v2"], "mobilenet-v2"),
            ("ResNet-18", ["resnet18", "resnet34"], "resnet18"),
            ("self_attentve", ["attention", "self-attentive"], "self-attentive"),
            ("widht", ["width", "head"], "width"), ("vgg", ["ssd", "resnet18"], nil), ("x", ["lp", "s3"], nil),
            ("", ["max"], nil), ("-", ["max"], nil), ("max", [], nil),
            (String(repeating: "a", count: 5000), ["aaa"], nil),
        ] as [(String, [String], String?)] {
            XCTAssertEqual(Suggestion.nearest(to: text, among: names), expected, text)
        }
    }

    func testNetworksAndTheirOptions() {
        for (name, start) in [
            ("mobilenetv2", "unknown network \"mobilenetv2\" (did you mean mobilenet-v2?): known are "),
            ("mobilenet-v2(widht=0.5)", "mobilenet-v2 has no option \"widht\" (did you mean width?): known are "),
            (
                "plain-cnn(pool=self-atentive)",
                "unknown pooling \"self-atentive\" (did you mean self-attentive?): known are "
            ),
            ("plain-cnn(head=atention)", "unknown head \"atention\" (did you mean attention?): known are "),
            ("ssdlite(backbone=resnet-81)", "unknown network \"resnet-81\" (did you mean resnet18?): known are "),
            ("mobilenet_v2-nlp_headfx2-1222121", "unknown suffix \"headfx2\" (did you mean headfix2?) in "),
        ] {
            XCTAssertThrowsError(try Network(notation: name, input: [3, 32, 32], classes: 10)) {
                XCTAssertTrue("\($0)".hasPrefix(start), "\($0)")
            }
        }
    }
}
