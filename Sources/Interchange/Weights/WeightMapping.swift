import Networks

/// Which tensors of a file go where in a network, and which do not.
///
/// Names may be the network's own (the authors'), or those that torchvision, timm and EfficientNet-PyTorch give to architectures that are here
/// too. Of the sets of tensors in a file, the prefixes in front of names (`module.`) and the schemes, those are taken with which most tensors
/// find their place; of a trained set and its average over the training, the average.
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
    /// Where in the file the tensors lie (`state_dict_ema`); empty at the top.
    public let key: String
    /// What wrappers have put in front of the names; empty where there is nothing.
    public let prefix: String
    /// Whether it is an average over the training that was taken.
    public let isAveraged: Bool
    /// Other sets of weights in the file that fit this network, by the names that choose them.
    public let alternatives: [String]
    /// What was taken from another set because the chosen one lacks it.
    public let filled: Filling?
    /// What a user should know about these weights.
    public let notes: [String]
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

    /// Tensors that come from another set.
    public struct Filling: Sendable, Equatable {
        /// The other set.
        public let name: String
        public let count: Int
    }

    /// Superfluous tensors that tell that the file is another network's.
    private let strangers: [String]
    /// A tensor that is missing because its type is not read.
    private let unread: UnreadTensor?
    /// Why exactly these weights give other outputs here than where they come from.
    private let refusal: String?

    /// Finds the place of every tensor of `state` in a network with these parameters.
    public init(_ state: Safetensors, to specifications: [ParameterSpecification]) {
        let source = TensorSource(state)
        let choice = WeightChoice(source, to: specifications)
        self.init(choice, specifications) { set, place in state[source.fullNames[set][place]] }
    }

    /// Finds the places of the tensors of a source, and reads those that have one.
    ///
    /// - Throws: `FileProblem` for tensors that cannot be read.
    init(_ source: TensorSource, _ choice: WeightChoice, to specifications: [ParameterSpecification]) throws {
        var tensors: [Int: [Int: TensorData]] = [:]
        for (set, places) in choice.placesBySet {
            tensors[set] = Dictionary(zip(places, try source.read(set, places))) { first, _ in first }
        }
        self.init(choice, specifications) { set, place in tensors[set]?[place] }
    }

    private init(
        _ choice: WeightChoice, _ specifications: [ParameterSpecification],
        read: (_ set: Int, _ place: Int) -> TensorData?
    ) {
        let fit = choice.fit
        (scheme, key, prefix) = (fit.scheme.name, fit.key, fit.prefix)
        (isAveraged, alternatives, filled) = (fit.isAveraged, choice.alternatives, choice.filled)
        (notes, refusal, extra, strangers) = (choice.notes, choice.refusal, choice.extra, choice.strangers)
        var (matched, reshaped, mismatched, missing) = (
            [Match](), [ShapeChange](), [ShapeChange](), [ParameterSpecification]()
        )
        for specification in specifications {
            guard let place = choice.places[specification.name], var tensor = read(place.set, place.index) else {
                if specification.role != .counter { missing.append(specification) }
                continue
            }
            let source = choice.sets[place.set].names[place.index]
            if let epsilon = fit.scheme.epsilon, specification.name.hasSuffix("running_var") {
                tensor = tensor.shifted(by: epsilon - BatchNorm(channels: 1).epsilon)
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
        unread = missing.lazy.compactMap { choice.unread[$0.name] }.first
        (self.matched, self.reshaped, self.mismatched, self.missing) = (matched, reshaped, mismatched, missing)
    }

    /// Refuses a file that is not exactly this network's.
    ///
    /// Tensors outside the prefix of the weights (a loss function's, counters of averages) do no harm.
    ///
    /// - Parameter source: the file's name.
    /// - Throws: `InterchangeError` naming a tensor that is missing, superfluous or of another shape.
    public func requireComplete(_ source: String) throws {
        func others(_ count: Int) -> String { count > 1 ? " and \(count - 1) more" : "" }
        if let refusal { throw InterchangeError("\(source) \(refusal)") }
        if let unread {
            throw UnsupportedProblem(
                "its tensor \(unread.name.quoted) has the element type \(unread.type.shortened), which is not read: save it in single precision"
            ).error(name: source)
        }
        if let first = missing.first {
            throw InterchangeError(
                "\(source) has no tensor \(first.name) of shape \(first.shape)\(others(missing.count)): it was written for another network"
            )
        }
        if let first = strangers.first {
            throw InterchangeError(
                "\(source) has a tensor \(first.shortened) that this network does not know\(others(strangers.count)): it was written for another network"
            )
        }
        if let first = mismatched.first {
            throw InterchangeError(
                "\(first.name) in \(source) has shape \(first.from.shortened), and this network needs \(first.to)")
        }
    }
}

extension TensorData {
    /// The same numbers, each larger by `difference`.
    fileprivate func shifted(by difference: Double) -> TensorData {
        let values = doubles().map { Float($0 + difference) }
        return TensorData(uncheckedType: .float32, shape: shape, bytes: values.withUnsafeBytes { [UInt8]($0) })
    }
}
