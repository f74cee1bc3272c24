import Execution
import Lowering
import Networks
import Planning
import Quantization
import Torch

/// A lowered network on libtorch: what int8 is held against, and what calibration looks into.
public struct FloatReference {
    /// Network and weights as plain numbers.
    public let float: FloatNetwork
    /// The same, ready to run. Values of nodes are those that a device has.
    public let model: Model

    /// A trained model, lowered.
    ///
    /// - Throws: `PlanningError` where the network is beyond planning.
    public init(lowering trained: Model) throws {
        let graph = try DeviceGraph(trained.network)
        let parameters = try graph.parameters { name in
            try trained.parameters.tensor(name).detached().array(of: Float.self)
        }
        try self.init(FloatNetwork(network: graph.network, parameters: parameters))
    }

    /// A network that is lowered already.
    public init(_ float: FloatNetwork) throws {
        self.float = float
        let parameters = try Parameters(of: float.network, seed: 0)
        try Torch.withoutGradients {
            for (specification, tensor) in parameters.all where specification.role != .counter {
                guard let values = float.parameters[specification.name] else { continue }
                try tensor.copy(from: Tensor(values, shape: specification.shape))
            }
        }
        model = Model(float.network, parameters: parameters)
        model.isPlain = true
    }

    /// What the model's weights are now, after training.
    public func trained() throws -> FloatNetwork {
        var float = float
        for (specification, tensor) in model.parameters.all where specification.role != .counter {
            float.parameters[specification.name] = try tensor.detached().array(of: Float.self)
        }
        return float
    }

    /// Values of nodes for images `[B, C, H, W]`, by name.
    func values(of names: [String], _ images: Tensor) throws -> [String: Tensor] {
        let network = float.network
        let ids = Dictionary(network.nodes.map { ($0.name, $0.id) }) { first, _ in first }
        let known = names.filter { ids[$0] != nil }
        let shown = Model(network.showing(known.compactMap { ids[$0] }), parameters: model.parameters)
        shown.isPlain = true
        let outputs = try shown.outputs(images)
        return Dictionary(zip(known, outputs)) { first, _ in first }
    }
}
