import Deployment
import MadeUpModels
import Planning
import Quantization

extension CheckedNetwork {
    /// The network of a name.
    static func named(_ name: String) throws -> CheckedNetwork {
        guard let one = try all().first(where: { $0.name == name }) else {
            throw CheckError("there is no network \(name)")
        }
        return one
    }

    /// Writes it as a package, over one that was written before.
    func write(to folder: String) throws { _ = try FirmwarePackage.write([export()], to: folder) }

    /// The network's program with made-up numbers.
    func export(camera: CameraTables? = nil) throws -> FirmwareExport {
        var options = FirmwareOptions()
        options.name = name
        options.camera = camera
        let model = try MadeUpModel(network, options: PlanOptions(pushesRows: pushesRows), arithmetic: arithmetic).model
        return try FirmwareExport(KernelProgram(model), options: options)
    }

    /// Two images.
    func images() -> [[UInt8]] {
        var random = RandomNumbers(state: 7)
        let shape = network.inputShape
        return (0..<2).map { _ in random.pixels(shape.height, shape.width, shape.channels) }
    }
}
