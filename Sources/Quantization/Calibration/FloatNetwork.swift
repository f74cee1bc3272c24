import Networks
import Planning

/// A lowered network with its float weights: what a quantiser starts from.
public struct FloatNetwork: Sendable {
    /// The network as the device computes it.
    public let network: Network
    /// For each of its parameters the elements, by name.
    public var parameters: [String: [Float]]

    /// A network by its parts, lowered already.
    ///
    /// - Throws: `QuantizationError` where a parameter is missing or has another number of elements.
    public init(network: Network, parameters: [String: [Float]]) throws(QuantizationError) {
        for specification in network.parameters where specification.role != .counter {
            guard let values = parameters[specification.name], values.count == specification.count else {
                throw QuantizationError("the weights have no \(specification.name) of \(specification.shape)")
            }
            guard values.allSatisfy(\.isFinite) else {
                throw QuantizationError("\(specification.name) has weights that are no numbers")
            }
        }
        self.network = network
        self.parameters = parameters
    }

    /// The weights of an imported model that is lowered already, whatever of them there is.
    init(lowered network: Network, _ parameters: [String: [Float]]) {
        (self.network, self.parameters) = (network, parameters)
    }

    /// A parameter's elements.
    func parameter(_ name: String) throws(QuantizationError) -> [Float] {
        guard let values = parameters[name] else { throw QuantizationError("the weights have no \(name)") }
        return values
    }

    /// The names of the values whose statistics a quantiser needs, each with its number of channels: those that exist on the
    /// device, and an attention's queries, keys and values.
    public func observedValues() throws -> [(name: String, channels: Int)] {
        guard network.outputs.count == 1 || network.detector != nil else {
            throw QuantizationError(
                "\(network.name) has \(network.outputs.count) outputs: int8 models have one, so keep this network in float"
            )
        }
        return try DeviceStep.all(of: network).flatMap { step in
            step.parts.flatMap { part -> [(name: String, channels: Int)] in
                let own = [(name: part.last.name, channels: step.outputShape.channels)]
                guard case .operation(let node, _) = part else { return own }
                return own + node.operation.int8.innerValues.map { ("\(node.name).\($0.name)", $0.channels) }
            }
        }
    }
}
