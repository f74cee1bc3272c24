/// A factor for the loss that keeps gradients inside the range of float16, and out of a step where it was too large
/// (Micikevicius et al., *Mixed Precision Training*, ICLR 2018, sections 3.2 and 3.3).
///
///     gradients of loss · s, then ÷ s;  one of them infinite or no number: no step, s ← s / 2;  `interval` steps without: s ← 2 s
///
/// All of it stays on the device: nothing waits for the numbers.
public final class LossScale {
    private let scale: Tensor
    private let goodSteps: Tensor
    private let interval: Int

    /// A scale that begins high, since a step that is left out costs little.
    public init(_ initial: Double = 65_536, interval: Int = 2000, device: Device = .cpu) throws {
        scale = try Tensor.full([], initial, device: device)
        goodSteps = try Tensor.zeros([], type: .int32, device: device)
        self.interval = interval
    }

    /// The loss to compute gradients of.
    public func scaled(_ loss: Tensor) throws -> Tensor { try loss * scale }

    /// Divides the gradients of `parameters` by the scale.
    ///
    /// - Returns: 1 where one of them is infinite or no number, else 0: what `Optimizer.step` leaves a step out by.
    public func unscale(_ parameters: [Tensor]) throws -> Tensor {
        try Torch.withoutGradients {
            let found = try Tensor.zeros(like: scale)
            let gradients = parameters.compactMap(\.gradient)
            if !gradients.isEmpty {
                try ATen.unscaleInPlace.run([.tensors(gradients), .tensor(found), .tensor(scale.power(-1))])
            }
            return found
        }
    }

    /// Makes the scale smaller or larger after a step.
    ///
    /// - Parameter found: what `unscale` returned.
    public func update(_ found: Tensor) throws {
        try Torch.withoutGradients {
            try ATen.updateScaleInPlace.run([
                .tensor(scale), .tensor(goodSteps), .tensor(found), .double(2), .double(0.5), .int(interval),
            ])
        }
    }

    /// The factor. Waits for the device.
    public func value() throws -> Double { try scale.item() }

    /// Names and tensors of what a resumed run needs.
    public func state() -> [(name: String, tensor: Tensor)] {
        [("loss-scale.factor", scale), ("loss-scale.good-steps", goodSteps)]
    }

    /// Restores what `state()` gave.
    ///
    /// - Throws: `TorchError` where a tensor is missing or of another shape.
    public func restore(_ state: [String: Tensor]) throws {
        for (name, tensor) in self.state() { try state.restore(name, into: tensor) }
    }
}
