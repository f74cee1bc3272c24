import Foundation
import Networks

/// A network and its weights from an ONNX model.
///
/// A model of `ONNXExport` comes back as the network that it was. Any other is read operator by operator: convolutions, batch normalisation,
/// activations, poolings, sums, products, linear layers, what joins, cuts, pads and resizes, and what lies between them and the classifier.
/// Where QuantizeLinear and DequantizeLinear stand around them, its numbers stay int8, with the scales that it has.
public struct ONNXImport: Sendable {
    /// The architecture.
    public let network: Network
    /// Parameters and buffers under the network's names; counters are absent.
    public let weights: Safetensors
    /// What the model says of itself: texts by their names.
    public let properties: [String: String]

    /// What goes in and comes out, where that is another than the network's own values; nil where it is these.
    package let interface: ModelInterface?
    /// Of an int8 model (QDQ) what its whole numbers are; nil where the network computes in real numbers.
    package let integers: ImportedIntegers?

    /// Reads a model; constants may lie in files beside it.
    ///
    /// - Throws: `InterchangeError` that names the path, and all nodes that have no counterpart.
    public init(contentsOf path: String) throws { try self.init(ONNXFile(contentsOf: path)) }

    /// Reads a model that is already in memory.
    ///
    /// - Parameter name: what to call it in error messages.
    public init(bytes: [UInt8], name: String = "this data") throws {
        try self.init(ONNXFile(bytes: bytes, name: name))
    }

    /// Takes over a model that was decoded.
    ///
    /// - Parameter asReals: makes a network of real numbers of an int8 model too.
    package init(_ file: ONNXFile, asReals: Bool = false) throws {
        let (model, name) = (file.model, file.name)
        do {
            guard model.hasGraph, !model.graph.node.isEmpty else { throw FileProblem("it has no nodes") }
            // Functions may stand for operators of any name, also of standard ones.
            guard !model.unknownFields.has(25) else {
                throw UnsupportedProblem("it has functions of its own: export it with standard operators alone")
            }
            properties = file.properties
            if let own = Self.own(model, fileLength: file.length) {
                (network, weights) = own
                (interface, integers) = (nil, nil)
                return
            }
            guard model.graph.output.count <= Self.mostOutputs else {
                throw UnsupportedProblem(
                    "it has \(model.graph.output.count) outputs, and up to \(Self.mostOutputs) are read")
            }
            var reader = try ONNXGraphReader(
                reading: model.graph, name: name, operatorSet: Self.operatorSet(of: model), fileLength: file.length,
                external: file.external, asReals: asReals)
            (network, interface) = try reader.network(
                outputs: model.graph.output.map(\.name), source: file.source)
            weights = reader.weights
            integers = reader.isInteger ? reader.integers : nil
        } catch let problem as FileProblem {
            throw problem.error(name: name, kind: ONNXFile.kind)
        } catch let problem as UnsupportedProblem {
            throw problem.error(name: name)
        } catch let error as NetworkError {
            throw InterchangeError("\(name): \(error)")
        } catch let error as InterchangeError {
            throw InterchangeError("\(name): \(error)")
        }
    }

    private static let mostOutputs = 64

    /// Names of the classes that it says; nil where it says none.
    package var classes: [String]? { ONNXProperties(properties).classes }

    /// What it says pixels become; nil where it does not.
    package var pixels: ModelInterface.Pixels? {
        ONNXProperties(properties).pixels(channels: network.inputShape.channels)
    }

    /// The version of the standard's operators that a model says it uses.
    private static func operatorSet(of model: ONNXModelProto) throws -> Int {
        let versions = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map(\.version)
        guard let version = versions.first else {
            throw FileProblem("it does not say which version of ONNX's operators it uses (opset_import)")
        }
        guard versions.count == 1 else {
            throw FileProblem("it says more than once which version of ONNX's operators it uses (opset_import)")
        }
        // Operators of old versions meant other things: batch normalisation was in training mode where nothing else was said.
        guard version >= 7 else {
            throw UnsupportedProblem(
                "it uses version \(version) of ONNX's operators, and 7 and later are read: export it again with a later opset_version"
            )
        }
        return Int(version)
    }

    /// The network of a model that we have written, nil for any other.
    ///
    /// A tool may have changed the graph and kept its properties, so the network counts only if writing it again gives the same graph.
    private static func own(_ model: ONNXModelProto, fileLength: Int) -> (Network, Safetensors)? {
        guard let text = model.metadataProps.first(where: { $0.key == ONNXExport.networkKey })?.value,
            let network = try? Network(json: Data(text.utf8)), isInProportion(network, model, fileLength: fileLength)
        else { return nil }
        let constants = Dictionary(model.graph.initializer.map { ($0.name, $0) }) { first, _ in first }
        var weights = Safetensors()
        for node in network.nodes {
            for parameter in node.parameters where parameter.role != .counter {
                guard let tensor = tensor(parameter, of: node, constants) else { return nil }
                weights[parameter.name] = tensor
            }
        }
        guard let again = try? ONNXExport(network, weights: weights).model(), again.graph == model.graph else {
            return nil
        }
        return (network, weights)
    }

    /// Whether writing a network again takes no more memory than the model's size allows.
    ///
    /// A model of ours holds every number that its outputs depend on. What it does not hold (parameters without effect, learned positions
    /// outside the map) is little beside it; a few lines of JSON that ask for gigabytes are no model of ours.
    static func isInProportion(_ network: Network, _ model: ONNXModelProto, fileLength: Int) -> Bool {
        var (numbers, operators) = (0.0, 0.0)
        var dead = Set(network.nodes.map(\.name))
        for node in network.liveNodes {
            dead.remove(node.name)
            let bulk = node.operation.onnx.bulk(node, node.inputs.first.map { network[$0].shape } ?? node.shape)
            numbers += bulk.numbers
            operators += bulk.operators
        }
        for node in network.nodes where dead.contains(node.name) {
            numbers += node.parameters.reduce(0) { $0 + Double($1.count) }
        }
        return numbers <= Double(fileLength + (1 << 20)) && operators <= Double(model.graph.node.count)
    }

    private static func tensor(
        _ parameter: ParameterSpecification, of node: Node, _ constants: [String: ONNXTensorProto]
    ) -> TensorData? {
        if let constant = constants[parameter.name] { return try? TensorData(constant) }
        let name = parameter.name.dropFirst(node.name.count).drop { $0 == "." }
        let values: [Float]
        switch node.operation.onnx.restored(String(name), from: ONNXParts(node: node, constants: constants)) {
        case .values(let found): values = found
        // What the outputs do not depend on is not in the model.
        case .withoutEffect: values = [Float](repeating: 0, count: parameter.count)
        case .lost: return nil
        }
        return try? TensorData(values, shape: parameter.shape)
    }
}
