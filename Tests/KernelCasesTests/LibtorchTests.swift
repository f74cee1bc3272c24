import Execution
import Interchange
import KernelCases
import Networks
import Planning
import Quantization
import Torch
import XCTest

/// The cases on libtorch: the int8 model's numbers as real numbers, computed in double precision and rounded once, a step at a time, are the
/// host's int8 within what its kernel may be off.
final class LibtorchTests: XCTestCase {
    /// Cases of which this is not so, each with its reason.
    private static let exceptions: [String: String] = [
        "attention": attention, "attention_odd_depth": attention, "attention_one_token": attention,
    ]
    private static let attention =
        "its queries, keys and values are int8 inside, and end at int8's ends: AttentionBoundTests has the kernel's bound"

    /// How many steps of its output a kernel's int8 may be off the rounded real number: none where it moves bytes or compares them.
    private static func bound(_ kernel: KernelName) -> Int {
        switch kernel {
        case .pixels, .maxPool, .globalMax, .shuffle, .upsampleNearest, .slice, .pad: 0
        case .convolution, .depthwise, .mirroredFilter, .linear, .linearOnce, .lookUp, .add, .subtract, .multiply,
            .scaleChannels,
            .shiftChannels,
            .addPosition, .averagePool, .globalAverage, .deviation, .poolNormalised, .poolWeighted, .upsample, .resize,
            .rectify, .softmax, .concatenate, .attention:
            1
        }
    }

    func testInt8IsTheRealNumbersRounded() throws {
        for one in KernelCase.all where Self.exceptions[one.name] == nil {
            for arithmetic in one.arithmetics {
                let oracle = try Oracle(one.model(arithmetic: arithmetic))
                for image in CaseImage.allCases {
                    for step in try oracle.steps(image.pixels(one.input)) {
                        let bound = step.kernels.map(Self.bound).reduce(0, +)
                        let worst = zip(step.int8, step.real).map { abs(Int($0) - Int($1)) }.max() ?? 0
                        XCTAssertEqual(step.int8.count, step.real.count, "\(one.name): \(step.name)")
                        XCTAssertLessThanOrEqual(
                            worst, bound,
                            "steps of \(step.name), \(arithmetic), \(image): \(step.int8) for \(step.real)")
                    }
                }
            }
        }
    }

    func testExceptionsAreCases() {
        let names = Set(KernelCase.all.map(\.name))
        XCTAssertEqual(Self.exceptions.keys.filter { !names.contains($0) }, [])
    }
}

/// A model on libtorch, one step at a time: each reads what the host's kernels gave the steps before it.
private struct Oracle {
    struct Step {
        let name: String
        let kernels: [KernelName]
        let int8: [Int8]
        /// The real numbers, as int8.
        let real: [Int8]
    }

    private let model: QuantizedModel
    private let inspector: StepInspector
    private let network: Network
    /// By the name of the value that a step ends on: that value on libtorch, and the kernels that make it.
    private var shown: [String: (model: Model, node: Node, kernels: [KernelName])] = [:]

    init(_ model: QuantizedModel) throws {
        self.model = model
        network = model.network
        inspector = try StepInspector(model)
        let parameters = try Parameters(of: network, seed: 1, type: .float64)
        let real = try model.realParameters()
        for specification in parameters.specifications {
            let data = try XCTUnwrap(real[specification.name], specification.name)
            XCTAssertEqual(data.shape, specification.shape, specification.name)
            try parameters.tensor(specification.name).copy(from: Tensor(data))
        }
        // Of the inspector's steps.
        let plan = try MemoryPlan(network, options: .separateBuffers)
        for step in try KernelProgram(model, plan: plan).steps {
            guard let name = step.calls.last?.name, let node = network.nodes.first(where: { $0.name == name }) else {
                continue
            }
            shown[name] = (
                Model(network.showing([node.id]), parameters: parameters), node,
                step.calls.map { KernelName($0.kernel) }
            )
        }
    }

    func steps(_ pixels: [UInt8]) throws -> [Step] {
        let image = try tensor(pixels.map { Int8(Int($0) - 128) }, model.pixels.quantization, network.inputShape)
        var given: [String: Tensor] = [:]
        var steps: [Step] = []
        for value in inspector.values(pixels) {
            let one = try XCTUnwrap(shown[value.name], value.name)
            let output = try Torch.withoutGradients {
                try one.model.outputs(image, replacing: given)[0].array(of: Double.self)
            }
            let numbers = try XCTUnwrap(model.values[value.name], value.name)
            steps.append(
                Step(
                    name: value.name, kernels: one.kernels, int8: value.numbers,
                    real: Self.channelsLast(output, one.node.shape).map(numbers.number)))
            if value.name != network.input.name {
                given[value.name] = try tensor(value.numbers, numbers, one.node.shape)
            }
        }
        return steps
    }

    /// int8, NHWC, as the real numbers that they stand for.
    private func tensor(_ numbers: [Int8], _ quantization: AffineQuantization, _ shape: Shape) throws -> Tensor {
        let (area, channels) = (shape.size.area, shape.channels)
        let real = (0..<numbers.count).map { index in
            quantization.real(of: numbers[index % area * channels + index / area])
        }
        return try Tensor(real, shape: [1] + shape.dimensions)
    }

    private static func channelsLast(_ numbers: [Double], _ shape: Shape) -> [Double] {
        let (area, channels) = (shape.size.area, shape.channels)
        return numbers.indices.map { numbers[$0 % channels * area + $0 / channels] }
    }
}
