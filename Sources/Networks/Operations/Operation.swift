/// One step of a network, with its hyper-parameters.
///
/// Readers of a network (interpreter, planner, exporters …) switch over this enum; a new case makes the compiler list them.
public enum Operation: Sendable, Hashable {
    case input(Input)
    case convolution(Convolution)
    case batchNorm(BatchNorm)
    case instanceNorm(InstanceNorm)
    case activation(Activation)
    case scale(Scale)
    case add(Add)
    case multiply(Multiply)
    case dropout(Dropout)
    case gaussianNoise(GaussianNoise)
    case maxPool(MaxPool)
    case averagePool(AveragePool)
    case globalAveragePool(GlobalAveragePool)
    case localDeviation(LocalDeviation)
    case powerPool(PowerPool)
    case windowPool(WindowPool)
    case comparisonPool(ComparisonPool)
    case fixedFilter(FixedFilter)
    case rnnPool(RNNPool)
    case upsampleBilinear(UpsampleBilinear)
    case depthToSpace(DepthToSpace)
    case multiHeadAttention(MultiHeadAttention)
    case attentionHead(AttentionHead)
    case positionEmbedding(PositionEmbedding)
    case linear(Linear)
    case flatten(Flatten)

    /// The hyper-parameters, as what all operations have in common.
    public var details: any OperationKind {
        switch self {
        case .input(let details): details
        case .convolution(let details): details
        case .batchNorm(let details): details
        case .instanceNorm(let details): details
        case .activation(let details): details
        case .scale(let details): details
        case .add(let details): details
        case .multiply(let details): details
        case .dropout(let details): details
        case .gaussianNoise(let details): details
        case .maxPool(let details): details
        case .averagePool(let details): details
        case .globalAveragePool(let details): details
        case .localDeviation(let details): details
        case .powerPool(let details): details
        case .windowPool(let details): details
        case .comparisonPool(let details): details
        case .fixedFilter(let details): details
        case .rnnPool(let details): details
        case .upsampleBilinear(let details): details
        case .depthToSpace(let details): details
        case .multiHeadAttention(let details): details
        case .attentionHead(let details): details
        case .positionEmbedding(let details): details
        case .linear(let details): details
        case .flatten(let details): details
        }
    }

    /// The name in the JSON form and in tables.
    public var kind: String { type(of: details).kind }
}

extension Operation: Codable {
    private enum CodingKeys: String, CodingKey { case operation }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let kind = try container.decode(String.self, forKey: .operation)
        switch kind {
        case Input.kind: self = .input(try Input(from: decoder))
        case Convolution.kind: self = .convolution(try Self.windowed(decoder))
        case BatchNorm.kind: self = .batchNorm(try BatchNorm(from: decoder))
        case InstanceNorm.kind: self = .instanceNorm(try InstanceNorm(from: decoder))
        case Activation.kind: self = .activation(try Activation(from: decoder))
        case Scale.kind: self = .scale(try Scale(from: decoder))
        case Add.kind: self = .add(Add())
        case Multiply.kind: self = .multiply(Multiply())
        case Dropout.kind: self = .dropout(try Dropout(from: decoder))
        case GaussianNoise.kind: self = .gaussianNoise(try GaussianNoise(from: decoder))
        case MaxPool.kind: self = .maxPool(try Self.windowed(decoder))
        case AveragePool.kind: self = .averagePool(try Self.windowed(decoder))
        case GlobalAveragePool.kind: self = .globalAveragePool(GlobalAveragePool())
        case LocalDeviation.kind: self = .localDeviation(try Self.windowed(decoder))
        case PowerPool.kind: self = .powerPool(try Self.windowed(decoder))
        case WindowPool.kind: self = .windowPool(try Self.windowed(decoder))
        case ComparisonPool.kind: self = .comparisonPool(try Self.windowed(decoder))
        case FixedFilter.kind: self = .fixedFilter(try FixedFilter(from: decoder))
        case RNNPool.kind: self = .rnnPool(try Self.windowed(decoder))
        case UpsampleBilinear.kind: self = .upsampleBilinear(try UpsampleBilinear(from: decoder))
        case DepthToSpace.kind: self = .depthToSpace(try DepthToSpace(from: decoder))
        case MultiHeadAttention.kind: self = .multiHeadAttention(try MultiHeadAttention(from: decoder))
        case AttentionHead.kind: self = .attentionHead(try AttentionHead(from: decoder))
        case PositionEmbedding.kind: self = .positionEmbedding(try PositionEmbedding(from: decoder))
        case Linear.kind: self = .linear(try Linear(from: decoder))
        case Flatten.kind: self = .flatten(Flatten())
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .operation, in: container, debugDescription: "there is no operation \"\(kind.shortened)\"")
        }
    }

    /// An operation with a window, whose sides stand among its other members.
    private static func windowed<Details: WindowedOperation>(_ decoder: any Decoder) throws -> Details {
        var details = try Details(from: decoder)
        details.window = try Window(from: decoder)
        return details
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .operation)
        let details = details
        try details.encode(to: encoder)
        if let details = details as? any WindowedOperation { try details.window.encode(to: encoder) }
    }
}
