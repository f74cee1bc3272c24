import Files
import Networks
import SwiftProtobuf

/// A network with its weights as an ONNX model: standard operators only (opset 18), any batch size, values and nodes named after the
/// network's nodes, so that viewers group them by scope.
///
///     let export = ONNXExport(network, weights: state, metadata: ["classes": "cat,dog"])
///     try export.write(to: "model.onnx")
///
/// The input is called `input` (`[batch, C, H, W]`, normalised as in training), the output `output`; of several, `output`, `output.1` ….
public struct ONNXExport: Sendable {
    /// The version of the operators; onnxruntime has them since 1.13, in 2022.
    public static let operatorSet = 18

    private let network: Network
    private let weights: Safetensors
    private let metadata: [String: String]
    private let quantization: ONNXQuantization?

    /// An export of a network.
    ///
    /// - Parameters:
    ///   - weights: every parameter and buffer under its name; counters may be absent.
    ///   - metadata: free text for the model's properties. The network's name and JSON form are added to it.
    ///   - quantization: what int8 rounds: then weights are written as int8, and QuantizeLinear and DequantizeLinear stand around values.
    public init(
        _ network: Network, weights: Safetensors, metadata: [String: String] = [:],
        quantization: ONNXQuantization? = nil
    ) {
        self.quantization = quantization
        self.network = network
        self.weights = weights
        self.metadata = metadata
    }

    /// Writes the model.
    ///
    /// - Throws: `InterchangeError` that names the tensor that is missing or does not fit.
    public func write(to path: String) throws {
        let bytes = try serialized()
        try AtomicFile.replace(path) { try $0.append(bytes) }
    }

    /// The bytes that `write(to:)` writes.
    public func serialized() throws -> [UInt8] {
        // protobuf itself ends at 2 GiB.
        let size = network.parameters.reduce(0) { $0 + 4 * $1.count }
        guard size < 1 << 31 - 1 << 24 else {
            throw InterchangeError("the weights take \(size) bytes, and an ONNX file holds less than 2 GB")
        }
        do {
            return try model().serializedBytes()
        } catch let error as BinaryEncodingError {
            throw InterchangeError("the ONNX model cannot be written: \(error)")
        }
    }

    /// The model as a message.
    func model() throws -> ONNXModelProto {
        var graph = ONNXGraphBuilder(weights: weights, quantization: quantization)
        for node in network.liveNodes { try graph.append(node, inputs: node.inputs.map { network[$0] }) }
        for (index, output) in network.outputs.enumerated() {
            graph.output(network[output], name: index == 0 ? "output" : "output.\(index)")
        }
        var model = ONNXModelProto()
        // The version of the file format that came with this operator set.
        model.irVersion = 8
        model.producerName = "sapool"
        model.opsetImport = [.with { $0.version = Int64(Self.operatorSet(for: graph.graph)) }]
        model.graph = graph.graph
        model.graph.name = network.name
        var properties = metadata
        properties["network"] = network.name
        properties[Self.networkKey] = String(decoding: try network.json(), as: UTF8.self)
        model.metadataProps = properties.sorted { $0.key < $1.key }.map { key, value in
            .with { ($0.key, $0.value) = (key, value) }
        }
        return model
    }

    /// Whether a file looks like a model that this writes, by its first bytes.
    package static func wrote(_ path: String) -> Bool {
        guard let file = try? FileReader(path: path), let start = try? file.read(0..<min(10, file.length)) else {
            return false
        }
        // The version of the file format, and the producer's name.
        return start.count == 10 && start[0] == 0x08 && start[2...].elementsEqual([0x12, 6] + Array("sapool".utf8))
    }

    /// The version of the operators that a graph takes: a later one where means leave pixels out.
    private static func operatorSet(for graph: ONNXGraphProto) -> Int {
        let hasMeansWithGaps = graph.node.contains { node in
            node.opType == "AveragePool" && node.attribute.contains { $0.name == "dilations" }
        }
        return hasMeansWithGaps ? 19 : operatorSet
    }

    /// The property that holds the JSON form.
    static let networkKey = "sapool-network"
}
