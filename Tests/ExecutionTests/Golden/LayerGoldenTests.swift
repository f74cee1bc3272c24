import Execution
import Interchange
import Networks
import Torch
import XCTest

/// One pooling layer each, against the reference implementation, in float32: 1e-4 absolute + 1e-3 relative.
final class LayerGoldenTests: XCTestCase {
    private struct Entry: Decodable {
        let name: String
        let pool: String
        let channels: Int
        let kernel: Int
        let stride: Int
        let patch: Int?
        let embed_ratio: Double?
        let heads: Int?
        let window_normalised: Bool?
        let ablation: String?
        let stochasticity: String?
        let padding: Int?
        let input_shape: [Int]

        func method() throws -> any PoolingMethod {
            switch pool {
            case "self_attentive":
                var pooling = SelfAttentivePooling(
                    patch: patch ?? 1, ratio: embed_ratio ?? 1, heads: heads ?? 2,
                    isWindowNormalised: window_normalised ?? true, allowsDegenerate: true)
                switch ablation {
                case nil, "none": break
                case "no_exp": pooling.weighting = .sigmoid
                case "no_sigmoid": pooling.weighting = .exponential
                case "no_position": pooling.position = .none
                case "no_bn1": pooling.normalisesEmbedding = false
                case "no_bn2": pooling.normalisesRestoration = false
                case .some(let other): throw ExecutionError("\(name): unknown ablation \(other)")
                }
                return pooling
            case "lip": return LocalImportancePooling()
            case "attention": return AttentionPooling(heads: heads ?? 2, ratio: embed_ratio ?? 1)
            case "gaussian":
                guard let noise = GaussianPooling.Noise(rawValue: (stochasticity ?? "hwcn").lowercased()) else {
                    throw ExecutionError("\(name): unknown noise")
                }
                return GaussianPooling(noise: noise)
            case "max": return MaxPooling()
            case "average", "avg": return AveragePooling()
            default: throw ExecutionError("\(name): unknown pooling \(pool)")
            }
        }
    }

    func testEveryLayerGivesTheReferencesNumbers() throws {
        let folder = try ParityFolder()
        let entries = try folder.list("layers.json", of: Entry.self)
        XCTAssertFalse(entries.isEmpty)
        for entry in entries { try check(entry, folder.tensors("layers/\(entry.name).safetensors")) }
        print("golden: \(entries.count) layers")
    }

    private func check(_ entry: Entry, _ golden: Safetensors) throws {
        let builder = NetworkBuilder(entry.name)
        let input = try builder.input(Shape(Array(entry.input_shape.dropFirst())))
        let window = Window(
            kernel: Size(entry.kernel), stride: Size(entry.stride), padding: Size(entry.padding ?? 0))
        let network = try builder.network(output: entry.method().build(input, window: window, in: builder))

        // Names and shapes.
        let state = golden.tensors.filter { $0.name.hasPrefix("state.") }
        let expected = Dictionary(uniqueKeysWithValues: state.map { (String($0.name.dropFirst(6)), $0.tensor.shape) })
        let specified = Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.shape) })
        XCTAssertEqual(specified, expected, entry.name)

        // The reference ran in the default layout, in which libtorch's batch normalisation sums in double precision; the tolerance is
        // just above its rounding. `MemoryFormatTests` holds the other layout against double precision.
        let model = Model(network, parameters: try Parameters(of: network, seed: 0, format: .contiguous))
        try model.parameters.load(
            Safetensors(state.map { (name: String($0.name.dropFirst(6)), tensor: $0.tensor) }), from: entry.name)
        func tensor(_ name: String) throws -> TensorData { try XCTUnwrap(golden[name], "\(entry.name): no \(name)") }

        let x = try Tensor(tensor("input"))
        let evaluated = try Torch.withoutGradients { try model(x) }
        try assertClose(evaluated, tensor("output.eval"), "\(entry.name) output.eval")

        try x.requireGradient()
        let trained = try model(x, training: true)
        try assertClose(trained, tensor("output.train"), "\(entry.name) output.train")
        try trained.backward(gradient: Tensor(tensor("grad_output")))

        for (name, data) in golden.tensors {
            if name.hasPrefix("grad.") {
                let leaf = name == "grad.input" ? x : try model.parameters.tensor(String(name.dropFirst(5)))
                // A gradient that is zero in exact arithmetic may be left out.
                let gradient = try leaf.gradient ?? Tensor.zeros(data.shape)
                try assertClose(gradient, data, "\(entry.name) \(name)")
            } else if name.hasPrefix("after.") {
                try assertClose(model.parameters.tensor(String(name.dropFirst(6))), data, "\(entry.name) \(name)")
            }
        }
    }

    private func assertClose(_ tensor: Tensor, _ golden: TensorData, _ what: String) throws {
        XCTAssertEqual(tensor.shape, golden.shape, what)
        let (actual, expected) = (try tensor.array(of: Double.self), golden.doubles())
        guard actual.count == expected.count else { return }
        let worst = zip(actual, expected).map { abs($0 - $1) - 1e-3 * abs($1) }.max() ?? 0
        XCTAssertLessThanOrEqual(worst, 1e-4, what)
        XCTAssertFalse(actual.contains { !$0.isFinite }, what)
    }
}
