/// One operation in a network, with its name, its inputs and the shape that follows.
public struct Node: Sendable, Hashable {
    /// A node's place in its network: inputs come before the nodes that use them.
    public struct ID: Sendable, Hashable, Comparable {
        /// Index in `Network.nodes`.
        public let index: Int

        public static func < (a: ID, b: ID) -> Bool { a.index < b.index }
    }

    /// Its place.
    public let id: ID
    /// Unique; parameters are named after it. Names follow PyTorch's state dicts.
    public let name: String
    public let operation: Operation
    /// The nodes whose outputs it takes, in the operation's order.
    public let inputs: [ID]
    /// Shape of its output, for one sample.
    public let shape: Shape

    /// Parameters and buffers, with complete names.
    public var parameters: [ParameterSpecification] {
        operation.details.parameters.map { specification in
            var complete = specification
            complete.name = name.isEmpty ? specification.name : "\(name).\(specification.name)"
            return complete
        }
    }
}
