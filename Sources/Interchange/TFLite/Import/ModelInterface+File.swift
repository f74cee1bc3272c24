import Foundation
import Networks

extension ModelInterface {
    /// Where it lies in a folder.
    package static func path(in folder: String) -> String { folder + "/" + fileName }

    /// Whether a folder holds a network with an interface of its own.
    package static func isThere(in folder: String) -> Bool {
        FileManager.default.fileExists(atPath: path(in: folder))
    }

    /// Reads a folder's.
    ///
    /// - Throws: `InterchangeError` where it is damaged, or not of this network.
    package init(folder: String, of network: Network) throws {
        let path = Self.path(in: folder)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InterchangeError("\(path) cannot be read: import the model again")
        }
        do {
            self = try JSONDecoder().decode(ModelInterface.self, from: data)
        } catch let error as DecodingError {
            throw InterchangeError("\(path) is damaged: \(error.sentence(of: data)); import the model again")
        }
        guard format == Self.format, version == 1 else {
            throw InterchangeError("\(path) is no \(Self.format) of version 1: import the model again")
        }
        guard outputs.count == network.outputs.count, Self.fits(input, network.inputShape),
            zip(outputs, network.outputs).allSatisfy({ Self.fits($0, network[$1].shape) })
        else {
            throw InterchangeError("\(path) is not of the network beside it: import the model again")
        }
    }

    private static func fits(_ port: Port, _ shape: Shape) -> Bool {
        var count = 1
        for side in port.shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: side)
            guard side > 0, !overflow else { return false }
            count = product
        }
        return count == shape.count && Set(port.axes).count == 3 && port.axes.count == 3
            && (port.scale.map { $0 > 0 && $0.isFinite } ?? (port.type == .float32))
            && (port.zeroPoint.map { (-128...255).contains($0) } ?? true)
    }

    /// The file's bytes.
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(self)) + [10]
    }
}
