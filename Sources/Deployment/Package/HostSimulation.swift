import Foundation
import Planning
import Quantization

/// A device package's network on the host: the kernels that the device runs, and so the same bytes.
public struct HostSimulation {
    private let executor: HostExecutor

    /// Reads a package's model.
    ///
    /// - Throws: `DeploymentError` where its weights or its code are no longer what the model makes: what is simulated is what runs on the
    ///   device.
    public init(_ package: FirmwarePackage) throws {
        let model = try QuantizedModel(contentsOf: package.model)
        let program = try KernelProgram(model)
        var options = FirmwareOptions()
        options.name = package.description.name
        options.stack = package.description.stackBytes
        options.sram = package.description.sramBytes
        options.flash = Int.max
        let export = try FirmwareExport(program, options: options)
        for (file, expected) in [
            ("Sources/\(export.names.data)/weights.bin", export.weights),
            ("Sources/\(export.names.module)/Network.swift", Array(export.source.text.utf8)),
        ] {
            guard let bytes = FileManager.default.contents(atPath: "\(package.path)/\(file)"),
                [UInt8](bytes) == expected
            else {
                throw DeploymentError(
                    "\(package.path)/\(file) is not what \(package.model) makes: it is damaged or was changed; export the package again"
                )
            }
        }
        executor = HostExecutor(program)
    }

    /// The outputs' bytes for an image's pixels.
    ///
    /// - Throws: `DeploymentError` where they are not as many as the network takes.
    public func scores(of pixels: [UInt8]) throws -> [Int8] {
        let bytes = executor.program.imageBytes
        guard pixels.count == bytes else {
            throw DeploymentError("an image of \(pixels.count) bytes for a network that takes \(bytes)")
        }
        return executor.run(pixels)
    }

    /// What the firmware says about an image's pixels.
    ///
    /// - Throws: `DeploymentError` where they are not as many as the network takes.
    public func answer(to pixels: [UInt8]) throws -> DeviceAnswer { DeviceAnswer(try scores(of: pixels), executor) }
}
