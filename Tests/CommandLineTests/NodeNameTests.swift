import Foundation
import XCTest

/// A node may be called anything: what is trained can be read again.
final class NodeNameTests: CommandLineTestCase {
    func testSlashesInNamesOfNodes() throws {
        try makePhotos(train: 8, test: 4)
        let settings = [
            "--data", "photos", "--resolution", "16", "--epochs", "2", "--batch-size", "8", "--threads", "1", "--ema",
            "0.9",
            "--learning-rate", "0.01",
        ]
        let plain = try sapool(
            ["train", "--network", "plain-cnn(channels=4-8, strides=42)", "--output", "plain"] + settings)
        XCTAssertEqual(plain.status, 0, plain.errors)
        var network = try String(contentsOfFile: "\(folder)/plain/network.json", encoding: .utf8)
        // Names of a path, and those that a checkpoint has for parts of its own.
        let document = try json(network)
        let nodes = try XCTUnwrap(document["nodes"] as? [[String: Any]])
        let names = nodes.compactMap { $0["name"] as? String }.filter { $0.contains(".") }
        let prefixes = ["block/", "ema/", "optimizer/", "weights/", "/", "ema/ema/"]
        for (index, name) in names.enumerated() {
            let other = prefixes[index % prefixes.count] + name
            network = network.replacingOccurrences(of: "\"\(name)\"", with: "\"\(other)\"")
        }
        try network.write(toFile: "\(folder)/slash.json", atomically: true, encoding: .utf8)
        let trained = try sapool(["train", "--network", "slash.json", "--output", "run"] + settings)
        XCTAssertEqual(trained.status, 0, trained.errors)
        for weights in ["model", "best", "last"] {
            let scored = try sapool("evaluate", "run", "--weights", weights)
            XCTAssertEqual(scored.status, 0, scored.errors)
        }
        XCTAssertEqual(
            try sapool("evaluate", "run", "--weights", "last").output, try sapool("evaluate", "run").output)
        XCTAssertEqual(try sapool("train", "--resume", "--output", "run").status, 0)
        let exported = try sapool(
            "export", "run", "--format", "safetensors", "--output", "out.safetensors", "--weights", "best")
        XCTAssertEqual(exported.status, 0, exported.errors)
    }
}
