/// One step of a network, with its hyper-parameters.
///
/// What a module has to know of operations is a protocol of its own there, to which every operation conforms, and an `OperationReader`
/// that leads to it. A new operation without one of these conformances does not compile.
public enum Operation: Sendable, Hashable {
    case input(Input)
    case convolution(Convolution)
    case batchNorm(BatchNorm)
    case instanceNorm(InstanceNorm)
    case activation(Activation)
    case scale(Scale)
    case parametricReLU(ParametricReLU)
    case add(Add)
    case multiply(Multiply)
    case subtract(Subtract)
    case dropout(Dropout)
    case gaussianNoise(GaussianNoise)
    case maxPool(MaxPool)
    case averagePool(AveragePool)
    case globalAveragePool(GlobalAveragePool)
    case globalMaxPool(GlobalMaxPool)
    case localDeviation(LocalDeviation)
    case powerPool(PowerPool)
    case windowPool(WindowPool)
    case comparisonPool(ComparisonPool)
    case fixedFilter(FixedFilter)
    case rnnPool(RNNPool)
    case upsampleBilinear(UpsampleBilinear)
    case upsampleNearest(UpsampleNearest)
    case depthToSpace(DepthToSpace)
    case spaceToDepth(SpaceToDepth)
    case multiHeadAttention(MultiHeadAttention)
    case attentionHead(AttentionHead)
    case positionEmbedding(PositionEmbedding)
    case linear(Linear)
    case flatten(Flatten)
    case softmax(Softmax)
    case concatenation(Concatenation)
    case slice(Slice)
    case pad(Pad)

    /// What operations are called in the JSON form and in tables.
    public enum Name: String, Sendable, Hashable, CaseIterable {
        case input
        case convolution
        case batchNorm
        case instanceNorm
        case activation
        case scale
        case parametricReLU
        case add
        case multiply
        case subtract
        case dropout
        case gaussianNoise
        case maxPool
        case averagePool
        case globalAveragePool
        case globalMaxPool
        case localDeviation
        case powerPool
        case windowPool
        case comparisonPool
        case fixedFilter
        case rnnPool
        case upsampleBilinear
        case upsampleNearest
        case depthToSpace
        case spaceToDepth
        case multiHeadAttention
        case attentionHead
        case positionEmbedding
        case linear
        case flatten
        case softmax
        case concatenation
        case slice
        case pad
    }

    /// The answer of a reader to this operation.
    public func read<Reader: OperationReader>(by reader: Reader) -> Reader.Answer {
        switch self {
        case .input(let details): reader.read(details)
        case .convolution(let details): reader.read(details)
        case .batchNorm(let details): reader.read(details)
        case .instanceNorm(let details): reader.read(details)
        case .activation(let details): reader.read(details)
        case .scale(let details): reader.read(details)
        case .parametricReLU(let details): reader.read(details)
        case .add(let details): reader.read(details)
        case .multiply(let details): reader.read(details)
        case .subtract(let details): reader.read(details)
        case .dropout(let details): reader.read(details)
        case .gaussianNoise(let details): reader.read(details)
        case .maxPool(let details): reader.read(details)
        case .averagePool(let details): reader.read(details)
        case .globalAveragePool(let details): reader.read(details)
        case .globalMaxPool(let details): reader.read(details)
        case .localDeviation(let details): reader.read(details)
        case .powerPool(let details): reader.read(details)
        case .windowPool(let details): reader.read(details)
        case .comparisonPool(let details): reader.read(details)
        case .fixedFilter(let details): reader.read(details)
        case .rnnPool(let details): reader.read(details)
        case .upsampleBilinear(let details): reader.read(details)
        case .upsampleNearest(let details): reader.read(details)
        case .depthToSpace(let details): reader.read(details)
        case .spaceToDepth(let details): reader.read(details)
        case .multiHeadAttention(let details): reader.read(details)
        case .attentionHead(let details): reader.read(details)
        case .positionEmbedding(let details): reader.read(details)
        case .linear(let details): reader.read(details)
        case .flatten(let details): reader.read(details)
        case .softmax(let details): reader.read(details)
        case .concatenation(let details): reader.read(details)
        case .slice(let details): reader.read(details)
        case .pad(let details): reader.read(details)
        }
    }

    /// The hyper-parameters, as what all operations have in common.
    public var details: any OperationKind { read(by: DetailsReader()) }

    /// The name in the JSON form and in tables.
    public var kind: String { type(of: details).kind }

    /// Whether it is the image.
    public var isInput: Bool { type(of: details).name == Input.name }

    /// Whether it only shows a map as a vector, or the other way round.
    var isFlattening: Bool { type(of: details).name == Flatten.name }

    /// Whether it makes shares of logits.
    var isSoftmax: Bool { type(of: details).name == Softmax.name }
}

private struct DetailsReader: OperationReader {
    typealias Answer = any OperationKind

    func read<Details: OperationKind>(_ details: Details) -> any OperationKind { details }
}

/// An answer to every operation. One generic function gives all of them where the operations conform to the protocol that it asks for:
///
/// ```swift
/// private struct ExecutionReader: OperationReader {
///     typealias Answer = any OperationExecution
///
///     func read<Details: OperationExecution>(_ details: Details) -> any OperationExecution { details }
/// }
/// ```
///
/// So no module lists the operations again, and the compiler names those that do not conform.
public protocol OperationReader {
    associatedtype Answer

    func read(_ details: Input) -> Answer
    func read(_ details: Convolution) -> Answer
    func read(_ details: BatchNorm) -> Answer
    func read(_ details: InstanceNorm) -> Answer
    func read(_ details: Activation) -> Answer
    func read(_ details: Scale) -> Answer
    func read(_ details: ParametricReLU) -> Answer
    func read(_ details: Add) -> Answer
    func read(_ details: Multiply) -> Answer
    func read(_ details: Subtract) -> Answer
    func read(_ details: Dropout) -> Answer
    func read(_ details: GaussianNoise) -> Answer
    func read(_ details: MaxPool) -> Answer
    func read(_ details: AveragePool) -> Answer
    func read(_ details: GlobalAveragePool) -> Answer
    func read(_ details: GlobalMaxPool) -> Answer
    func read(_ details: LocalDeviation) -> Answer
    func read(_ details: PowerPool) -> Answer
    func read(_ details: WindowPool) -> Answer
    func read(_ details: ComparisonPool) -> Answer
    func read(_ details: FixedFilter) -> Answer
    func read(_ details: RNNPool) -> Answer
    func read(_ details: UpsampleBilinear) -> Answer
    func read(_ details: UpsampleNearest) -> Answer
    func read(_ details: DepthToSpace) -> Answer
    func read(_ details: SpaceToDepth) -> Answer
    func read(_ details: MultiHeadAttention) -> Answer
    func read(_ details: AttentionHead) -> Answer
    func read(_ details: PositionEmbedding) -> Answer
    func read(_ details: Linear) -> Answer
    func read(_ details: Flatten) -> Answer
    func read(_ details: Softmax) -> Answer
    func read(_ details: Concatenation) -> Answer
    func read(_ details: Slice) -> Answer
    func read(_ details: Pad) -> Answer
}

extension Operation: Codable {
    private enum CodingKeys: String, CodingKey { case operation }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(String.self, forKey: .operation)
        guard let name = Name(rawValue: kind) else {
            throw DecodingError.dataCorruptedError(
                forKey: .operation, in: container, debugDescription: "there is no operation \"\(kind.shortened)\"")
        }
        switch name {
        case .input: self = .input(try Input(node: decoder))
        case .convolution: self = .convolution(try Convolution(node: decoder))
        case .batchNorm: self = .batchNorm(try BatchNorm(node: decoder))
        case .instanceNorm: self = .instanceNorm(try InstanceNorm(node: decoder))
        case .activation: self = .activation(try Activation(node: decoder))
        case .scale: self = .scale(try Scale(node: decoder))
        case .parametricReLU: self = .parametricReLU(try ParametricReLU(node: decoder))
        case .add: self = .add(Add())
        case .multiply: self = .multiply(Multiply())
        case .subtract: self = .subtract(try Subtract(node: decoder))
        case .dropout: self = .dropout(try Dropout(node: decoder))
        case .gaussianNoise: self = .gaussianNoise(try GaussianNoise(node: decoder))
        case .maxPool: self = .maxPool(try MaxPool(node: decoder))
        case .averagePool: self = .averagePool(try AveragePool(node: decoder))
        case .globalAveragePool: self = .globalAveragePool(try GlobalAveragePool(node: decoder))
        case .globalMaxPool: self = .globalMaxPool(try GlobalMaxPool(node: decoder))
        case .localDeviation: self = .localDeviation(try LocalDeviation(node: decoder))
        case .powerPool: self = .powerPool(try PowerPool(node: decoder))
        case .windowPool: self = .windowPool(try WindowPool(node: decoder))
        case .comparisonPool: self = .comparisonPool(try ComparisonPool(node: decoder))
        case .fixedFilter: self = .fixedFilter(try FixedFilter(node: decoder))
        case .rnnPool: self = .rnnPool(try RNNPool(node: decoder))
        case .upsampleBilinear: self = .upsampleBilinear(try UpsampleBilinear(node: decoder))
        case .upsampleNearest: self = .upsampleNearest(try UpsampleNearest(node: decoder))
        case .depthToSpace: self = .depthToSpace(try DepthToSpace(node: decoder))
        case .spaceToDepth: self = .spaceToDepth(try SpaceToDepth(node: decoder))
        case .multiHeadAttention: self = .multiHeadAttention(try MultiHeadAttention(node: decoder))
        case .attentionHead: self = .attentionHead(try AttentionHead(node: decoder))
        case .positionEmbedding: self = .positionEmbedding(try PositionEmbedding(node: decoder))
        case .linear: self = .linear(try Linear(node: decoder))
        case .flatten: self = .flatten(try Flatten(node: decoder))
        case .softmax: self = .softmax(try Softmax(node: decoder))
        case .concatenation: self = .concatenation(try Concatenation(node: decoder))
        case .slice: self = .slice(try Slice(node: decoder))
        case .pad: self = .pad(try Pad(node: decoder))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .operation)
        try details.encode(node: encoder)
    }
}
