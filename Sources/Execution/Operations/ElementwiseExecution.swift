import Networks
import Torch

// Operations on single elements.

extension Activation: OperationExecution {
    var traits: ExecutionTraits { ExecutionTraits(part: .activation(function)) }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let (x, inPlace) = (inputs[0], run.model.mayOverwriteInput(of: run.node))
        switch function {
        case .relu: return try inPlace ? x.reluInPlace() : x.relu()
        case .relu6: return try inPlace ? x.relu6InPlace() : x.relu6()
        case .sigmoid: return try x.sigmoid()
        case .hardSwish: return try x.hardSwish()
        case .hardSigmoid: return try x.hardSigmoid()
        case .exponential: return try x.exp()
        case .softplus: return try x.softplus()
        case .tanh: return try x.tanh()
        case .hardTanh: return try x.hardTanh()
        case .identity: return x
        }
    }
}

extension Scale: OperationExecution {
    var traits: ExecutionTraits { isLearned || offset != nil ? .plain : ExecutionTraits(part: .factor(factor)) }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        if let offset { return try inputs[0] * factor + offset }
        guard isLearned else { return try inputs[0] * factor }
        let learned = try run.parameter(learnedName)
        switch combination {
        case .add: return try inputs[0] + learned
        case .subtract: return try inputs[0] - learned
        case nil: break
        }
        return try inputs[0] * (isProportion ? learned.clamped(minimum: 0).clamped(maximum: 1) : learned)
    }
}

extension Add: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor { try inputs[0] + inputs[1] }
}

extension Subtract: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor { try inputs[0] - inputs[1] }
}

extension Multiply: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor { try inputs[0] * inputs[1] }
}

extension ParametricReLU: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        try channels == nil ? inputs[0].leakyReLU(slope) : inputs[0].parametricReLU(run.parameter("weight"))
    }
}

extension Softmax: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor { try inputs[0].softmax(1) }
}

extension Dropout: OperationExecution {
    var traits: ExecutionTraits { .plain }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        try run.model.drop(probability, inputs[0], training: run.training)
    }
}

extension GaussianNoise: OperationExecution {
    var traits: ExecutionTraits { .plain }

    /// `deviation · ε` in training, zeros in evaluation: `[B, C, 1, 1]` → `[B, C, h, w]`.
    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let deviation = inputs[0]
        let shape = Array(deviation.shape.prefix(2)) + size.pair
        guard run.training else {
            return try Tensor.zeros(shape, type: deviation.scalarType(), device: deviation.device)
        }
        let noise = try run.model.drawn(shape) {
            try Tensor.normal($0, type: deviation.scalarType(), device: deviation.device)
        }
        return try deviation * noise
    }
}
