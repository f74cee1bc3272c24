import Networks
import Planning
import XCTest

final class ReferenceExecutorTests: XCTestCase {
    private func mistakes(_ network: Network, _ options: PlanOptions, seed: UInt64 = 1) throws -> [String] {
        let executor = ReferenceExecutor(network, seed: seed)
        let image = ReferenceExecutor.randomImage(for: network, seed: seed)
        return executor.mistakes(
            of: try MemoryPlan(network, options: options), image: image, expected: executor.values(of: image))
    }

    /// Every row that the plan writes in its poisoned arena is the unplanned network's, bit for bit.
    func testPlansComputeWhatTheNetworkComputes() throws {
        for name in [
            "mobilenet_v2-skip-1222121", "mobilenet_v2-nlp_headfix2-1222121", "mobilenet-gaussian_pool-1222121",
            "mobilenetv3_small-lip-22121111211", "resnet18-nlp_nowin-1222", "resnet18_v2-maxp-1222",
            "mobilenet-v2(pool=self-attentive(patch=2, restoration=subpixel))",
            "plain-cnn(pool=self-attentive(restoration=bilinear, patch=2))",
        ] {
            let network = try Network(notation: name, input: [3, 48, 40], classes: 10)
            for options in PlanCheckerTests.options {
                XCTAssertEqual(try mistakes(network, options), [], "\(name), \(options)")
            }
        }
    }

    func testTinyNetworks() throws {
        for network in [
            try TinyNetworks.chain(), try TinyNetworks.residual(), try TinyNetworks.attention(),
            try TinyNetworks.gaussian(.position),
        ] {
            for options in PlanCheckerTests.options {
                for seed in 1...5 as ClosedRange<UInt64> {
                    XCTAssertEqual(try mistakes(network, options, seed: seed), [])
                }
            }
        }
    }

    /// A 1×1 convolution's arithmetic by hand: one pixel, one channel, a chain of known numbers.
    func testMeansAndMaximaByHand() throws {
        let builder = NetworkBuilder("hand")
        let image = try builder.input([1, 2, 2])
        let mean = try builder.add(.globalAveragePool(GlobalAveragePool()), [image], name: "mean")
        let largest = try builder.add(.maxPool(MaxPool(kernel: 2, stride: 2)), [image], name: "largest")
        let average = try builder.add(
            .averagePool(AveragePool(kernel: 2, stride: 1, padding: 1)), [image], name: "average")
        let deviation = try builder.add(
            .localDeviation(LocalDeviation(kernel: 2, stride: 2)), [image], name: "deviation")
        let network = try builder.network(outputs: [mean, largest, average, deviation])
        let values = ReferenceExecutor(network).values(of: [1, 2, -3, 10])
        XCTAssertEqual(values[mean.index], [3], "10 / 4, halves away from zero")
        XCTAssertEqual(values[largest.index], [10])
        XCTAssertEqual(values[average.index], [0, 1, 1, -1, 3, 3, -1, 2, 3])
        // Sum of squares 114, sum 10: √(4·114 − 100) / 4 = √356 / 4 = 18 / 4.
        XCTAssertEqual(values[deviation.index], [4])
    }

    func testFindsABrokenPlan() throws {
        let network = try Network(notation: "mobilenet_v2-skip-1222121", input: [3, 48, 48], classes: 10)
        let executor = ReferenceExecutor(network)
        let image = ReferenceExecutor.randomImage(for: network, seed: 2)
        let expected = executor.values(of: image)
        let plan = try MemoryPlan(network, options: PlanOptions(pushesRows: true))
        let lines = plan.buffers.indices.filter { plan.buffers[$0].role == .lines && plan.buffers[$0].rows > 1 }
        XCTAssertFalse(lines.isEmpty)
        for index in lines {
            var broken = plan
            let buffer = plan.buffers[index]
            broken.buffers[index] = Buffer(
                name: buffer.name, role: .lines, bytes: buffer.bytes - buffer.rowBytes, rows: buffer.rows - 1,
                first: buffer.first, last: buffer.last, offset: buffer.offset)
            XCTAssertNotEqual(
                executor.mistakes(of: broken, image: image, expected: expected), [], "\(buffer.name) with a row less")
            XCTAssertNotEqual(PlanChecker.problems(in: broken, of: network), [], "\(buffer.name) with a row less")
        }
        // An input that is still needed may not lie where the output starts.
        let sharing = try XCTUnwrap(
            plan.sharings.first { plan.buffers[$0.lower].offset < plan.buffers[$0.upper].offset })
        var broken = plan
        broken.buffers[sharing.upper].offset = plan.buffers[sharing.lower].offset
        XCTAssertNotEqual(PlanChecker.problems(in: broken, of: network), [])
        XCTAssertNotEqual(executor.mistakes(of: broken, image: image, expected: expected), [])
    }
}
