import Execution
import Networks
import Torch
import XCTest

/// Poolings with a glance whose answers a reader can check, and their gradients.
final class GlanceByHandTests: XCTestCase {
    private func layer(_ notation: String, _ shape: Shape, kernel: Int = 2) throws -> Model {
        let builder = NetworkBuilder("layer")
        let method = try XCTUnwrap(PoolingNotation.method(notation))
        let output = try builder.pool(builder.input(shape), with: method, kernel: kernel, name: "pool")
        return try Model(builder.network(output: output), seed: 1, type: .float64)
    }

    private func distance(_ a: Tensor, _ b: Tensor) throws -> Double { try (a - b).absolute().maximum().item() }

    private func set(_ model: Model, _ name: String, _ values: [Double]) throws {
        try Torch.withoutGradients {
            let tensor = try model.parameters.tensor(name)
            try tensor.copy(from: Tensor(values, shape: tensor.shape))
        }
    }

    private func fill(_ model: Model, _ name: String, _ value: Double) throws {
        try Torch.withoutGradients { try model.parameters.tensor(name).fill(value) }
    }

    /// A new layer says nothing yet: it is BlurPool, or whatever it is built on, in training too.
    func testStartsFromItsBase() throws {
        let x = try Tensor.normal([3, 4, 8, 8], type: .float64)
        for (options, base) in [
            ("", "blur"), (", base=average", "average"), (", base=blur(filter=3)", "blur(filter=3)"),
        ] {
            let (model, expected) = (try layer("glance(patch=4\(options))", [4, 8, 8]), try layer(base, [4, 8, 8])(x))
            for training in [false, true] {
                XCTAssertLessThan(try distance(model(x, training: training), expected), 1e-12, base)
            }
        }
    }

    /// So is an attended pooling where it is new, and where its maps are too large to be attended to.
    func testAttendedPoolingStartsFromItsBase() throws {
        let x = try Tensor.normal([3, 4, 8, 8], type: .float64)
        for (options, base) in [("", "blur"), ("base=average", "average"), ("base=average, largest=3", "average")] {
            let model = try layer("attended(\(options))", [4, 8, 8])
            for training in [false, true] {
                XCTAssertLessThan(
                    try distance(model(x, training: training), layer(base, [4, 8, 8])(x)), 1e-12, options)
            }
            XCTAssertEqual(model.parameters.trainable.isEmpty, options.contains("largest"), options)
        }
    }

    /// One window 0 2 4 10 of mean 4, whose one token (4, 0) can only look at itself: half of it and 3 are added. In
    /// attention values are halved again, and projected to three times as much: 4 + 2 + 3, and 4 + 3 + 3.
    func testAttendedPoolingByHand() throws {
        for (attention, expected) in [("attend=no", 9.0), ("heads=1", 10.0)] {
            let model = try layer("attended(base=average, channels=2, position=none, \(attention))", [1, 2, 2])
            // Batch normalisation divides by √(1 + 10⁻⁵).
            try set(model, "pool.embed.0.weight", [(1 + 1e-5).squareRoot(), 0])
            if attention == "heads=1" {
                try set(model, "pool.attention.in_proj_weight", [1, 2, 3, 4, 5, 6, 7, 8, 0.5, 0, 0, 0])
                try set(model, "pool.attention.out_proj.weight", [3, 0, 0, 0])
            }
            try set(model, "pool.restore.weight", [0.5, 7])
            try set(model, "pool.restore.bias", [3])
            let y = try model(Tensor([0, 2, 4, 10] as [Double], shape: [1, 1, 2, 2])).item()
            XCTAssertEqual(y, expected, accuracy: 1e-12, attention)
        }
    }

    /// Where no pixel stands out, weights are all alike: the average of the map, or of its neighbourhoods' maxima.
    func testEqualLogitsAreTheAverage() throws {
        let x = try Tensor.normal([3, 4, 8, 8], type: .float64)
        let average = try layer("average", [4, 8, 8])
        let largest = try x.maxPool(kernel: [3, 3], stride: [1, 1], padding: [1, 1])
        for (maximum, pooled) in [(0, x), (3, largest)] {
            for values in ["yes", "no"] {
                let model = try layer("glance(patch=4, weights=yes, values=\(values), maximum=\(maximum))", [4, 8, 8])
                XCTAssertGreaterThan(try distance(model(x), average(pooled)), 1e-3, "as it is new")
                try fill(model, "pool.weight.local.0.weight", 0)
                XCTAssertLessThan(try distance(model(x), average(pooled)), 1e-12)
            }
        }
    }

    /// One window 0 2 4 10 of mean 4; of one token (1, 0) a gain of 1 + ½ and a shift of 3.
    func testValuesByHand() throws {
        let model = try layer(
            "glance(patch=2, channels=2, layers=0, position=none, base=average)", [1, 2, 2])
        try fill(model, "glance.embed.0.weight", 0)
        try set(model, "glance.embed.1.bias", [1, -1])
        try set(model, "pool.value.gain.0.weight", [0.5, 7])
        try set(model, "pool.value.shift.0.weight", [2, 7])
        try set(model, "pool.value.shift.0.bias", [1])
        let y = try model(Tensor([0, 2, 4, 10] as [Double], shape: [1, 1, 2, 2])).item()
        XCTAssertEqual(y, 4 * 1.5 + 3, accuracy: 1e-12)
    }

    /// One window ln 2, 0, 0, 0, whose logits are the pixels: weights 2 1 1 1. A global part of 1 that multiplies
    /// makes 4 1 1 1 of them; one that is added makes 2e e e e, which is 2 1 1 1 again.
    func testWhatIsAddedCancelsAndWhatMultipliesDoesNot() throws {
        let ln2 = 0.693147180559945309
        let plain = "patch=2, channels=2, layers=0, position=none, weights=yes, values=no, maximum=0"
        for (combine, weight) in [("multiply", 4.0), ("add", 2.0)] {
            let model = try layer(
                "glance(\(plain), local=1, weighting=exp, temperature=1, combine=\(combine))", [1, 2, 2])
            // Batch normalisation divides by √(1 + 10⁻⁵).
            try set(model, "pool.weight.local.0.weight", [(1 + 1e-5).squareRoot()])
            let x = try Tensor([ln2, 0, 0, 0], shape: [1, 1, 2, 2])
            XCTAssertEqual(try model(x).item(), 2 * ln2 / 5, accuracy: 1e-12)
            try set(model, "pool.weight.global.0.bias", [1])
            XCTAssertEqual(try model(x).item(), weight * ln2 / (weight + 3), accuracy: 1e-12, combine)
        }
    }

    /// The same of a whole image, whose tokens differ: what is the same within a window cancels where it is added.
    func testOneTokenForTheImageCancelsWhereItIsAdded() throws {
        let x = try Tensor.normal([2, 4, 8, 8], type: .float64)
        for (combine, cancels) in [("add", true), ("multiply", false)] {
            let model = try layer(
                "glance(patch=4, context=mean, weights=yes, values=no, weighting=exp, temperature=1, "
                    + "combine=\(combine))",
                [4, 8, 8])
            let before = try model(x)
            try Torch.withoutGradients {
                try model.parameters.tensor("pool.weight.global.0.weight").copy(
                    from: Tensor.normal([4, 32, 1, 1], type: .float64))
            }
            let moved = try distance(model(x), before)
            if cancels { XCTAssertLessThan(moved, 1e-12) } else { XCTAssertGreaterThan(moved, 1e-3) }
        }
    }

    /// A patch tells of itself without attention, and of all with it.
    func testTokensLookAtEachOther() throws {
        let x = try Tensor.normal([1, 3, 8, 8], type: .float64)
        let y = try x.cloned()
        try y.sliced(2, 0..<4).sliced(3, 0..<4).fill(2)
        for (options, reaches) in [("attend=no", false), ("layers=0", false), ("layers=1", true)] {
            let builder = NetworkBuilder("layer")
            let method = try XCTUnwrap(PoolingNotation.method("glance(patch=4, channels=8, \(options))"))
            let pooled = try builder.pool(builder.input([3, 8, 8]), with: method, kernel: 2, name: "pool")
            let network = try builder.network(output: pooled)
            let tokens = try XCTUnwrap(network.nodes.last { $0.name.hasPrefix("glance.") })
            let model = try Model(network.showing([tokens.id]), seed: 3, type: .float64)
            let last: (Tensor) throws -> Tensor = { try model($0).sliced(2, 1..<2).sliced(3, 1..<2) }
            let moved = try distance(last(x), last(y))
            if reaches { XCTAssertGreaterThan(moved, 1e-6) } else { XCTAssertEqual(moved, 0, options) }
        }
    }

    /// Every parameter's gradient and the input's against central differences, in training, where batch normalisation
    /// couples the images.
    func testGradientsAgainstFiniteDifferences() throws {
        for options in ["", ", weights=yes", ", weights=yes, combine=add, context=query", ", context=mean, attend=no"] {
            let model = try layer("glance(patch=2, channels=4\(options))", [2, 6, 6])
            Torch.seed(7)
            try Torch.withoutGradients {
                // Away from 0, where what stands in front of them would have no gradient.
                for (specification, tensor) in model.parameters.trainable {
                    try tensor.add(Tensor.normal(specification.shape, type: .float64), scale: 0.2)
                }
            }
            let x = try Tensor.normal([3, 2, 6, 6], type: .float64)
            let r = try Tensor.normal([3, 2, 3, 3], type: .float64)
            func loss() throws -> Tensor { try (model(x, training: true) * r).sum() }
            try x.requireGradient()
            try loss().backward()
            var leaves = [("input", x)]
            for (specification, tensor) in model.parameters.trainable { leaves.append((specification.name, tensor)) }
            for (name, leaf) in leaves {
                let gradient: [Double] = try XCTUnwrap(leaf.gradient, name).array()
                let values: [Double] = try Torch.withoutGradients { try leaf.array() }
                // The steepest element: positions of grids that are not there have none.
                let index = try XCTUnwrap(gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) })
                let step = 1e-6
                func shifted(_ by: Double) throws -> Double {
                    var moved = values
                    moved[index] += by
                    return try Torch.withoutGradients {
                        try leaf.copy(from: Tensor(moved, shape: leaf.shape))
                        defer { try? leaf.copy(from: Tensor(values, shape: leaf.shape)) }
                        return try loss().item()
                    }
                }
                let difference = (try shifted(step) - shifted(-step)) / (2 * step)
                XCTAssertEqual(
                    difference, gradient[index], accuracy: 1e-5 * max(1, abs(difference)), "\(options) \(name)")
                XCTAssertGreaterThan(abs(gradient[index]), 1e-7, "\(options) \(name): nothing is compared")
            }
        }
    }
}
