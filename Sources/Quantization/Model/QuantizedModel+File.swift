import Foundation
import Interchange
import Lowering
import Networks
import Planning

/// The file of an int8 model: safetensors whose metadata hold, under `sapool-int8`, a JSON text with everything but the tensors.
///
/// Tensors are `numbers/NAME` (int8), `scales/NAME` (float32), `bias/NAME` (int32) and `table/NAME` (int8, 256), with the names of
/// `QuantizedModel`. See Documentation/Quantization.md.
extension QuantizedModel {
    private static let key = "sapool-int8"
    private static let version = 1

    private struct Header: Codable {
        var version: Int
        var network: Network
        var pixels: PixelQuantization
        var classes: [String]
        var stripes: StripeMode
        var pushesRows: Bool
        var alignment: Int
        /// Nil for `sapool`: files of before had none.
        var arithmetic: IntegerArithmetic?
        var values: [String: AffineQuantization]

        private enum CodingKeys: String, CodingKey {
            case version, network, pixels, classes, stripes, alignment, arithmetic, values
            case pushesRows = "pushes_rows"
        }
    }

    private struct Version: Decodable {
        let version: Int
    }

    /// Reads a file and checks that it can be run.
    ///
    /// - Throws: an error that names the file and says what is wrong with it.
    public init(contentsOf path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw QuantizationError("there is no int8 model \(path): make one with sapool quantize")
        }
        do {
            try self.init(Safetensors(contentsOf: path))
            _ = try KernelProgram(self)
        } catch let error as QuantizationError {
            throw QuantizationError("\(path) is no int8 model that can be run: \(error)")
        } catch let error as PlanningError {
            throw QuantizationError("\(path) is no int8 model that can be run: \(error)")
        }
    }

    /// Reads the contents of a file.
    ///
    /// - Throws: `QuantizationError`.
    init(_ file: Safetensors) throws(QuantizationError) {
        guard let text = file.metadata[Self.key]?.data(using: .utf8) else {
            throw QuantizationError("its metadata have no \"\(Self.key)\"")
        }
        let header: Header
        do {
            let version = try JSONDecoder().decode(Version.self, from: text).version
            guard version == Self.version else {
                throw QuantizationError("its version is \(version), and this program reads version \(Self.version)")
            }
            header = try JSONDecoder().decode(Header.self, from: text)
        } catch let error as QuantizationError {
            throw error
        } catch let error as DecodingError {
            throw QuantizationError("its description is damaged: \(error.sentence(of: text))")
        } catch {
            throw QuantizationError("its description is damaged: \(error)")
        }
        // Checks what decoding takes as it comes.
        let pixels = try header.pixels.checked()
        var (weights, tables): ([String: Weights], [String: [Int8]]) = ([:], [:])
        for (name, tensor) in file.tensors {
            let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw QuantizationError("its tensor \"\(name)\" is of no known kind") }
            let node = parts[1]
            switch (parts[0], tensor.type) {
            case ("numbers", .int8): weights[node, default: Weights(numbers: [], scales: [])].numbers = tensor.int8s
            case ("scales", .float32): weights[node, default: Weights(numbers: [], scales: [])].scales = tensor.floats()
            case ("bias", .int32): weights[node, default: Weights(numbers: [], scales: [])].bias = tensor.int32s
            case ("table", .int8): tables[node] = tensor.int8s
            default: throw QuantizationError("its tensor \"\(name)\" is of no known kind")
            }
        }
        self.init(
            network: header.network, pixels: pixels, classNames: header.classes,
            planOptions: PlanOptions(
                stripes: header.stripes, pushesRows: header.pushesRows, alignment: header.alignment),
            arithmetic: header.arithmetic ?? .sapool, values: header.values, weights: weights, tables: tables)
    }

    /// Writes the file, beside its place and then renamed.
    ///
    /// - Throws: an error that names the path.
    public func write(to path: String) throws {
        try file().write(to: path)
    }

    /// Writes the file, and notes in it which command made it.
    package func write(to path: String, signedBy command: String) throws {
        var file = try file()
        file.sign(by: command)
        try file.write(to: path)
    }

    /// The bytes that `write` writes.
    package func serialized() throws -> [UInt8] { try file().serialized() }

    /// The file's contents.
    func file() throws -> Safetensors {
        let header = Header(
            version: Self.version, network: network, pixels: pixels, classes: classNames, stripes: planOptions.stripes,
            pushesRows: planOptions.pushesRows, alignment: planOptions.alignment,
            arithmetic: arithmetic == .sapool ? nil : arithmetic, values: values)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(header), as: UTF8.self)
        var file = Safetensors(metadata: [Self.key: text])
        for (name, layer) in weights.sorted(by: { $0.key < $1.key }) {
            file["numbers/\(name)"] = try TensorData(layer.numbers)
            file["scales/\(name)"] = try TensorData(layer.scales)
            if !layer.bias.isEmpty { file["bias/\(name)"] = try TensorData(layer.bias) }
        }
        for (name, table) in tables.sorted(by: { $0.key < $1.key }) { file["table/\(name)"] = try TensorData(table) }
        return file
    }
}

extension TensorData {
    /// The elements of an int8 tensor.
    fileprivate var int8s: [Int8] { bytes.map { Int8(bitPattern: $0) } }

    /// The elements of an int32 tensor.
    fileprivate var int32s: [Int32] {
        bytes.withUnsafeBytes { raw in
            (0..<count).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
        }
    }
}
