import Interchange
import XCTest

/// From a trained run to a smaller one.
final class PruneCommandTests: CommandLineTestCase {
    private let network = "plain-cnn(channels=8-16, strides=42, pool=self-attentive(patch=2, restoration=subpixel))"
    private let settings = [
        "--data", "photos", "--resolution", "16", "--epochs", "6", "--batch-size", "8", "--augmentation", "none",
        "--learning-rate", "0.1", "--threads", "1",
    ]

    /// Mean of all scales of batch normalisation.
    private func meanScale(_ run: String) throws -> Double {
        let weights = try Safetensors(contentsOf: "\(folder)/\(run)/model.safetensors")
        let scales = weights.tensors.filter { tensor in
            tensor.name.hasSuffix(".weight")
                && weights[tensor.name.replacingOccurrences(of: ".weight", with: ".running_var")] != nil
        }
        XCTAssertGreaterThan(scales.count, 2)
        let values = scales.flatMap { $0.tensor.floats() }
        return values.reduce(0) { $0 + Double(abs($1)) } / Double(values.count)
    }

    func testPrunesAndTrainsOn() throws {
        try makePhotos()
        XCTAssertEqual(try sapool(["train", "--network", network, "--output", "run"] + settings).status, 0)
        var costs: [String: Double] = [:]
        for (name, options) in [
            ("magnitude", ["--target", "sram=0.6"]), ("scale", ["--target", "sram=0.6", "--importance", "scale"]),
            ("taylor", ["--target", "sram=0.6", "--importance", "taylor", "--scope", "network", "--batches", "4"]),
            ("uniform", ["--target", "sram=0.6", "--uniform"]), ("macs", ["--target", "macs=0.5"]),
            ("channels", ["--target", "channels=0.5"]),
            ("several", ["--target", "sram=0.6,flash=0.95,cycles=0.7", "--core", "m7"]),
        ] {
            let outcome = try sapool(["prune", "run", "--output", name, "--threads", "1", "--json"] + options)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            let report = try json(outcome.output)
            let before = try XCTUnwrap(report["before"] as? [String: Double])
            let after = try XCTUnwrap(report["after"] as? [String: Double])
            let kind = name == "macs" ? "macs" : "arena"
            let goal = name == "macs" ? 0.5 : 0.6
            if name != "channels" {
                XCTAssertLessThanOrEqual(try XCTUnwrap(after[kind]), try XCTUnwrap(before[kind]) * goal, name)
            }
            if name == "several" {
                for (kind, share) in [("flash", 0.95), ("cycles", 0.7)] {
                    XCTAssertLessThanOrEqual(try XCTUnwrap(after[kind]), try XCTUnwrap(before[kind]) * share, kind)
                }
            }
            costs[name] = after["parameters"]
            let plan = try sapool("plan", "\(name)/network.json")
            XCTAssertEqual(plan.status, 0, plan.errors)
        }
        XCTAssertGreaterThan(try XCTUnwrap(costs["magnitude"]), try XCTUnwrap(costs["uniform"]))
        // It can be gone on with from anywhere.
        let recipe = try String(contentsOfFile: "\(folder)/taylor/recipe.yaml", encoding: .utf8).split(separator: "\n")
        for (key, end) in [
            ("data", "/photos"), ("network", "/taylor/network.json"), ("weights", "/taylor/model.safetensors"),
        ] {
            let line = try XCTUnwrap(recipe.first { $0.hasPrefix("\(key): ") })
            XCTAssertTrue(line.hasPrefix("\(key): /") && line.hasSuffix(end), "\(line)")
        }
        XCTAssertTrue(exists("taylor/trained-images.json"))
        let trained = try sapool(
            "train", "--recipe", "taylor/recipe.yaml", "--learning-rate", "0.02", "--threads", "1", "--output",
            "smaller",
            "--json")
        XCTAssertEqual(trained.status, 0, trained.errors)
        XCTAssertEqual(try json(trained.output)["accuracy"] as? Double, 1)
    }

    func testEndsBehindALayerAndTrainsOn() throws {
        try makePhotos()
        XCTAssertEqual(try sapool(["train", "--network", network, "--output", "run"] + settings).status, 0)
        let wrong = try sapool("prune", "run", "--last-layer", "last", "--output", "shallow")
        XCTAssertEqual(wrong.status, 1)
        let (start, layer) = ("Error: \(network) cannot end behind last: these are ", "net.features.0.pooling")
        XCTAssertTrue(message(wrong).hasPrefix(start), message(wrong))
        XCTAssertTrue(message(wrong).contains(layer), message(wrong))
        XCTAssertFalse(exists("shallow"))
        for (name, options) in [("shallow", []), ("both", ["--target", "channels=0.5"])] {
            let outcome = try sapool(["prune", "run", "--last-layer", layer, "--output", name, "--json"] + options)
            XCTAssertEqual(outcome.status, 0, outcome.errors)
            let report = try json(outcome.output)
            let after = try XCTUnwrap((report["after"] as? [String: Double])?["parameters"])
            XCTAssertLessThan(after, try XCTUnwrap((report["before"] as? [String: Double])?["parameters"]) / 2)
            let trained = try sapool(
                "train", "--recipe", "\(name)/recipe.yaml", "--threads", "1", "--output", "\(name)-trained", "--json")
            XCTAssertEqual(trained.status, 0, trained.errors)
            XCTAssertEqual(try json(trained.output)["accuracy"] as? Double, 1)
        }
        for option in [["--uniform"], ["--importance", "scale"], ["--scope", "layer"], ["--batches", "2"]] {
            let refused = try sapool(["prune", "run", "--last-layer", layer, "--output", "out"] + option)
            XCTAssertEqual(refused.status, 64)
            XCTAssertTrue(message(refused).contains("\(option[0]) is for "), message(refused))
        }
        let nothing = try sapool("prune", "run", "--output", "out")
        XCTAssertEqual(message(nothing), "Error: Say what is to go, with --target, --last-layer or both.")
    }

    func testASparseNetworkHasSmallerScales() throws {
        try makePhotos()
        XCTAssertEqual(try sapool(["train", "--network", network, "--output", "dense"] + settings).status, 0)
        let sparse = try sapool(
            ["train", "--network", network, "--output", "sparse", "--channel-sparsity", "0.01"] + settings)
        XCTAssertEqual(sparse.status, 0, sparse.errors)
        XCTAssertLessThan(try meanScale("sparse"), try meanScale("dense") * 0.9)
    }

    func testBadRequests() throws {
        try makePhotos()
        XCTAssertEqual(try sapool(["train", "--network", network, "--output", "run"] + settings).status, 0)
        for (options, status, expected) in [
            (
                ["--target", "sram"], 64,
                "Error: --target sram: use sram=96K, flash=512K, macs=5M, cycles=60M, a share such as sram=0.5, or channels=0.7."
            ),
            (
                ["--target", "sram=64"], 64,
                "Error: --target sram=64: that is 64 bytes; did you mean 64K? If not, write the unit: 64B."
            ),
            (["--target", "sram=0.5,sram=0.4"], 64, "Error: --target sram=0.5,sram=0.4: sram is there twice"),
            (["--target", "sram=0.5,rom=0.4"], 64, "Error: --target rom=0.4: use sram=96K, "),
            (["--target", "macs=many"], 64, "Error: --target macs=many: many is no number of multiply-accumulates"),
            (["--target", "sram=0.5", "--core", "m7"], 64, "Error: --core is for flash= and cycles= of --target"),
            (["--target", "sram=0.5", "--batches", "0"], 64, "Error: --batches 0: use 1 to 100000."),
            (["--target", "sram=0.5", "--batches", "3"], 64, "Error: --batches is for --importance taylor"),
            (["--target", "sram=0.5", "--data", "nowhere"], 64, "Error: --data is for --importance taylor"),
            (
                ["--target", "sram=100B"], 1,
                "Error: no more channels can be removed at"
            ),
            (
                ["--target", "sram=0.5", "--importance", "taylor", "--data", "nowhere"], 1, "Error: "
            ),
        ] {
            let outcome = try sapool(["prune", "run", "--output", "out"] + options)
            XCTAssertEqual(outcome.status, Int32(status), outcome.errors)
            XCTAssertTrue(message(outcome).hasPrefix(expected), outcome.errors)
            XCTAssertFalse(exists("out"))
        }
        XCTAssertEqual(try sapool("prune", "run", "--target", "channels=0.5", "--output", "out").status, 0)
        let again = try sapool("prune", "run", "--target", "channels=0.5", "--output", "out")
        XCTAssertEqual(message(again), "Error: out holds a network already: choose another output folder")
        // Nor are files of others, beside which nothing is left.
        try FileManager.default.createDirectory(atPath: "\(folder)/theirs", withIntermediateDirectories: true)
        try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(folder)/theirs/interface.json"))
        let foreign = try sapool("prune", "run", "--target", "channels=0.5", "--output", "theirs")
        XCTAssertEqual(foreign.status, 1)
        XCTAssertTrue(message(foreign).hasPrefix("Error: theirs/interface.json is no "), message(foreign))
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/theirs"), ["interface.json"])
        let nothing = try sapool(
            "train", "--network", "plain-cnn(channels=4, norm=none)", "--channel-sparsity", "0", "--output", "zero",
            "--data", "photos")
        XCTAssertEqual(nothing.status, 1)
        XCTAssertFalse(exists("zero"))
    }
}
