import Networks
import Torch

// Layers of weights.

extension Convolution: OperationExecution {
    var traits: ExecutionTraits {
        ExecutionTraits(part: .convolution(self), roundsWeights: true, scalesChannels: true)
    }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        let hasBias = bias && !(run.training && run.model.omitsBiasInTraining(run.node.id))
        return try window.convolution(
            inputs[0], weight: run.parameter("weight"), bias: hasBias ? run.parameter("bias") : nil, groups: groups)
    }
}

extension Linear: OperationExecution {
    var traits: ExecutionTraits { ExecutionTraits(roundsWeights: true, scalesChannels: true) }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        try inputs[0].linear(weight: run.parameter("weight"), bias: bias ? run.parameter("bias") : nil)
    }
}

extension InstanceNorm: OperationExecution {
    var traits: ExecutionTraits { ExecutionTraits(scalesChannels: true) }

    func output(_ inputs: [Tensor], _ run: NodeRun) throws -> Tensor {
        try inputs[0].instanceNorm(
            weight: run.parameter("weight"), bias: run.parameter("bias"), epsilon: epsilon)
    }
}
