import Networks

/// Which tensors of a file go where in a network, and which do not.
///
/// Names may be the network's own (the authors'), or those that torchvision and timm give to ResNet, MobileNetV2 and MobileNetV3; the scheme
/// with which most tensors find their place is taken. Prefixes that wrappers add to every name (`module.`) do not matter.
public struct WeightMapping: Sendable {
    /// A tensor that has a place.
    public struct Match: Sendable {
        /// The parameter in the network.
        public let name: String
        /// The tensor in the file.
        public let source: String
        /// The values, in the parameter's shape.
        public let tensor: TensorData
    }

    /// A tensor whose shape is not its parameter's.
    public struct ShapeChange: Sendable, Equatable {
        public let name: String
        public let source: String
        /// In the file.
        public let from: [Int]
        /// In the network.
        public let to: [Int]
    }

    /// How the file's names were understood.
    public let scheme: String
    /// What is loaded, in the network's order.
    public let matched: [Match]
    /// What is loaded in another shape: the same elements, sides of 1 added or dropped (a 1×1 convolution and a linear layer).
    public let reshaped: [ShapeChange]
    /// What is not loaded because its shape does not fit, such as the classifier of other classes.
    public let mismatched: [ShapeChange]
    /// Parameters that the file has nothing for. Counters of batch normalisation are not missed.
    public let missing: [ParameterSpecification]
    /// Tensors that the network has no place for.
    public let extra: [String]

    /// Finds the place of every tensor of `state` in a network with these parameters.
    public init(_ state: Safetensors, to specifications: [ParameterSpecification]) {
        let network = NetworkNames(specifications)
        let prefix = Self.commonPrefix(state.names, network)
        let bare = state.names.map { String($0.dropFirst(prefix.count)) }
        var best: (scheme: NamingScheme, places: [String: String], score: Int)?
        for scheme in NamingScheme.all {
            let places = scheme.translate(bare, network)
            let score = places.values.reduce(0) { $0 + (network.names.contains($1) ? 1 : 0) }
            if score > best?.score ?? -1 { best = (scheme, places, score) }
        }
        scheme = best?.scheme.name ?? ""

        var sources: [String: String] = [:]
        var extra: [String] = []
        for (name, bareName) in zip(state.names, bare) {
            if let place = best?.places[bareName], network.names.contains(place), sources[place] == nil {
                sources[place] = name
            } else {
                extra.append(name)
            }
        }
        self.extra = extra

        var (matched, reshaped, mismatched, missing) = (
            [Match](), [ShapeChange](), [ShapeChange](), [ParameterSpecification]()
        )
        for specification in specifications {
            guard let source = sources[specification.name], let tensor = state[source] else {
                if specification.role != .counter { missing.append(specification) }
                continue
            }
            let change = ShapeChange(
                name: specification.name, source: source, from: tensor.shape, to: specification.shape)
            if change.from == change.to {
                matched.append(Match(name: specification.name, source: source, tensor: tensor))
            } else if change.from.filter({ $0 != 1 }) == change.to.filter({ $0 != 1 }),
                let fitting = try? tensor.reshaped(to: change.to)
            {
                matched.append(Match(name: specification.name, source: source, tensor: fitting))
                reshaped.append(change)
            } else {
                mismatched.append(change)
            }
        }
        (self.matched, self.reshaped, self.mismatched, self.missing) = (matched, reshaped, mismatched, missing)
    }

    /// What wrappers (DataParallel, `torch.compile`, Lightning) put in front of every name.
    private static func commonPrefix(_ names: [String], _ network: NetworkNames) -> String {
        guard !names.contains(where: network.names.contains) else { return "" }
        var prefix = ""
        while let wrapper = ["module.", "_orig_mod.", "model."].first(where: { wrapper in
            !names.isEmpty && names.allSatisfy { $0.hasPrefix(prefix + wrapper) }
        }) { prefix += wrapper }
        return prefix
    }

    /// Refuses a file that is not exactly this network's.
    ///
    /// - Parameter source: the file's name.
    /// - Throws: `InterchangeError` naming a tensor that is missing, superfluous or of another shape.
    public func requireComplete(_ source: String) throws {
        func others(_ count: Int) -> String { count > 1 ? " and \(count - 1) more" : "" }
        if let first = missing.first {
            throw InterchangeError(
                "\(source) has no tensor \(first.name) of shape \(first.shape)\(others(missing.count)): it was written for another network"
            )
        }
        if let first = extra.first {
            throw InterchangeError(
                "\(source) has a tensor \(first) that this network does not know\(others(extra.count)): it was written for another network"
            )
        }
        if let first = mismatched.first {
            throw InterchangeError(
                "\(first.name) in \(source) has shape \(first.from), and this network needs \(first.to)")
        }
    }
}
