import Foundation
import Networks
import SwiftProtobuf

/// An ONNX model as it lies in its file, decoded and not yet understood.
package struct ONNXFile {
    /// What to call it in error messages.
    package let name: String
    /// The name of the file alone.
    let source: String
    /// In bytes.
    let length: Int
    let model: ONNXModelProto
    let external: ONNXExternalData

    /// Reads a model; constants may lie in files beside it.
    ///
    /// - Throws: `InterchangeError` that names the path.
    package init(contentsOf path: String) throws {
        let file = try FileReader(path: path)
        // protobuf itself ends at 2 GiB.
        guard file.length < 1 << 31 else {
            throw FileProblem("it has \(file.length) bytes, and a model less than 2³¹").error(
                name: path, kind: Self.kind)
        }
        let bytes = try file.read(0..<file.length)
        if let foreign = ForeignFile(start: Array(bytes.prefix(ForeignFile.startLength)), length: bytes.count) {
            throw foreign.error(name: path, kind: Self.kind)
        }
        try self.init(bytes, name: path, external: ONNXExternalData(beside: path))
    }

    /// Reads a model that is already in memory.
    package init(bytes: [UInt8], name: String) throws {
        try self.init(bytes, name: name, external: ONNXExternalData(beside: nil))
    }

    private init(_ bytes: [UInt8], name: String, external: ONNXExternalData) throws {
        (self.name, self.external, length) = (name, external, bytes.count)
        source = URL(fileURLWithPath: name).lastPathComponent
        do {
            model = try ONNXModelProto(serializedBytes: bytes)
        } catch is BinaryDecodingError {
            throw FileProblem("it cannot be decoded").error(name: name, kind: Self.kind)
        }
    }

    static let kind = "ONNX model"

    /// What the model says of itself: texts by their names.
    package var properties: [String: String] {
        Dictionary(model.metadataProps.map { ($0.key, $0.value) }) { first, _ in first }
    }

    /// Whether writing a network takes no more memory than the model's size allows.
    package func isInProportion(_ network: Network) -> Bool {
        ONNXImport.isInProportion(network, model, fileLength: length)
    }

    /// Whether an export writes the same graph.
    package func holds(_ export: ONNXExport) -> Bool {
        guard let again = try? export.model() else { return false }
        return again.graph == model.graph
    }

    /// The int8 constants of the graph, by their names.
    package var wholeConstants: [String: [Int8]] {
        Dictionary(
            model.graph.initializer.filter { $0.dataType == .int8 && $0.dataLocation == .default }.map { tensor in
                (tensor.name, tensor.rawData.map { Int8(bitPattern: $0) })
            }
        ) { first, _ in first }
    }
}
