import Lowering
import Networks
import PlanChecks
import Planning
import XCTest

final class ReferenceExecutorTests: XCTestCase {
    private func mistakes(_ network: Network, _ options: PlanOptions, seed: UInt64 = 1) throws -> [String] {
        let executor = try ReferenceExecutor(DeviceGraph(network), seed: seed)
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

    /// Every pooling method, on an image of odd sides, alone behind a convolution.
    func testEveryPoolingMethodsPlan() throws {
        for pool in PoolingNotation.names where pool != "strided" {
            for options in PlanCheckerTests.options {
                let network = try Network(
                    notation: "plain-cnn(channels=4-8, strides=2-2, pool=\(pool))", input: [2, 25, 19], classes: 3)
                XCTAssertEqual(try mistakes(network, options), [], "\(pool), \(options)")
                let plan = try MemoryPlan(network, options: options)
                XCTAssertEqual(PlanChecker.problems(in: plan), [], "\(pool), \(options)")
            }
        }
        for network in [
            "plain-cnn(channels=8-8, strides=2-2, head=attention(heads=2), pool=dpp(form=full, details=asymmetric))",
            "plain-cnn(channels=4-8, strides=2-2, pool=wavelet(bands=all))",
            "plain-cnn(channels=4-8, strides=3-2, pool=space-to-depth(kernel=3))",
            "plain-cnn(channels=4-8, strides=2-2, pool=lip(logits=bottleneck))",
            "plain-cnn(channels=4-8, strides=3-2, pool=blur(form=conv, filter=7), pool.2=mixed(share=channel))",
            "plain-cnn(channels=4-8, strides=2-2, pool=tree(levels=3), pool.2=rnn(line-states=3, window-states=3))",
            "plain-cnn(channels=4-8, strides=2-2, pool=self-attentive(patch=1-2, restoration=bilinear, local=3, norm=instance))",
            "plain-cnn(channels=4-8, strides=2-2, pool=self-attentive(attention-share=learned(start=0.5), zero-logits=yes, overlap=1, maximum=3, residual=yes))",
        ] {
            let network = try Network(notation: network, input: [2, 25, 19], classes: 3)
            for options in PlanCheckerTests.options {
                XCTAssertEqual(try mistakes(network, options), [], "\(network.name), \(options)")
                let plan = try MemoryPlan(network, options: options)
                XCTAssertEqual(PlanChecker.problems(in: plan), [], "\(network.name), \(options)")
            }
        }
    }

    /// Made-up int8 arithmetic of new kernels on four pixels.
    func testFilteredAndComparedByHand() throws {
        let builder = NetworkBuilder("hand")
        let image = try builder.input([1, 2, 2])
        let sums = FixedFilter(rows: [[1, 1]], columns: [[1, 1]], stride: 2)
        let low = try builder.add(.fixedFilter(sums), [image], name: "low")
        let power = try builder.add(
            .powerPool(
                PowerPool(
                    window: Window(kernel: 2, stride: 2), exponent: 2, isLearned: false, takesAbsolute: true)), [image],
            name: "power")
        let mean = try builder.add(.averagePool(AveragePool(kernel: 2, stride: 2)), [image], name: "mean")
        let details = ComparisonPool(channels: 1, window: Window(kernel: 2, stride: 2), weighting: .dice)
        let compared = try builder.add(.comparisonPool(details), [image, mean], name: "compared")
        let network = try builder.network(outputs: [low, power, compared])
        let values = try ReferenceExecutor(DeviceGraph(network)).values(of: [1, 2, -3, 10])
        XCTAssertEqual(values[low.index], [10], "127 · 10 / 128, to the nearest")
        XCTAssertEqual(values[power.index], [5], "⌊√⌊114 / 4⌋⌋")
        // Mean 3: weights 3, 2, 7, 8 of 1, 2, −3, 10 are 66 / 20.
        XCTAssertEqual(values[compared.index], [3])
    }

    /// Whatever a plan lays over what, every row of it is the network's.
    func testRandomNetworks() throws {
        var random = TestGenerator(seed: 9)
        for round in 0..<1000 {
            let network = try RandomNetworks.next(&random)
            let options = PlanCheckerTests.options[round % PlanCheckerTests.options.count]
            XCTAssertEqual(try mistakes(network, options, seed: UInt64(round)), [], "round \(round), \(options)")
        }
    }

    /// What moves channels and lines, on two channels of two pixels: 1, −2 and 3, 4.
    func testMovedAndSharedByHand() throws {
        let builder = NetworkBuilder("hand")
        let image = try builder.input([2, 1, 2])
        let first = try builder.slice(image, from: 0, count: 1, name: "first")
        let joined = try builder.concatenate([image, first], name: "joined")
        let padded = try builder.add(
            .pad(Pad(before: Size(1, 0), after: Size(0, 1), value: -0.25)), [first], name: "padded")
        let near = try builder.add(.upsampleNearest(UpsampleNearest(size: Size(1, 5))), [first], name: "near")
        let centred = try builder.add(
            .upsampleNearest(UpsampleNearest(size: Size(1, 5), alignment: .centers)), [first], name: "centred")
        let corners = try builder.add(
            .upsampleNearest(UpsampleNearest(size: Size(1, 4), alignment: .corners)), [first], name: "corners")
        let largest = try builder.add(.globalMaxPool(GlobalMaxPool()), [image], name: "largest")
        let difference = try builder.subtract(image, largest, name: "difference")
        let leaky = try builder.leakyReLU(image, slope: 0.5, name: "leaky")
        let shares = try builder.softmax(image, name: "shares")
        let network = try builder.network(
            outputs: [joined, padded, near, centred, corners, difference, leaky, shares])
        let values = try ReferenceExecutor(DeviceGraph(network)).values(of: [1, -2, 3, 4])
        XCTAssertEqual(values[joined.index], [1, -2, 1, 3, 4, 3])
        XCTAssertEqual(values[padded.index], [-8, -8, -8, 1, 3, -8])
        XCTAssertEqual(values[near.index], [1, 1, 1, 3, 3])
        XCTAssertEqual(values[centred.index], [1, 1, 3, 3, 3])
        XCTAssertEqual(values[corners.index], [1, 1, 3, 3])
        XCTAssertEqual(values[largest.index], [3, 4])
        // (3a − 2b + 2) / 4, rounded down: −1 / 4, −12 / 4, 5 / 4, 6 / 4.
        XCTAssertEqual(values[difference.index], [-1, -3, 1, 1])
        XCTAssertEqual(values[leaky.index], [1, -1, 3, 4])
        // 255 and 211 of 466, 240 and 255 of 495: shares of 255 are 140 and 115, 124 and 131.
        XCTAssertEqual(values[shares.index], [12, -13, -4, 3])
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
        let values = try ReferenceExecutor(DeviceGraph(network)).values(of: [1, 2, -3, 10])
        XCTAssertEqual(values[mean.index], [3], "10 / 4, halves away from zero")
        XCTAssertEqual(values[largest.index], [10])
        XCTAssertEqual(values[average.index], [0, 1, 1, -1, 3, 3, -1, 2, 3])
        // Sum of squares 114, sum 10: √(4·114 − 100) / 4 = √356 / 4 = 18 / 4.
        XCTAssertEqual(values[deviation.index], [4])
    }

    func testFindsABrokenPlan() throws {
        let network = try Network(notation: "mobilenet_v2-skip-1222121", input: [3, 48, 48], classes: 10)
        let executor = try ReferenceExecutor(DeviceGraph(network))
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
            XCTAssertNotEqual(PlanChecker.problems(in: broken), [], "\(buffer.name) with a row less")
        }
        // An input that is still needed may not lie where the output starts.
        let sharing = try XCTUnwrap(
            plan.sharings.first { plan.buffers[$0.lower].offset < plan.buffers[$0.upper].offset })
        var broken = plan
        broken.buffers[sharing.upper].offset = plan.buffers[sharing.lower].offset
        XCTAssertNotEqual(PlanChecker.problems(in: broken), [])
        XCTAssertNotEqual(executor.mistakes(of: broken, image: image, expected: expected), [])
    }
}
