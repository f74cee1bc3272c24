import Foundation
import Networks

/// A `.tflite` model as a network of ours, with its weights.
///
/// Operators become operations; what only shows numbers under other axes is gone, margins in front of a window are part of it, and the
/// conversions at the ends are told by `interface`. int8 models keep all that their numbers say in `integers`.
package struct TFLiteImport: Sendable {
    package let network: Network
    /// Weights in real numbers, under the network's names.
    package let weights: [(name: String, tensor: TensorData)]
    package let interface: ModelInterface
    /// Nil where the network computes in real numbers, and where the int8 model of this project's is known itself.
    package let integers: ImportedIntegers?
    /// How often each operator stands in the model.
    package let operators: [String: Int]
    /// Operators that are no operation of the network, by name.
    package let folded: [String: Int]
    /// What a user should know.
    package let remarks: [String]

    /// Reads a model's file.
    ///
    /// - Parameter asReals: makes a network of real numbers of an int8 model too.
    /// - Throws: `InterchangeError` that names the path, and all that has no counterpart.
    package init(contentsOf path: String, asReals: Bool = false) throws {
        try self.init(TFLiteModel(contentsOf: path), file: path, asReals: asReals)
    }

    /// Takes over a model that was read from a file.
    ///
    /// - Parameters:
    ///   - path: the file's.
    ///   - asReals: makes a network of real numbers of an int8 model too.
    /// - Throws: `InterchangeError` that names the path, and all that has no counterpart.
    package init(_ model: TFLiteModel, file path: String, asReals: Bool = false) throws {
        let file = URL(fileURLWithPath: path)
        try self.init(
            model, name: path, title: file.deletingPathExtension().lastPathComponent, source: file.lastPathComponent,
            asReals: asReals)
    }

    /// Takes over a model that was read.
    ///
    /// - Parameters:
    ///   - name: what to call it in error messages.
    ///   - title: the network's name.
    ///   - source: the name of the file that it comes from.
    package init(
        _ stated: TFLiteModel, name: String, title: String = "model", source: String = "", asReals: Bool = false
    ) throws {
        do {
            let model = stated.foldingConstants()
            try model.checkOperators(named: name)
            let form = asReals ? TFLiteForm.reals : try TFLiteForm(model)
            let isInteger = form == .integers
            let length = stated.tensors.reduce(0) { $0 + ($1.data?.count ?? 0) } + 64 * stated.tensors.count
            let writer = TFLiteNetworkWriter(
                model, isInteger: isInteger, name: Self.title(title), fileLength: length)
            try writer.write()
            let (outputs, ports) = try Self.outputs(writer)
            network = try writer.builder.network(outputs: outputs)
            weights = writer.weights
            interface = ModelInterface(
                source: String(source.prefix(255)), input: try Self.input(writer), outputs: ports,
                classes: stated.annotations.labels[0] ?? [], normalization: Self.pixels(stated, network))
            integers = isInteger ? writer.integers : nil
            operators = stated.operators.reduce(into: [:]) { $0[$1.kind.name, default: 0] += 1 }
            folded = writer.folded.filter { $0.value > 0 }
            remarks =
                form == .oldIntegers
                ? ["its numbers are uint8, the form of before 2019: it becomes a network of real numbers"] : []
        } catch let problem as FileProblem {
            throw problem.error(name: name, kind: "TensorFlow Lite model")
        } catch let problem as UnsupportedProblem {
            throw problem.error(name: name)
        } catch let refusal as TFLiteRefusal {
            throw UnsupportedProblem("\(refusal.what) has no counterpart").error(name: name)
        } catch let error as NetworkError {
            throw InterchangeError("\(name): \(error)")
        }
    }

    /// Takes over a model of this project's own, whose network and weights are known (`QuantizedModel.init(own:)`).
    ///
    /// - Parameters:
    ///   - source: the name of the file that it comes from.
    ///   - weights: in real numbers, under the network's names.
    /// - Throws: `InterchangeError` where the file's tensors are none that sapool writes.
    package init(
        own network: Network, weights: [(name: String, tensor: TensorData)], of model: TFLiteModel, source: String
    ) throws {
        func port(_ index: Int) throws -> ModelInterface.Port {
            let tensor = model.tensors[index]
            guard tensor.type == .int8, let stated = tensor.imported else {
                throw InterchangeError("\(source): \(model.place(ofTensor: index)) is no int8 of one scale")
            }
            return ModelInterface.Port(
                name: tensor.name, shape: tensor.shape, type: .int8, axes: MapAxis.memory, scale: stated.scale,
                zeroPoint: stated.zeroPoint)
        }
        guard model.inputs.count == 1 else { throw InterchangeError("\(source): it takes more than one image") }
        (self.network, self.weights) = (network, weights)
        interface = ModelInterface(
            source: String(source.prefix(255)), input: try port(model.inputs[0]), outputs: try model.outputs.map(port),
            classes: model.annotations.labels[0] ?? [], normalization: Self.pixels(model, network))
        integers = nil
        operators = model.operators.reduce(into: [:]) { $0[$1.kind.name, default: 0] += 1 }
        (folded, remarks) = ([:], [])
    }

    private static func title(_ title: String) -> String {
        let kept = title.unicodeScalars.prefix(200).map { $0.isUnseen ? "_" : Character($0) }
        return kept.isEmpty ? "model" : String(kept)
    }

    private static func input(_ writer: TFLiteNetworkWriter) throws -> ModelInterface.Port {
        guard let index = writer.model.inputs.first, let value = writer.values[index] else {
            throw FileProblem("it has no input")
        }
        return try port(writer, index, value, writer.isInteger ? writer.integers.values["input"] : nil)
    }

    private static func outputs(
        _ writer: TFLiteNetworkWriter
    ) throws -> (nodes: [Node.ID], ports: [ModelInterface.Port]) {
        guard !writer.model.outputs.isEmpty else { throw FileProblem("it has no output") }
        var (nodes, ports): ([Node.ID], [ModelInterface.Port]) = ([], [])
        for index in writer.model.outputs {
            guard var value = writer.values[index], value.padding == (0, 0) else {
                throw UnsupportedProblem(
                    "its output \(writer.model.place(ofTensor: index)) is a constant, which no network computes")
            }
            guard value.node.index > 0 else {
                throw UnsupportedProblem(
                    "its output \(writer.model.place(ofTensor: index)) is its input: nothing is computed")
            }
            // What is a list of numbers there is one here.
            if value.shape.isMap, value.shape.size == 1, writer.model.tensors[index].shape.count <= 2 {
                value = try writer.vector(value)
            }
            nodes.append(value.node)
            ports.append(try port(writer, index, value, writer.isInteger ? value.quantization : nil))
        }
        return (nodes, ports)
    }

    /// - Parameter inner: what the network's int8 numbers stand for; nil where it computes in real numbers.
    private static func port(
        _ writer: TFLiteNetworkWriter, _ index: Int, _ value: ImportedValue, _ inner: ImportedQuantization?
    ) throws -> ModelInterface.Port {
        let tensor = writer.model.tensors[index]
        let element: ModelInterface.Element
        switch tensor.type {
        case .int8: element = .int8
        case .uint8: element = .uint8
        case .float32: element = .float32
        case .float16, .int32, .int64, .string, .bool, .int16, .complex64, .float64, .complex128, .uint64, .resource,
            .variant, .uint32, .uint16, .int4, .bfloat16, .int2, .uint4, .float8E4M3, .float8E5M2:
            throw UnsupportedProblem(
                "\(writer.model.place(ofTensor: index)) goes in or comes out as \(tensor.type.name): convert the model with ends of int8, uint8 or "
                    + "float32")
        }
        // What stands at the end of a float network in whole numbers is what the tensor says.
        let stated = element == .float32 ? inner : tensor.imported
        guard element == .float32 || stated != nil else {
            throw UnsupportedProblem("\(writer.model.place(ofTensor: index)) has no scale")
        }
        return ModelInterface.Port(
            name: tensor.name, shape: tensor.shape, type: element, axes: value.order, scale: stated?.scale,
            zeroPoint: stated.map { $0.zeroPoint + (element == .uint8 ? 128 : 0) })
    }

    /// What the model's maker says was done to pixels of 0 … 255: (x − mean) / deviation.
    private static func pixels(_ model: TFLiteModel, _ network: Network) -> ModelInterface.Pixels? {
        guard let stated = model.annotations.normalizations[0] else { return nil }
        let channels = network.inputShape.channels
        func each(_ values: [Float]) -> [Float]? {
            let all = values.count == 1 ? [Float](repeating: values[0], count: channels) : values
            return all.count == channels ? all.map { $0 / 255 } : nil
        }
        guard let mean = each(stated.mean), let deviation = each(stated.deviation) else { return nil }
        return ModelInterface.Pixels(mean: mean, deviation: deviation)
    }
}
