import Foundation
import Networks
import XCTest

/// Names come from files that anybody may have written, and stand in messages, names of weights and generated code.
final class NameRuleTests: XCTestCase {
    private func refusal(network: String = "n", node: String = "conv") -> String {
        let nodes: [[String: Any]] = [
            ["name": "input", "operation": "input", "shape": [1, 4, 4]],
            ["name": node, "operation": "flatten", "inputs": ["input"]],
        ]
        let value: [String: Any] = [
            "format": "sapool-network", "version": 1, "name": network, "nodes": nodes, "outputs": [node],
        ]
        do {
            let network = try Network(json: JSONSerialization.data(withJSONObject: value))
            return "taken: \(network.nodes[1].name)"
        } catch { return "\(error)" }
    }

    func testWhatNobodySeesIsRefused() {
        XCTAssertEqual(
            refusal(node: "conv\n    func pwned() {}"),
            "the name of node 1 holds U+000A, which is no visible character: rename it")
        XCTAssertEqual(
            refusal(network: "harmless\r#error"),
            "the name of the network holds U+000D, which is no visible character: rename it")
        // An escape, a separator of lines, one that turns the text around it, a character of no width.
        for hidden in [
            "\u{1B}[31m", "\u{85}", "\u{2028}", "\u{2029}", "\u{202E}", "\u{2066}", "\u{200F}", "\u{FEFF}", "\u{7F}",
            "\0",
        ] {
            XCTAssertTrue(
                refusal(node: "a\(hidden)b").hasPrefix("the name of node 1 holds U+"), hidden.debugDescription)
            XCTAssertTrue(refusal(network: "a\(hidden)b").hasPrefix("the name of the network holds U+"))
        }
    }

    func testWhatPeopleWriteIsTaken() {
        for name in ["net.features.0.conv.3", "größe", "層1", "a b", "x//y*/", "é", "\u{915}\u{94D}\u{200D}\u{937}"] {
            XCTAssertEqual(refusal(node: name), "taken: \(name)")
        }
    }

    func testLengthsHaveALimit() {
        XCTAssertTrue(refusal(node: String(repeating: "a", count: 1025)).hasPrefix("the name of node 1 has 1025 bytes"))
        XCTAssertTrue(refusal(network: String(repeating: "a", count: 8193)).contains("has 8193 bytes"))
    }
}
