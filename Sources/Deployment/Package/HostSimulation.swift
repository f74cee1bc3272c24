import Quantization

/// A device package's network on the host: the kernels that the device runs, and so the same bytes. Nothing of the package is built or run.
public struct HostSimulation {
    private let executor: HostExecutor

    /// Reads a package's model.
    ///
    /// - Parameter takesNumbers: takes the numbers of an imported model and 128 for pixels, though the device may make them of pixels itself.
    /// - Throws: `DeploymentError` where its weights or its code are no longer what the model makes: what is simulated is what runs on the
    ///   device.
    public init(_ package: FirmwarePackage, takesNumbers: Bool = false) throws {
        let program = try package.verified().program
        guard takesNumbers else {
            executor = HostExecutor(program)
            return
        }
        var model = program.model
        model.pixels = model.pixels.takingNumbers
        executor = HostExecutor(try KernelProgram(model, plan: program.plan))
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
